import { randomUUID } from "node:crypto";
import { AthenaClient } from "@aws-sdk/client-athena";
import { S3Client } from "@aws-sdk/client-s3";
import { FORMATS } from "../formats";
import { athenaPartitionCatalog } from "../handlers/adapters/athena-partition-catalog";
import { athenaQueryEngine } from "../handlers/adapters/athena-query-engine";
import { s3ObjectStore } from "../handlers/adapters/s3-object-store";
import type { HourRange } from "../handlers/core/add-partitions";
import { type BackfillProgress, type BackfillSummary, backfill } from "../handlers/core/backfill";
import { paceOf } from "../handlers/core/pace";
import type { PartitionedTable } from "../handlers/core/partitioned-table";
import { systemClock } from "../handlers/core/ports";
import { partitionValueOf, type Source } from "../handlers/core/source";
import { type CommitProgress, type CommittedAll, commitNoted } from "../lake/commit-noted";
import { folderPartitionCatalog } from "../lake/folder-partition-catalog";
import { ANY_SOURCE, openFolders } from "../lake/folders";
import { LAKE_BUCKET, prepareLake } from "../lake/layout";
import { withLakeLock } from "../lake/lock";
import { lakePrivacy } from "../lake/privacy";
import { withLakeWriter } from "../lake/writer";

export interface BackfillOptions {
  readonly range: HourRange;
  /** Only this typed table. */
  readonly table?: string;
  readonly isDryRun: boolean;
  /** Requests a second, on average. */
  readonly rate: number;
  readonly onProgress: (progress: BackfillProgress | CommitProgress) => void;
}

export interface FolderBackfillOptions extends BackfillOptions {
  readonly directory: string;
  readonly lake: string;
  readonly deleteOriginals: boolean;
}

export interface AwsBackfillOptions extends BackfillOptions {
  readonly sources: readonly Source[];
  /** Bucket that the logs were delivered to. */
  readonly logBucket: string;
  /** Bucket of the pipeline. */
  readonly bucket: string;
  readonly database: string;
  readonly workgroup: string;
  readonly keepOriginals: boolean;
  /** True if the pipeline keeps typed tables. */
  readonly columnar: boolean;
}

/** What happened; on this machine with what was added to the typed tables at once. */
export type BackfillOutcome = BackfillSummary & Partial<Pick<CommittedAll, "rows" | "unparsed">>;

/**
 * Brings the history of a folder into a lake: what `backfill` does, and then what the schedules do on AWS.
 *
 * @throws UserError if the folder cannot be read or another process is writing to the lake
 */
export async function backfillFolder(options: FolderBackfillOptions): Promise<BackfillOutcome> {
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
        tables: tablesOf(ANY_SOURCE, options.table),
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

/** Brings the history of a bucket into a deployed pipeline, whose schedules then fill the typed tables. */
export async function backfillAws(options: AwsBackfillOptions): Promise<BackfillOutcome> {
  const clock = systemClock;
  const { database, workgroup, bucket } = options;
  const engine = athenaQueryEngine({ client: new AthenaClient(), clock, database, workgroup });
  const store = s3ObjectStore(new S3Client({ maxAttempts: 5 }));
  const catalog = athenaPartitionCatalog({
    engine,
    database,
    bucket,
    withLines: options.columnar,
    runToken: randomUUID(),
  });
  return backfill(
    { store, catalog, clock, pace: paceOf(clock, options.rate) },
    { ...options, tables: tablesOf(options.sources, options.table) },
  );
}

function tablesOf(sources: readonly Source[], only: string | undefined): PartitionedTable[] {
  return Object.values(FORMATS).flatMap((format) => {
    const ofFormat = sources.filter((source) => FORMATS[source.format] === format);
    if (ofFormat.length === 0 || (only !== undefined && only !== format.table)) return [];
    const names = ofFormat.flatMap((source) => partitionValueOf(source) ?? []);
    return [{ table: format.table, ...(names.length > 0 ? { sources: names } : {}) }];
  });
}
