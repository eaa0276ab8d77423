import {
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import type { ObjectLocation } from "../core/ports";

/** Bytes of a part: S3 takes at least 5 MiB, except for the last one, and at most 10,000 parts. */
const PART_BYTES = 8 << 20;

/**
 * Puts an object of unknown length, of which at most two parts are in memory. A small one takes one request. Nothing is at the
 * key before all of it is uploaded; the pipeline's bucket deletes the parts of uploads that never end.
 *
 * @returns number of its bytes
 */
export async function uploadObject(
  client: Pick<S3Client, "send">,
  { bucket, key }: ObjectLocation,
  body: AsyncIterable<Uint8Array>,
): Promise<number> {
  const object = { Bucket: bucket, Key: key };
  const parts = partsOf(body);
  const first = (await parts.next()).value ?? Buffer.alloc(0);
  const second = (await parts.next()).value;
  if (second) return uploadParts(client, object, [first, second], parts);
  await client.send(new PutObjectCommand({ ...object, Body: first }));
  return first.length;
}

async function uploadParts(
  client: Pick<S3Client, "send">,
  object: { readonly Bucket: string; readonly Key: string },
  start: readonly Buffer[],
  rest: AsyncIterable<Buffer>,
): Promise<number> {
  const checked = { ...object, ChecksumAlgorithm: "CRC32" } as const;
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(checked));
  const completed: CompletedPart[] = [];
  let size = 0;
  const add = async (part: Buffer) => {
    const PartNumber = completed.length + 1;
    const { ETag, ChecksumCRC32 } = await client.send(
      new UploadPartCommand({ ...checked, UploadId, PartNumber, Body: part }),
    );
    completed.push({ PartNumber, ETag, ChecksumCRC32 });
    size += part.length;
  };
  for (const part of start) await add(part);
  for await (const part of rest) await add(part);
  const MultipartUpload = { Parts: completed };
  await client.send(new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload }));
  return size;
}

/** The bytes in parts of the same size; the last one is smaller. */
async function* partsOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, undefined> {
  let chunks: Uint8Array[] = [];
  let size = 0;
  for await (let chunk of body) {
    while (size + chunk.length >= PART_BYTES) {
      const end = PART_BYTES - size;
      yield Buffer.concat([...chunks, chunk.subarray(0, end)]);
      chunk = chunk.subarray(end);
      [chunks, size] = [[], 0];
    }
    chunks.push(chunk);
    size += chunk.length;
  }
  if (size > 0) yield Buffer.concat(chunks);
  return undefined;
}
