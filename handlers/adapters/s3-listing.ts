import { ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import { RetryableError } from "../core/errors";
import type { StoredObject } from "../core/ports";

/** Up to a thousand objects. */
export interface ListedPage {
  readonly objects: readonly StoredObject[];
  readonly isLast: boolean;
}

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
): AsyncGenerator<ListedPage> {
  let token: string | undefined;
  do {
    const { Contents, IsTruncated, NextContinuationToken } = await client.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
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
    yield { objects, isLast: token === undefined };
  } while (token !== undefined);
}
