import type { S3Client } from "@aws-sdk/client-s3";
import { listPages } from "../../handlers/adapters/s3-listing";
import type { StoredObject } from "../../handlers/core/ports";

export interface Listing {
  readonly objects: readonly StoredObject[];
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
  const objects: StoredObject[] = [];
  let pages = 0;
  for await (const page of listPages(client, bucket, prefix)) {
    objects.push(...page.objects);
    if (++pages === maxPages) return { objects, isCutShort: !page.isLast };
  }
  return { objects, isCutShort: false };
}
