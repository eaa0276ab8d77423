import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { nameOf } from "../core/errors";
import type { ObjectBytes, ObjectLocation } from "../core/ports";
import { uploadObject } from "./s3-upload";

/** The bytes of objects in S3. The client retries single requests. */
export const s3ObjectBytes = (client: Pick<S3Client, "send">): ObjectBytes => ({
  async start(location, length) {
    try {
      const { bytes, size } = await getPart(client, location, 0, length);
      return { bytes, size: size ?? bytes.length };
    } catch (error) {
      if (nameOf(error) === "NoSuchKey") return undefined;
      // It has no bytes.
      if (nameOf(error) === "InvalidRange") return { bytes: new Uint8Array(), size: 0 };
      throw error;
    }
  },
  part: async (location, from, to) => (await getPart(client, location, from, to)).bytes,
  async *all({ bucket, key }) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    if (Body) yield* Body as AsyncIterable<Uint8Array>;
  },
  put: (location, body) => uploadObject(client, location, body),
});

async function getPart(
  client: Pick<S3Client, "send">,
  { bucket, key }: ObjectLocation,
  from: number,
  to: number,
): Promise<{ readonly bytes: Uint8Array; readonly size: number | undefined }> {
  const range = { Bucket: bucket, Key: key, Range: `bytes=${from}-${to - 1}` };
  const { Body, ContentRange } = await client.send(new GetObjectCommand(range));
  const [, size] = /\/(\d+)$/.exec(ContentRange ?? "") ?? [];
  return {
    bytes: (await Body?.transformToByteArray()) ?? new Uint8Array(),
    size: size === undefined ? undefined : Number(size),
  };
}
