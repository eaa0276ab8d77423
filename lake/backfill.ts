import type { HourRange } from "../handlers/core/add-partitions";
import { type BackfillProgress, type BackfillSummary, backfill, isWanted } from "../handlers/core/backfill";
import { paceOf } from "../handlers/core/pace";
import { systemClock } from "../handlers/core/ports";
import { keepBucketName } from "./bucket-names";
import { type CommitProgress, type CommittedAll, commitNoted } from "./commit-noted";
import { deleteOriginals } from "./delete-originals";
import { folderPartitionCatalog } from "./folder-partition-catalog";
import { ANY_SOURCE, checkedLake, type Folders, openFolders } from "./folders";
import { LAKE_BUCKET, type LakeLayout } from "./layout";
import { lakePrivacy } from "./privacy";
import { Replacements, type ShrunkFile } from "./replacements";
import { type SkippedObject, writeSkipped } from "./skipped";
import type { SpoolPool } from "./spool-pool";
import { throwIfFull } from "./storage-full";
import { writeLake } from "./write-lake";
import { withLakeWriter, withSpoolPool } from "./writer";

export interface FolderBackfillOptions {
  readonly directory: string;
  readonly lake: string;
  readonly deleteOriginals: boolean;
  readonly range: HourRange;
  /** Only this typed table. */
  readonly table?: string;
  readonly isDryRun: boolean;
  /** Requests a second, on average. */
  readonly rate: number;
  readonly onProgress: (progress: BackfillProgress | CommitProgress) => void;
}

/** Outcome of the backfill, and of the commits unless it was a dry run. */
export type FolderBackfillOutcome = BackfillSummary &
  Partial<Pick<CommittedAll, "rows" | "unparsed" | "changed" | "duplicates" | "differing" | "lost">> & {
    /** Files that have fewer rows now. */
    readonly shrunk?: readonly ShrunkFile[];
  };

/**
 * Adds the history of a folder to a lake: runs `backfill`, and then the commits that schedules run on AWS.
 *
 * @throws UserError if the folder cannot be read or another process is writing to the lake, or the disk is full
 */
export async function backfillFolder(options: FolderBackfillOptions): Promise<FolderBackfillOutcome> {
  const lake = await checkedLake(options.directory, options.lake);
  if (options.isDryRun) return copyRange(await openFolders(options.directory, lake), options);
  return withSpoolPool((pool) => writeLake(lake, () => backfillLake(pool, lake, options)));
}

async function backfillLake(
  pool: SpoolPool,
  lake: LakeLayout,
  options: FolderBackfillOptions,
): Promise<FolderBackfillOutcome> {
  const replacements = new Replacements(lake, pool);
  const folders = await openFolders(options.directory, lake, undefined, replacements.check);
  return withLakeWriter(lake, pool, async (writer) => {
    const privacy = await lakePrivacy(lake, writer.engine);
    await keepBucketName(lake, folders.bucket, folders.directory);
    const summary = await copyRange(folders, options);
    const committed = await commitNoted(folders.store, lake, writer, privacy, options.onProgress);
    const kept = options.deleteOriginals
      ? await deleteOriginals(
          folders,
          writer.engine,
          (plan) => isWanted(plan, options) && !replacements.kept.has(plan.key),
        )
      : [];
    const failed = summary.failed.map(({ key, reason }) => unreadable(key, reason));
    const lost = [...committed.lost, ...kept];
    await writeSkipped(lake, [...failed, ...lost]);
    const { rows, unparsed, changed, duplicates, differing } = committed;
    const { shrunk } = replacements;
    return { ...summary, rows, unparsed, changed, shrunk, duplicates, differing, lost };
  });
}

/** Moves the files of the range, but deletes no original: that comes after the commits. */
async function copyRange(
  { store, bucket, lake, unreadable: notListed }: Folders,
  options: FolderBackfillOptions,
): Promise<BackfillSummary> {
  const summary = await backfill(
    {
      store,
      catalog: folderPartitionCatalog(lake.root),
      clock: systemClock,
      pace: paceOf(systemClock, options.rate),
      isMoved: store.isCopied,
    },
    {
      ...options,
      sources: ANY_SOURCE,
      logBucket: bucket,
      bucket: LAKE_BUCKET,
      names: "identity",
      keepOriginals: true,
    },
  );
  throwIfFull(summary.failed.map(({ reason }) => reason));
  const failed = [...notListed].map(([key, reason]) => ({ key, reason }));
  return { ...summary, failed: [...failed, ...summary.failed] };
}

const unreadable = (key: string, detail: string): SkippedObject => ({
  key,
  reason: "unreadable-file",
  detail,
});
