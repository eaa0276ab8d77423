import { AthenaClient } from "@aws-sdk/client-athena";
import { S3Client } from "@aws-sdk/client-s3";
import type { Context } from "aws-lambda";
import { tablesOfSources } from "../formats/configured-source";
import { REPORTS_PREFIX } from "../formats/partition-layout";
import { DAY_MS } from "../formats/time";
import { readAssets } from "../report/assets";
import { type Collected, collect, joined, tablesIn } from "../report/collect";
import type { ReportEngine } from "../report/engine";
import type { Rejected } from "../report/model";
import { renderPage } from "../report/render";
import { scannedCounts } from "../report/scanned-counts";
import { athenaQueryEngine } from "./adapters/athena-query-engine";
import { s3ObjectStore } from "./adapters/s3-object-store";
import { sourcesIn } from "./configuration";
import { QueryFailedError } from "./core/errors";
import { systemClock } from "./core/ports";
import { rejectedFiles } from "./core/rejected-files";
import { readReportEnvironment } from "./environment";
import { logger } from "./telemetry";

const { DATABASE, WORKGROUP, BUCKET, DAYS } = readReportEnvironment(process.env);
const clock = systemClock;
const store = s3ObjectStore(new S3Client({ maxAttempts: 5 }));
const sourcesOf = sourcesIn(store, BUCKET);
const athena = athenaQueryEngine({
  client: new AthenaClient({ maxAttempts: 5 }),
  clock,
  database: DATABASE,
  workgroup: WORKGROUP,
});

/** Time reserved after the last query, to write the page. */
const RESERVE_MS = 60_000;
const TIME_ZONE = "UTC";
/** Folder of the function's files. */
const TASK = process.env.LAMBDA_TASK_ROOT ?? __dirname;
const HTML = "text/html; charset=utf-8";
/** Athena's reason if a typed table has no row yet. */
const NOT_CREATED = /TABLE_NOT_FOUND|Table .* does not exist/;

/** A written report. */
export interface WrittenReport {
  /** Key of the page; `undefined` if no table has a request in the days. */
  readonly key: string | undefined;
  readonly tables: readonly string[];
}

/**
 * Writes the page of the last complete days, and the same page as the latest one. Another run of the same day joins the
 * queries of the first, and replaces the page.
 *
 * @throws OperationError if a query failed; the next run is about the same or later days
 */
export async function handler(
  { scheduledTime }: { readonly scheduledTime?: string },
  context: Pick<Context, "getRemainingTimeInMillis">,
): Promise<WrittenReport> {
  const now = scheduledTime === undefined ? clock.now() : new Date(scheduledTime);
  const day = now.toISOString().slice(0, "YYYY-MM-DD".length);
  const waitUntil = new Date(clock.now().getTime() + context.getRemainingTimeInMillis() - RESERVE_MS);
  const engine = engineOf(day, waitUntil);
  const until = Date.parse(day);
  const range = { from: until - DAYS * DAY_MS, until };
  const collected: Collected[] = [];
  for (const { table } of tablesOfSources(await sourcesOf()))
    collected.push(await reportsOf(engine, table, range));
  const all = joined(collected);
  const names = tablesIn(all);
  if (names.length === 0) {
    logger.info("no requests to report");
    return { key: undefined, tables: names };
  }
  const page = await renderPage(
    {
      made: now.getTime(),
      timeZone: TIME_ZONE,
      source: DATABASE,
      options: "--athena",
      ...all,
      rejected: await rejected(),
      cuts: [],
    },
    await readAssets(TASK),
  );
  const key = `${REPORTS_PREFIX}${day}.html`;
  await store.put({ bucket: BUCKET, key }, page, HTML);
  if (!(await isOlder(key))) await store.put({ bucket: BUCKET, key: LATEST_KEY }, page, HTML);
  logger.info("report written", { key, bytes: page.length, tables: names });
  return { key, tables: names };
}

const LATEST_KEY = `${REPORTS_PREFIX}latest.html`;

function engineOf(day: string, waitUntil: Date): ReportEngine {
  const table = (sql: string) => athena.table({ sql, token: `report ${day}`, waitUntil });
  return { table, rows: async (sql) => (await table(sql)).rows };
}

async function reportsOf(
  engine: ReportEngine,
  table: string,
  range: { readonly from: number; readonly until: number },
): Promise<Collected> {
  try {
    return await collect(scannedCounts(engine), { range, timeZone: TIME_ZONE, tables: [table] });
  } catch (error) {
    if (error instanceof QueryFailedError && NOT_CREATED.test(error.reason)) return joined([]);
    throw error;
  }
}

/** True if there is a report of a later day: a run can be retried days later. */
async function isOlder(key: string): Promise<boolean> {
  for await (const other of store.list(BUCKET, REPORTS_PREFIX)) {
    if (other.key > key && other.key !== LATEST_KEY) return true;
  }
  return false;
}

const EXAMPLES = 50;

async function rejected(): Promise<Rejected> {
  const files = await rejectedFiles(store, BUCKET);
  return {
    files: files.length,
    examples: files
      .slice(0, EXAMPLES)
      .map(({ rejectedKey, reason }) => ({ key: rejectedKey, reason: "rejected by Athena", detail: reason })),
  };
}
