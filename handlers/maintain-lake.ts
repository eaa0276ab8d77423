import { AthenaClient } from "@aws-sdk/client-athena";
import { S3Client } from "@aws-sdk/client-s3";
import { tablesOfSources } from "../formats/configured-source";
import { athenaLake, lakeTableOf } from "./adapters/athena-lake";
import { athenaQueryEngine } from "./adapters/athena-query-engine";
import { s3ObjectStore } from "./adapters/s3-object-store";
import { sourcesIn } from "./configuration";
import { type MaintainedTable, maintainTable } from "./core/maintain-lake";
import { systemClock } from "./core/ports";
import { readMaintainEnvironment } from "./environment";
import { logger, publishPer } from "./telemetry";

const { DATABASE, WORKGROUP, BUCKET, RETENTION_DAYS } = readMaintainEnvironment(process.env);
const clock = systemClock;
const sourcesOf = sourcesIn(s3ObjectStore(new S3Client({ maxAttempts: 5 })), BUCKET);
const client = new AthenaClient({ maxAttempts: 5 });
const engine = athenaQueryEngine({ client, clock, database: DATABASE, workgroup: WORKGROUP });

/** What the schedule sends. */
export interface MaintainLakeEvent {
  /** Nominal time of the run, ISO 8601. Default: now. */
  readonly scheduledTime?: string;
}

/**
 * Deletes rows that are older than they are kept, merges the small files of the last days, deletes what no snapshot needs, and counts the lines of a finished day that
 * could not be read.
 *
 * @throws OperationError if a statement failed; the next day's run catches up
 */
export async function handler({ scheduledTime }: MaintainLakeEvent): Promise<readonly MaintainedTable[]> {
  const runToken = scheduledTime ?? clock.now().toISOString();
  const now = scheduledTime === undefined ? clock.now() : new Date(scheduledTime);
  const tables = tablesOfSources(await sourcesOf());
  const options = { client, engine, database: DATABASE, bucket: BUCKET, tables, runToken };
  const maintained: MaintainedTable[] = [];
  for (const { table } of tables) {
    await athenaLake(options).prepare(table);
    const result = await maintainTable(engine, lakeTableOf(options, table), now, runToken, RETENTION_DAYS);
    publishPer("Table", table, { UnparsedRows: result.unparsed });
    maintained.push(result);
  }
  logger.info("lake maintained", { maintained });
  return maintained;
}
