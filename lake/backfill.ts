import type { HourRange } from "../handlers/core/add-partitions";
import { type BackfillProgress, type BackfillSummary, backfill } from "../handlers/core/backfill";
import { paceOf } from "../handlers/core/pace";
import { systemClock } from "../handlers/core/ports";
import { type CommitProgress, type CommittedAll, commitNoted } from "./commit-noted";
import { folderPartitionCatalog } from "./folder-partition-catalog";
import { ANY_SOURCE, openFolders } from "./folders";
import { LAKE_BUCKET, prepareLake } from "./layout";
import { withLakeLock } from "./lock";
import { lakePrivacy } from "./privacy";
import { withLakeWriter } from "./writer";

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

/** Outcome of the backfill, with the rows added to the typed tables. */
export type FolderBackfillOutcome = BackfillSummary & Partial<Pick<CommittedAll, "rows" | "unparsed">>;

/**
 * Adds the history of a folder to a lake: runs `backfill`, and then the commits that schedules run on AWS.
 *
 * @throws UserError if the folder cannot be read or another process is writing to the lake
 */
export async function backfillFolder(options: FolderBackfillOptions): Promise<FolderBackfillOutcome> {
  const { store, bucket, lake } = await openFolders(options.directory, options.lake, options);
  const run = () =>
    backfill(
      {
        store,
        catalog: folderPartitionCatalog(lake.root),
        clock: systemClock,
        pace: paceOf(systemClock, options.rate),
      },
      {
        ...options,
        sources: ANY_SOURCE,
        logBucket: bucket,
        bucket: LAKE_BUCKET,
        names: "identity",
        keepOriginals: !options.deleteOriginals,
      },
    );
  if (options.isDryRun) return run();
  return withLakeLock(lake.lockFile, async () => {
    await prepareLake(lake);
    const privacy = await lakePrivacy(lake);
    const summary = await run();
    const { rows, unparsed } = await withLakeWriter(lake, (writer) =>
      commitNoted(store, lake, writer, privacy, options.onProgress),
    );
    return { ...summary, rows, unparsed };
  });
}
