import type { ConfiguredSource } from "../../formats/configured-source";
import type { HourRange } from "./add-partitions";
import { foldersIn } from "./delivered-folders";
import { readSourcesOf } from "./delivered-source";
import type { PagedListing, PartitionCatalog } from "./ports";

/**
 * Adds the partitions of sources that are read as delivered for a range of hours: those of all accounts, Regions or the
 * like that exist.
 *
 * @returns number of partitions that exist now; most existed before
 */
export async function addDelivered(
  { listing, catalog }: { readonly listing: PagedListing; readonly catalog: PartitionCatalog },
  sources: readonly ConfiguredSource[],
  range: HourRange,
): Promise<number> {
  let count = 0;
  for (const { place } of readSourcesOf(sources)) {
    const folders = await foldersIn(listing, place, range);
    await catalog.addDelivered(folders);
    count += folders.length;
  }
  return count;
}
