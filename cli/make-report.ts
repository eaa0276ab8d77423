import { withLake } from "../lake/query";
import type { Range } from "../questions/range";
import { readAssets } from "../report/assets";
import { REPORTED_TABLES } from "../report/collect";
import { keptCounts } from "../report/kept-counts";
import { lakeEngine } from "../report/lake-engine";
import { rejectedIn } from "../report/lake-rejected";
import type { PageAssets } from "../report/render";
import { type SavePage, type Written, writeReport } from "../report/write-report";
import { counted } from "../terminal/quantities";
import { shellWord } from "../terminal/shell-word";
import { UserError, usageError } from "../terminal/user-error";
import { warn } from "../terminal/write";
import { loggedText, warnAboutLake } from "./warn-about-lake";

/** What a report is about, and where it goes. */
export interface PageOptions {
  readonly range: Range | undefined;
  readonly timeZone: string;
  readonly table?: string;
  readonly save: SavePage;
}

export interface ReportOptions extends PageOptions {
  readonly lake: string;
}

/**
 * Reports of larger lakes use the disk instead of more memory. All statements are the program's own: DuckDB need not check the
 * path of a file each time that it opens it.
 */
const LAKE_OPTIONS = { memoryLimit: "130MB", threads: 1, isUnsafe: true } as const;

/**
 * Writes a report about a lake.
 *
 * @throws UserError for an unknown table, without a lake, or without rows
 */
export async function makeReport(
  options: ReportOptions,
  onProgress: (what: string) => void = () => undefined,
): Promise<Written> {
  const { lake: folder, range, timeZone, table, save } = options;
  const assets = await prepared(options);
  const tables = table === undefined ? REPORTED_TABLES : [table];
  await warnAboutLake(folder);
  return withLake(folder, { ...LAKE_OPTIONS, tables }, async (lake) => {
    const asked = {
      range,
      timeZone,
      source: folder,
      options: [`--lake ${shellWord(folder)}`, ...tableOption(options)].join(" "),
      now: new Date(),
      rejected: await rejectedIn(folder, tables),
      tables,
    };
    const written = await writeReport(keptCounts(lakeEngine(lake)), asked, save, assets, onProgress);
    if (written.bytes === 0) {
      const where =
        range === undefined ? `no rows in ${table ?? "the tables of a report"}` : "no requests in the range";
      throw new UserError(
        `lake ${folder}: ${where}; it has ${await loggedText(folder)}${unparsedText(written, folder)}`,
      );
    }
    if (range === undefined) warnAboutUnparsed(written);
    return written;
  });
}

/** The unparsed lines of tables, which are no requests. */
const unparsedText = ({ unparsed }: Written, folder: string): string =>
  unparsed
    .map(
      ({ table, unread }) =>
        `, and ${counted(unread.unparsed, "unparsed line")}: access-logs query "SELECT * FROM ${table}_unparsed" --lake ${shellWord(folder)}`,
    )
    .join("");

/** In a range, it is not known whether the lines are of it. */
const warnAboutUnparsed = ({ unparsed }: Written): void => {
  for (const { table, unread } of unparsed)
    warn(`${table}: no line became a row; the page shows ${counted(unread.unparsed, "unparsed line")}`);
};

/** For the command of the page: only the table that was asked for. */
export const tableOption = ({ table }: PageOptions): string[] =>
  table === undefined ? [] : [`--table ${table}`];

/** Checks the options of a page before anything is counted. @returns the parts that every page has */
export async function prepared({ table }: PageOptions): Promise<PageAssets> {
  if (table !== undefined && !REPORTED_TABLES.includes(table)) {
    throw usageError(`--table: there are reports about ${REPORTED_TABLES.join(", ")}, not "${table}"`);
  }
  return readAssets(__dirname);
}
