import type { ConfiguredSource } from "../../formats/configured-source";
import type { DeliveredFolder } from "../../formats/delivered-layout";
import type { SkipReason } from "../../formats/object-kind";
import type { HourRange } from "./add-partitions";
import { type DeliveredFile, deliveredFolders, FILES_PER_NOTE, noteArrivals } from "./arrival-notes";
import type { BackfillPorts, BackfillProgress } from "./backfill";
import { folderHoursOf, foldersIn, listFolders } from "./delivered-folders";
import { type ReadSource, readSourcesOf } from "./delivered-source";
import { LimitedListing } from "./limited-listing";
import { planDelivered } from "./move-plan";
import type { PagedListing } from "./ports";

export interface DeliveredBackfillConfig {
  readonly sources: readonly ConfiguredSource[];
  /** Bucket of the arrival notes. */
  readonly bucket: string;
  /** Only this typed table; default: the tables of all sources. */
  readonly table?: string;
  readonly range: HourRange;
  /** Counts without writing anything. */
  readonly isDryRun: boolean;
  readonly onProgress: (progress: BackfillProgress) => void;
}

/** Counts of the objects in the folders of the range: `objects` is the sum of `files`, `outOfRange` and `skipped`. */
export interface DeliveredBackfill {
  readonly objects: number;
  /** Files in the range, now noted; in a dry run, to be noted. */
  readonly files: number;
  /** Logs of other hours. */
  readonly outOfRange: number;
  readonly skipped: Readonly<Partial<Record<SkipReason, number>>>;
  /** Folders with these files, now in the catalog. */
  readonly folders: number;
}

/** The files of so many folders are in memory at once. */
const FOLDERS_AT_ONCE = 10;

/**
 * Loads the history of sources that are read as delivered: adds the folders with files of a range of hours, and notes
 * the files, so that they are committed to the typed tables. It can be repeated.
 */
export async function backfillDelivered(
  ports: BackfillPorts & { readonly listing: PagedListing },
  config: DeliveredBackfillConfig,
): Promise<DeliveredBackfill> {
  const total = { objects: 0, files: 0, outOfRange: 0, folders: 0 };
  const skipped: Partial<Record<SkipReason, number>> = {};
  for (const source of readSourcesOf(config.sources)) {
    const { place } = source;
    if (config.table !== undefined && config.table !== place.table) continue;
    const listing = new LimitedListing(ports.listing, () => false);
    const folders = await foldersIn(listing, place, folderHoursOf(source.source.format, config.range));
    await ports.pace(listing.requests);
    for (let start = 0; start < folders.length; start += FOLDERS_AT_ONCE) {
      const found = await findIn(ports, config, source, folders.slice(start, start + FOLDERS_AT_ONCE));
      total.objects += found.objects;
      total.files += found.files.length;
      total.outOfRange += found.outOfRange;
      total.folders += deliveredFolders(found.files).length;
      for (const reason of found.skipped) skipped[reason] = (skipped[reason] ?? 0) + 1;
      if (!config.isDryRun) await note(ports, config, found.files);
      config.onProgress({
        phase: "folders",
        done: Math.min(start + FOLDERS_AT_ONCE, folders.length),
        total: folders.length,
      });
    }
  }
  return { ...total, skipped };
}

async function findIn(
  ports: BackfillPorts & { readonly listing: PagedListing },
  { sources, range }: DeliveredBackfillConfig,
  { source, place }: ReadSource,
  folders: readonly DeliveredFolder[],
) {
  const [files, skipped] = [[] as DeliveredFile[], [] as SkipReason[]];
  let [objects, outOfRange] = [0, 0];
  const listing = new LimitedListing(ports.listing, () => false);
  await listFolders(listing, place.layout, folders, new Date(range.from), (folder, page) => {
    for (const { key, size } of page) {
      const plan = planDelivered(sources, source, { bucket: place.bucket, key, size });
      if (plan.kind === "other-source") continue;
      objects++;
      if (plan.kind === "skip") skipped.push(plan.reason);
      else if (plan.partition.hour < range.from || plan.partition.hour > range.to) outOfRange++;
      else files.push({ kind: "delivered", key, size, partition: plan.partition, folder });
    }
  });
  await ports.pace(listing.requests);
  return { objects, files, outOfRange, skipped };
}

async function note(
  ports: BackfillPorts,
  { bucket }: DeliveredBackfillConfig,
  files: readonly DeliveredFile[],
): Promise<void> {
  await ports.pace(Math.ceil(files.length / FILES_PER_NOTE));
  await ports.catalog.addDelivered(deliveredFolders(files));
  await noteArrivals(ports, bucket, files);
}
