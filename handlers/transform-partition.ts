import { AthenaClient } from "@aws-sdk/client-athena";
import { S3Client } from "@aws-sdk/client-s3";
import type { Context } from "aws-lambda";
import { tablesOfSources } from "../formats/configured-source";
import { needsSalt } from "../formats/privacy";
import { athenaLake } from "./adapters/athena-lake";
import { athenaPartitionCatalog } from "./adapters/athena-partition-catalog";
import { athenaQueryEngine } from "./adapters/athena-query-engine";
import { projectedPartitions } from "./adapters/projected-partitions";
import { s3ObjectStore } from "./adapters/s3-object-store";
import { sourcesIn } from "./configuration";
import { type CommittedTable, commitTables } from "./core/commit-tables";
import { systemClock } from "./core/ports";
import { privacySalt } from "./core/privacy-salt";
import { readLakeEnvironment } from "./environment";
import { logger, publish, publishPer } from "./telemetry";

const { DATABASE, WORKGROUP, BUCKET, PARTITIONS } = readLakeEnvironment(process.env);
const clock = systemClock;
const store = s3ObjectStore(new S3Client({ maxAttempts: 5 }));
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
 * Commits the noted files of every table with as few statements as possible, oldest first, until the
 * function's time is nearly over. The next run commits the rest. A file that the engine cannot read is moved
 * to `rejected/`.
 *
 * @throws OperationError if a statement failed; the others were completed, and its notes stay for the next
 * run
 */
export async function handler(
  { scheduledTime }: TransformPartitionEvent,
  context: Pick<Context, "getRemainingTimeInMillis">,
): Promise<readonly TransformedTable[]> {
  const runToken = scheduledTime ?? clock.now().toISOString();
  const tables = tablesOfSources(await sourcesOf());
  const isHashed = tables.some(({ privacy }) => privacy?.some(needsSalt));
  const options = { engine, database: DATABASE, bucket: BUCKET, runToken };
  const ports = {
    store,
    engine,
    clock,
    catalog:
      PARTITIONS === "projection"
        ? projectedPartitions
        : athenaPartitionCatalog({ ...options, withLines: true }),
    lake: athenaLake({
      ...options,
      client,
      tables,
      ...(isHashed ? { salt: await privacySalt(store, BUCKET) } : {}),
    }),
  };
  const deadline = new Date(clock.now().getTime() + context.getRemainingTimeInMillis() - RESERVE_MS);
  const committed = await commitTables(
    ports,
    { bucket: BUCKET, tables, deadline },
    (key) => logger.warn("unknown note ignored", { key }),
    (table, UnparsedRows) => publishPer("Table", table, { UnparsedRows }),
  );
  publishCommitted(committed);
  const failures = committed.flatMap((table) => table.failures);
  for (const error of failures) logger.error("a commit or its count failed", error);
  const [first] = failures;
  if (first) throw first;
  return committed.map(({ failures: _, ...table }) => table);
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
