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
import { type CommittedPartitions, commitPartitions } from "./core/commit-partitions";
import { systemClock } from "./core/ports";
import { privacySalt } from "./core/privacy-salt";
import { readLakeEnvironment } from "./environment";
import { logger, publish } from "./telemetry";

const { DATABASE, WORKGROUP, BUCKET, PARTITIONS } = readLakeEnvironment(process.env);
const clock = systemClock;
const store = s3ObjectStore(new S3Client({ maxAttempts: 5 }));
const sourcesOf = sourcesIn(store, BUCKET);
const client = new AthenaClient({ maxAttempts: 5 });
const engine = athenaQueryEngine({ client, clock, database: DATABASE, workgroup: WORKGROUP });

/** Time for what comes after the last query: deleting a marker and writing metrics. */
const RESERVE_MS = 15_000;

/** What the schedule sends. */
export interface TransformPartitionEvent {
  /** Nominal time of the run, ISO 8601: the same run, repeated, joins its own statements. Default: now. */
  readonly scheduledTime?: string;
}

/**
 * Commits the files of every touched partition to its typed table: one statement each, oldest first, until the
 * function's time is nearly over. The rest is left for the next run.
 *
 * @throws OperationError if a statement failed; the others were carried out, and its marker stays for the next run
 */
export async function handler(
  { scheduledTime }: TransformPartitionEvent,
  context: Pick<Context, "getRemainingTimeInMillis">,
): Promise<Omit<CommittedPartitions, "failures">> {
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
  const { failures, ...result } = await commitPartitions(ports, { bucket: BUCKET, tables, deadline }, (key) =>
    logger.warn("unknown marker left alone", { key }),
  );
  for (const error of failures) logger.error("a partition was not committed", error);
  logger.info("partitions committed", { ...result, failed: failures.length });
  publish({
    PartitionsCommitted: result.committed,
    PartitionsWaiting: result.waiting + failures.length,
    RowsCommitted: result.rows,
    SecondsToLake: result.secondsToLake,
  });
  const [first] = failures;
  if (first) throw first;
  return result;
}
