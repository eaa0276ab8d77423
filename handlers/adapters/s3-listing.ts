import { ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import { RetryableError } from "../core/errors";
import type { PagedListing, StoredObject } from "../core/ports";

/** Up to a thousand objects and prefixes. */
export interface ListedPage {
  readonly objects: readonly StoredObject[];
  /** With a delimiter: the different starts of the keys, which stand for the objects below them. */
  readonly prefixes: readonly string[];
  readonly isLast: boolean;
}

/** What a listing leaves out. */
export interface ListOptions {
  /** Lists only greater keys. */
  readonly after?: string | undefined;
  /** Lists the starts of keys up to this text instead of the objects. */
  readonly delimiter?: string;
}

/** Listings of S3. */
export const s3PagedListing = (client: Pick<S3Client, "send">): PagedListing => ({
  async *objectPages(bucket, prefix, after) {
    for await (const { objects } of listPages(client, bucket, prefix, { after })) yield objects;
  },
  async *prefixPages(bucket, prefix, delimiter) {
    for await (const { prefixes } of listPages(client, bucket, prefix, { delimiter })) yield prefixes;
  },
});

/**
 * The objects below a prefix, in the order of their keys, page by page: the next one is fetched when it is asked for.
 *
 * @throws RetryableError `STORE_FAILED` if S3 says that there are more, but not where they begin
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export async function* listPages(
  client: Pick<S3Client, "send">,
  bucket: string,
  prefix: string,
  { after, delimiter }: ListOptions = {},
): AsyncGenerator<ListedPage> {
  let token: string | undefined;
  do {
    const { Contents, CommonPrefixes, IsTruncated, NextContinuationToken } = await client.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        ...(after === undefined ? {} : { StartAfter: after }),
        ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
        ...(token === undefined ? {} : { ContinuationToken: token }),
      }),
    );
    if (IsTruncated && NextContinuationToken === undefined) {
      const message = `s3://${bucket}/${prefix}: the listing is cut off, and S3 gave no token to go on with`;
      throw new RetryableError("STORE_FAILED", message);
    }
    token = NextContinuationToken;
    const objects = (Contents ?? []).flatMap(({ Key, Size = 0, ETag = "", LastModified = new Date() }) =>
      Key === undefined ? [] : [{ key: Key, size: Size, etag: ETag, writtenAt: LastModified }],
    );
    const prefixes = (CommonPrefixes ?? []).flatMap(({ Prefix }) => Prefix ?? []);
    yield { objects, prefixes, isLast: token === undefined };
  } while (token !== undefined);
}
