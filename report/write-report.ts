import { type Asked, collect, tablesIn } from "./collect";
import type { Counts } from "./counts";
import type { Rejected, UnparsedTable } from "./model";
import { type PageAssets, renderPage } from "./render";

/** A written report. */
export interface Written {
  /** 0 if nothing was saved. */
  readonly bytes: number;
  /** Names of the tables that had rows. */
  readonly tables: readonly string[];
  /** The tables that had only unparsed lines. */
  readonly unparsed: readonly UnparsedTable[];
}

/** Takes the page of a report. */
export type SavePage = (page: string) => Promise<void>;

/** Makes a report and saves its page. Nothing is saved if no table has rows in the range or, without a range, anything. */
export async function writeReport(
  counts: Counts,
  asked: Asked & {
    readonly source: string;
    readonly options: string;
    readonly now: Date;
    readonly rejected: Rejected | null;
  },
  save: SavePage,
  assets: PageAssets,
  onProgress: (what: string) => void = () => undefined,
): Promise<Written> {
  const collected = await collect(counts, asked, onProgress);
  const tables = tablesIn(collected);
  const { unparsed } = collected;
  if (tables.length === 0 && (asked.range !== undefined || unparsed.length === 0))
    return { bytes: 0, tables, unparsed };
  const { timeZone, source, options, now, rejected } = asked;
  const page = await renderPage(
    { made: now.getTime(), timeZone, source, options, ...collected, rejected, cuts: [] },
    assets,
  );
  await save(page);
  return { bytes: Buffer.byteLength(page), tables, unparsed };
}
