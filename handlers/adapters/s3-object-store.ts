import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { messageOf, nameOf } from "../core/errors";
import type { ObjectLocation, ObjectStore, StoredText } from "../core/ports";
import { listPages } from "./s3-listing";

/** S3 takes at most this many keys in one DeleteObjects request. */
const MAX_KEYS_PER_DELETE = 1000;
const MAX_CONFLICTS = 5;

/** Objects in S3. The client retries single requests. */
export const s3ObjectStore = (client: Pick<S3Client, "send">): ObjectStore => ({
  copy: (source, target) => copy(client, source, target),
  exists: ({ bucket, key }) => foundOrNot(client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))),
  put: async ({ bucket, key }, body, contentType) => {
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: body,
        ...(contentType === undefined ? {} : { ContentType: contentType }),
      }),
    );
  },
  putIfAbsent: (location, body) => putIfAbsent(client, location, body),
  read: (location) => read(client, location),
  async *list(bucket, prefix) {
    for await (const { objects } of listPages(client, bucket, prefix)) yield* objects;
  },
  deleteAll: (bucket, keys) => deleteAll(client, bucket, keys),
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
    // S3 can answer 200 before the copy ends: only the copy's ETag confirms it.
    if (!CopyObjectResult?.ETag) throw new Error("S3 did not confirm the copy: its response has no ETag");
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

/**
 * S3 answers 409 if another request for the same key ended at the same moment: only a retry shows which was
 * first.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
async function putIfAbsent(
  client: Pick<S3Client, "send">,
  { bucket, key }: ObjectLocation,
  body: string,
): Promise<string | undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { ETag } = await client.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, IfNoneMatch: "*" }),
      );
      return ETag ?? "";
    } catch (error) {
      if (nameOf(error) === "PreconditionFailed") return undefined;
      if (nameOf(error) !== "ConditionalRequestConflict" || attempt === MAX_CONFLICTS) throw error;
    }
  }
}

async function read(
  client: Pick<S3Client, "send">,
  { bucket, key }: ObjectLocation,
): Promise<StoredText | undefined> {
  try {
    const { Body, ETag, LastModified } = await client.send(
      new GetObjectCommand({ Bucket: bucket, Key: key }),
    );
    const body = (await Body?.transformToString()) ?? "";
    return { body, etag: ETag ?? "", writtenAt: LastModified ?? new Date(0) };
  } catch (error) {
    if (nameOf(error) === "NoSuchKey") return undefined;
    throw error;
  }
}

async function deleteAll(
  client: Pick<S3Client, "send">,
  bucket: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const failures = new Map<string, string>();
  for (let start = 0; start < keys.length; start += MAX_KEYS_PER_DELETE) {
    const some = keys.slice(start, start + MAX_KEYS_PER_DELETE);
    for (const [key, reason] of await deleteSome(client, bucket, some)) failures.set(key, reason);
  }
  return failures;
}

async function deleteSome(
  client: Pick<S3Client, "send">,
  bucket: string,
  keys: readonly string[],
): Promise<readonly (readonly [key: string, reason: string])[]> {
  try {
    const Objects = keys.map((Key) => ({ Key }));
    const { Errors } = await client.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
    );
    return (Errors ?? []).flatMap(({ Key, Code, Message }) =>
      Key === undefined ? [] : [[Key, `${Code}: ${Message}`] as const],
    );
  } catch (error) {
    // A key has a character that XML cannot hold: the other keys must still be deleted.
    if (nameOf(error) === "MalformedXML") return deleteOneByOne(client, bucket, keys);
    throw error;
  }
}

async function deleteOneByOne(
  client: Pick<S3Client, "send">,
  bucket: string,
  keys: readonly string[],
): Promise<readonly (readonly [key: string, reason: string])[]> {
  const failures: [string, string][] = [];
  for (const key of keys) {
    try {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    } catch (error) {
      failures.push([key, messageOf(error)]);
    }
  }
  return failures;
}
