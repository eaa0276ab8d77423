import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { nameOf } from "../core/errors";
import type { ObjectLocation, ObjectStore, StoredObject } from "../core/ports";

/** S3 takes at most this many keys in one DeleteObjects request. */
const MAX_KEYS_PER_DELETE = 1000;

/** Objects in S3. Retries of single requests are the client's. */
export const s3ObjectStore = (client: Pick<S3Client, "send">): ObjectStore => ({
  copy: (source, target) => copy(client, source, target),
  exists: ({ bucket, key }) => foundOrNot(client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))),
  put: async ({ bucket, key }, body) => {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  },
  putIfAbsent: (location, body) => putIfAbsent(client, location, body),
  read: (location) => read(client, location),
  list: (bucket, prefix) => list(client, bucket, prefix),
  deleteAll: (bucket, keys) => deleteAll(client, bucket, keys),
  deleteIfUnchanged: (location, etag) => deleteIfUnchanged(client, location, etag),
});

/**
 * S3 reads `CopySource` as a URL: each segment of the key is encoded, the slashes between them are not.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
 */
export const copySourceOf = ({ bucket, key }: ObjectLocation): string =>
  `${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`;

async function copy(
  client: Pick<S3Client, "send">,
  source: ObjectLocation,
  target: ObjectLocation,
): Promise<"copied" | "source-missing"> {
  try {
    const { CopyObjectResult } = await client.send(
      new CopyObjectCommand({ Bucket: target.bucket, Key: target.key, CopySource: copySourceOf(source) }),
    );
    // S3 can answer 200 before it knows the outcome: only the copy's ETag confirms it.
    if (!CopyObjectResult?.ETag) throw new Error("S3 did not confirm the copy: its answer has no ETag");
    return "copied";
  } catch (error) {
    if (nameOf(error) === "NoSuchKey") return "source-missing";
    throw error;
  }
}

async function foundOrNot(request: Promise<unknown>): Promise<boolean> {
  try {
    await request;
    return true;
  } catch (error) {
    if (nameOf(error) === "NotFound" || nameOf(error) === "NoSuchKey") return false;
    throw error;
  }
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
async function putIfAbsent(
  client: Pick<S3Client, "send">,
  { bucket, key }: ObjectLocation,
  body: string,
): Promise<string | undefined> {
  try {
    const { ETag } = await client.send(
      new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, IfNoneMatch: "*" }),
    );
    return ETag ?? "";
  } catch (error) {
    if (nameOf(error) === "PreconditionFailed") return undefined;
    throw error;
  }
}

async function read(
  client: Pick<S3Client, "send">,
  { bucket, key }: ObjectLocation,
): Promise<{ body: string; etag: string } | undefined> {
  try {
    const { Body, ETag } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return { body: (await Body?.transformToString()) ?? "", etag: ETag ?? "" };
  } catch (error) {
    if (nameOf(error) === "NoSuchKey") return undefined;
    throw error;
  }
}

async function* list(
  client: Pick<S3Client, "send">,
  bucket: string,
  prefix: string,
): AsyncGenerator<StoredObject> {
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        ...(token ? { ContinuationToken: token } : {}),
      }),
    );
    for (const { Key: key, Size: size, ETag: etag, LastModified: writtenAt } of page.Contents ?? []) {
      if (key !== undefined)
        yield { key, size: size ?? 0, etag: etag ?? "", writtenAt: writtenAt ?? new Date() };
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

async function deleteAll(
  client: Pick<S3Client, "send">,
  bucket: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const failures = new Map<string, string>();
  for (let start = 0; start < keys.length; start += MAX_KEYS_PER_DELETE) {
    const Objects = keys.slice(start, start + MAX_KEYS_PER_DELETE).map((Key) => ({ Key }));
    const { Errors } = await client.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
    );
    for (const { Key, Code, Message } of Errors ?? []) {
      if (Key !== undefined) failures.set(Key, `${Code}: ${Message}`);
    }
  }
  return failures;
}

async function deleteIfUnchanged(
  client: Pick<S3Client, "send">,
  { bucket, key }: ObjectLocation,
  etag: string,
): Promise<"deleted" | "changed"> {
  try {
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key, IfMatch: etag }));
    return "deleted";
  } catch (error) {
    if (nameOf(error) === "PreconditionFailed") return "changed";
    if (nameOf(error) === "NoSuchKey" || nameOf(error) === "NotFound") return "deleted";
    throw error;
  }
}
