import { AthenaClient } from "@aws-sdk/client-athena";
import { S3Client } from "@aws-sdk/client-s3";
import type { Context } from "aws-lambda";
import { tablesOfSources } from "../formats/configured-source";
import { SKIP_REASONS } from "../formats/object-kind";
import { needsSalt } from "../formats/privacy";
import { athenaLake } from "./adapters/athena-lake";
import { athenaPartitionCatalog } from "./adapters/athena-partition-catalog";
import { athenaQueryEngine } from "./adapters/athena-query-engine";
import { projectedPartitions } from "./adapters/projected-partitions";
import { s3PagedListing } from "./adapters/s3-listing";
import { s3ObjectStore } from "./adapters/s3-object-store";
import { sourcesIn } from "./configuration";
import { type CommittedTable, commitTables } from "./core/commit-tables";
import { LISTING_SHARE, type NotedSource, noteDelivered } from "./core/note-delivered";
import { systemClock } from "./core/ports";
import { privacySalt } from "./core/privacy-salt";
import { readLakeEnvironment } from "./environment";
import { logger, publish, publishPer } from "./telemetry";

const { DATABASE, WORKGROUP, BUCKET, PARTITIONS } = readLakeEnvironment(process.env);
const clock = systemClock;
const s3 = new S3Client({ maxAttempts: 5 });
const store = s3ObjectStore(s3);
const listing = s3PagedListing(s3);
const sourcesOf = sourcesIn(store, BUCKET);
const client = new AthenaClient({ maxAttempts: 5 });
const engine = athenaQueryEngine({ client, clock, database: DATABASE, workgroup: WORKGROUP });

/** Time reserved after the last query, to delete notes and write metrics. */
const RESERVE_MS = 15_000;
/** Event of the schedule. */
export interface TransformPartitionEvent {
  /** Nominal time of the run, ISO 8601: a repeated run joins its earlier statements. Default: now. */
  readonly scheduledTime?: string;
}

/** Result of the run for one table. */
export type TransformedTable = Omit<CommittedTable, "failures">;

/**
 * Notes the new files of the sources that are read as delivered. Then commits the noted files of every table with as few statements as possible, oldest first, until the
 * function's time is nearly over. The next run commits the rest. A file that the engine cannot read is moved
 * to `rejected/`.
 *
 * @throws OperationError if a listing or a statement failed; the others were completed, and the next run repeats the
 * listing and commits the files whose notes stay
 */
export async function handler(
  { scheduledTime }: TransformPartitionEvent,
  context: Pick<Context, "getRemainingTimeInMillis">,
): Promise<readonly TransformedTable[]> {
  const runToken = scheduledTime ?? clock.now().toISOString();
  const sources = await sourcesOf();
  const tables = tablesOfSources(sources);
  const isHashed = tables.some(({ privacy }) => privacy?.some(needsSalt));
  const options = { engine, database: DATABASE, bucket: BUCKET, runToken };
  const catalog = athenaPartitionCatalog({ ...options, withLines: true });
  const ports = {
    store,
    engine,
    clock,
    catalog: PARTITIONS === "projection" ? projectedPartitions(catalog) : catalog,
    lake: athenaLake({
      ...options,
      client,
      tables,
      ...(isHashed ? { salt: await privacySalt(store, BUCKET) } : {}),
    }),
  };
  const [now, remaining] = [clock.now().getTime(), context.getRemainingTimeInMillis() - RESERVE_MS];
  const listed = await noteDelivered(
    { store, listing, clock },
    {
      bucket: BUCKET,
      sources,
      deadline: new Date(now + remaining * LISTING_SHARE),
      onSkipped: (object, reason) => logger.info("skipped", { ...object, reason }),
    },
  );
  publishListed(listed.noted);
  for (const error of listed.failures) logger.error("a listing failed", error);
  const deadline = new Date(now + remaining);
  const committed = await commitTables(
    ports,
    { bucket: BUCKET, tables, deadline },
    (key) => logger.warn("unknown note ignored", { key }),
    (table, UnparsedRows) => publishPer("Table", table, { UnparsedRows }),
  );
  publishCommitted(committed);
  const failures = committed.flatMap((table) => table.failures);
  for (const error of failures) logger.error("a commit or its count failed", error);
  const [first] = [...listed.failures, ...failures];
  if (first) throw first;
  return committed.map(({ failures: _, ...table }) => table);
}

function publishListed(sources: readonly NotedSource[]): void {
  for (const { source, files, bytes, ...result } of sources) {
    logger.info("source listed", { source, files, bytes, ...result });
    if (files > 0) publishPer("Source", source, { ObjectsFound: files, BytesFound: bytes });
  }
  for (const reason of SKIP_REASONS) {
    const count = sum(sources.map(({ skipped }) => skipped[reason] ?? 0));
    if (count > 0) publishPer("Reason", reason, { ObjectsSkipped: count });
  }
}

function publishCommitted(tables: readonly CommittedTable[]): void {
  for (const { failures, ...table } of tables) {
    logger.info("table committed", { ...table, failed: failures.length });
    publishPer("Table", table.table, { FilesRejected: table.rejected.length });
  }
  publish({
    PartitionsCommitted: sum(tables.map(({ committed }) => committed)),
    PartitionsWaiting: sum(tables.map(({ waiting }) => waiting)),
    RowsCommitted: sum(tables.map(({ rows }) => rows)),
    SecondsToLake: Math.max(...tables.map(({ secondsToLake }) => secondsToLake)),
  });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
