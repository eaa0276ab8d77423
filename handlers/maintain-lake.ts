import { AthenaClient } from "@aws-sdk/client-athena";
import { GlueClient } from "@aws-sdk/client-glue";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Context } from "aws-lambda";
import { tablesOfSources } from "../formats/configured-source";
import { athenaLake, lakeTableOf } from "./adapters/athena-lake";
import { athenaQueryEngine } from "./adapters/athena-query-engine";
import { glueTableVersions } from "./adapters/glue-table-versions";
import { glueTextPartitions } from "./adapters/glue-text-partitions";
import { s3PagedListing } from "./adapters/s3-listing";
import { s3ObjectStore } from "./adapters/s3-object-store";
import { sqsMoveQueue } from "./adapters/sqs-move-queue";
import { sourcesIn } from "./configuration";
import { PermanentError } from "./core/errors";
import { type MaintainedTable, maintainTable } from "./core/maintain-table";
import { systemClock } from "./core/ports";
import { reconcile } from "./core/reconcile";
import { readMaintainEnvironment } from "./environment";
import { logger } from "./telemetry";

const environment = readMaintainEnvironment(process.env);
const { DATABASE, WORKGROUP, BUCKET, RETENTION_DAYS } = environment;
const clock = systemClock;
const s3 = new S3Client({ maxAttempts: 5 });
const store = s3ObjectStore(s3);
const listing = s3PagedListing(s3);
const sourcesOf = sourcesIn(store, BUCKET);
const client = new AthenaClient({ maxAttempts: 5 });
const glue = { client: new GlueClient({ maxAttempts: 5 }), database: DATABASE };
const versions = glueTableVersions(glue);
const partitions = glueTextPartitions(glue);
const engine = athenaQueryEngine({ client, clock, database: DATABASE, workgroup: WORKGROUP });

const { QUEUE_URL, LANDING_BUCKET } = environment;
const landing =
  QUEUE_URL === undefined
    ? undefined
    : {
        bucket: LANDING_BUCKET,
        queue: sqsMoveQueue({ client: new SQSClient({ maxAttempts: 5 }), url: QUEUE_URL }),
      };

/** Part of the time that the reconciliation may take. */
const RECONCILE_SHARE = 1 / 3;
/** Time reserved after the last query, to write the log. */
const RESERVE_MS = 15_000;

/** Event of a table's schedule. */
export interface MaintainLakeEvent {
  /** Nominal time of the run, ISO 8601. Default: now. */
  readonly scheduledTime?: string;
  /** The typed table that this invocation is for. */
  readonly table: string;
}

/**
 * The nightly work on one typed table: gives partitions from before an upgrade the pattern of their raw table, notes files of
 * the last days that are not in the typed table, deletes rows after their
 * retention, merges the small files of days with many, and deletes files that no snapshot needs, old versions of the
 * table in the catalog, and old records of commits. Each run of a night continues where the previous one ended.
 *
 * @throws OperationError if a step failed; the other steps were completed, and the next run catches up
 */
export async function handler(
  { scheduledTime, table }: MaintainLakeEvent,
  context: Pick<Context, "getRemainingTimeInMillis">,
): Promise<Omit<MaintainedTable, "failures">> {
  const sources = await sourcesOf();
  const tables = tablesOfSources(sources);
  const partitioned = tables.find((configured) => configured.table === table);
  if (!partitioned) {
    const names = tables.map((configured) => `"${configured.table}"`).join(", ");
    throw new PermanentError("INVALID_EVENT", `"table" must be one of ${names}, got "${table}"`);
  }
  const now = scheduledTime === undefined ? clock.now() : new Date(scheduledTime);
  const token = now.toISOString().slice(0, "YYYY-MM-DD".length);
  const options = { client, engine, database: DATABASE, bucket: BUCKET, tables, runToken: token };
  await athenaLake(options).prepare(table);
  const [start, remaining] = [clock.now().getTime(), context.getRemainingTimeInMillis() - RESERVE_MS];
  const lakeTable = lakeTableOf(options, table);
  const { failures, ...result } = await maintainTable(
    {
      store,
      engine,
      versions,
      partitions,
      reconcile: () =>
        reconcile(
          { store, listing, engine, clock },
          {
            table: lakeTable,
            partitioned,
            sources,
            landing,
            now,
            night: token,
            deadline: new Date(start + remaining * RECONCILE_SHARE),
          },
        ),
    },
    lakeTable,
    {
      bucket: BUCKET,
      now,
      token,
      deadline: new Date(start + remaining),
      retentionDays: RETENTION_DAYS,
    },
  );
  for (const error of failures) logger.error("a step of the maintenance failed", error);
  logger.info("table maintained", { ...result, failed: failures.length });
  const [first] = failures;
  if (first) throw first;
  return result;
}
