import type { ConfiguredSource } from "../../formats/configured-source";
import { type DeliveredFolder, deliveredPrefixOf } from "../../formats/delivered-layout";
import type { HourRange } from "./add-partitions";
import { foldersIn } from "./delivered-folders";
import { type DeliveredPlace, readSourcesOf } from "./delivered-source";
import type { PagedListing, PartitionCatalog } from "./ports";

/**
 * Adds the partitions of sources that are read as delivered for a range of hours: those whose folders exist. For a
 * missing folder, Athena would create an object in the source's bucket.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/alter-table-add-partition.html
 * @returns number of partitions that exist now; most existed before
 */
export async function addDelivered(
  { listing, catalog }: { readonly listing: PagedListing; readonly catalog: PartitionCatalog },
  sources: readonly ConfiguredSource[],
  range: HourRange,
): Promise<number> {
  let count = 0;
  for (const { place } of readSourcesOf(sources)) {
    const folders: DeliveredFolder[] = [];
    for (const folder of await foldersIn(listing, place, range))
      if (await exists(listing, place, folder)) folders.push(folder);
    await catalog.addDelivered(folders);
    count += folders.length;
  }
  return count;
}

async function exists(
  listing: PagedListing,
  { layout }: DeliveredPlace,
  folder: DeliveredFolder,
): Promise<boolean> {
  for await (const objects of listing.objectPages(folder.bucket, deliveredPrefixOf(layout, folder)))
    return objects.length > 0;
  return false;
}
