import { FORMATS } from "../formats";
import { lastDay } from "../questions/range";
import { REPORTED_TABLES } from "../report/collect";
import type { ReportEngine } from "../report/engine";
import { type ScanBound, scanBounds } from "../report/scan-bound";
import { scannedCounts } from "../report/scanned-counts";
import { type Written, writeReport } from "../report/write-report";
import { byteText, sum } from "../terminal/quantities";
import type { Json } from "../terminal/rows";
import { shellWord } from "../terminal/shell-word";
import { UserError } from "../terminal/user-error";
import { writeErrors } from "../terminal/write";
import { type AthenaOptions, type AthenaSession, scanPrice, withAthena } from "./athena-session";
import { loadParts } from "./load-parts";
import { type PageOptions, prepared, tableOption } from "./make-report";

/**
 * Writes a report about the typed tables on AWS; without a range, about the last 24 hours. Says beforehand how much Athena
 * will scan at most.
 *
 * @throws UserError as `makeReport` does, and if Athena could scan more than the option `maxBytes`
 */
export async function makeAthenaReport(options: PageOptions & AthenaOptions): Promise<Written> {
  const { save, timeZone, table, maxBytes } = options;
  const assets = await prepared(options);
  const range = options.range ?? lastDay(new Date());
  const tables = table === undefined ? await tablesIn(options) : [table];
  return withAthena(options, async (session) => {
    let what = "size of the tables";
    let billed = 0;
    const engine = engineOf(
      session,
      () => what,
      (bytes) => {
        billed += bytes;
      },
    );
    const bounds = await scanBounds(engine, tables, range);
    session.clearProgress();
    const atMost = sum(bounds.map((bound) => bound.atMost));
    if (maxBytes !== undefined && atMost > maxBytes)
      throw new UserError(
        `Athena could scan ${byteText(atMost)}, more than --max-bytes ${byteText(maxBytes)}; report fewer days or one table`,
      );
    writeErrors(boundLine(bounds, atMost));
    const asked = {
      range,
      timeZone,
      tables,
      source: "Athena",
      options: optionsOf(options),
      now: new Date(),
      rejected: null,
    };
    const written = await writeReport(scannedCounts(engine), asked, save, assets, (next) => {
      what = next;
    });
    session.clearProgress();
    if (written.tables.length === 0) throw new UserError("Athena: no requests in the range");
    writeErrors(`${byteText(billed)} billed, ${scanPrice(billed)}`);
    return written;
  });
}

/** For the command of the page: the options that chose the stack. */
const optionsOf = (options: PageOptions & AthenaOptions): string =>
  [
    "--athena",
    ...(["settings", "workgroup", "database", "region"] as const).flatMap((name) => {
      const value = options[name];
      return value === undefined ? [] : [`--${name} ${shellWord(value)}`];
    }),
    ...tableOption(options),
  ].join(" ");

const tablesIn = async ({ settings }: AthenaOptions): Promise<readonly string[]> => {
  const { streams } = await loadParts(settings);
  const tables = new Set(streams.map(({ format }) => FORMATS[format].table));
  return REPORTED_TABLES.filter((table) => tables.has(table));
};

/** e.g. `Athena scans at most 12.3 GB, USD 0.06150: 1.2 GB of alb_access_logs` */
const boundLine = (bounds: readonly ScanBound[], atMost: number): string =>
  `Athena scans at most ${byteText(atMost)}, ${scanPrice(atMost)}: the columns of a few statements over ${bounds
    .map(({ table, bytes }) => `${byteText(bytes)} of ${table}`)
    .join(" and ")}`;

function engineOf(
  { ask }: AthenaSession,
  what: () => string,
  onBilled: (bytes: number) => void,
): ReportEngine {
  const table = async (sql: string) => {
    const { columns, rows, bytesBilled } = await ask(sql, what());
    onBilled(bytesBilled);
    const all: (readonly Json[])[] = [];
    for await (const row of rows) all.push(row);
    return { columns, rows: all };
  };
  return { table, rows: async (sql) => (await table(sql)).rows };
}
