import { AthenaClient } from "@aws-sdk/client-athena";
import { GlueClient } from "@aws-sdk/client-glue";
import { S3Client } from "@aws-sdk/client-s3";
import type { Context } from "aws-lambda";
import { tablesOfSources } from "../formats/configured-source";
import { athenaLake, lakeTableOf } from "./adapters/athena-lake";
import { athenaQueryEngine } from "./adapters/athena-query-engine";
import { glueTableVersions } from "./adapters/glue-table-versions";
import { s3ObjectStore } from "./adapters/s3-object-store";
import { sourcesIn } from "./configuration";
import { PermanentError } from "./core/errors";
import { type MaintainedTable, maintainTable } from "./core/maintain-table";
import { systemClock } from "./core/ports";
import { readMaintainEnvironment } from "./environment";
import { logger } from "./telemetry";

const { DATABASE, WORKGROUP, BUCKET, RETENTION_DAYS } = readMaintainEnvironment(process.env);
const clock = systemClock;
const store = s3ObjectStore(new S3Client({ maxAttempts: 5 }));
const sourcesOf = sourcesIn(store, BUCKET);
const client = new AthenaClient({ maxAttempts: 5 });
const versions = glueTableVersions({ client: new GlueClient({ maxAttempts: 5 }), database: DATABASE });
const engine = athenaQueryEngine({ client, clock, database: DATABASE, workgroup: WORKGROUP });

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
 * The nightly work on one typed table: deletes rows after their retention, merges the small files of days
 * with many, and deletes files that no snapshot needs, old versions of the table in the catalog, and old
 * records of commits. Each run of a night continues where the previous one ended.
 *
 * @throws OperationError if a step failed; the other steps were completed, and the next run catches up
 */
export async function handler(
  { scheduledTime, table }: MaintainLakeEvent,
  context: Pick<Context, "getRemainingTimeInMillis">,
): Promise<Omit<MaintainedTable, "failures">> {
  const tables = tablesOfSources(await sourcesOf());
  if (!tables.some((configured) => configured.table === table)) {
    const names = tables.map((configured) => `"${configured.table}"`).join(", ");
    throw new PermanentError("INVALID_EVENT", `"table" must be one of ${names}, got "${table}"`);
  }
  const now = scheduledTime === undefined ? clock.now() : new Date(scheduledTime);
  const token = now.toISOString().slice(0, "YYYY-MM-DD".length);
  const options = { client, engine, database: DATABASE, bucket: BUCKET, tables, runToken: token };
  await athenaLake(options).prepare(table);
  const deadline = new Date(clock.now().getTime() + context.getRemainingTimeInMillis() - RESERVE_MS);
  const { failures, ...result } = await maintainTable(
    { store, engine, versions },
    lakeTableOf(options, table),
    { bucket: BUCKET, now, token, deadline, retentionDays: RETENTION_DAYS },
  );
  for (const error of failures) logger.error("a step of the maintenance failed", error);
  logger.info("table maintained", { ...result, failed: failures.length });
  const [first] = failures;
  if (first) throw first;
  return result;
}
