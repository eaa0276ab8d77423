import { ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";

export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly modified: Date;
}

export interface Listing {
  readonly objects: readonly ListedObject[];
  /** True if there are more objects than the limit. */
  readonly isCutShort: boolean;
}

/** The objects below a prefix, in key order, up to a number of pages with a thousand objects each. */
export async function listObjects(
  client: S3Client,
  bucket: string,
  prefix: string,
  maxPages = Number.POSITIVE_INFINITY,
): Promise<Listing> {
  const objects: ListedObject[] = [];
  let token: string | undefined;
  for (let page = 0; page < maxPages; page++) {
    const { Contents = [], NextContinuationToken } = await client.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        ...(token === undefined ? {} : { ContinuationToken: token }),
      }),
    );
    for (const { Key: key, Size: size = 0, LastModified: modified } of Contents) {
      if (key !== undefined && modified !== undefined) objects.push({ key, size, modified });
    }
    token = NextContinuationToken;
    if (token === undefined) break;
  }
  return { objects, isCutShort: token !== undefined };
}
