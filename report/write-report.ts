import { stat, writeFile } from "node:fs/promises";
import { writeWhole } from "../lake/write-whole";
import { type Asked, collect, tablesIn } from "./collect";
import type { Counts } from "./counts";
import type { Rejected } from "./model";
import { type PageAssets, renderPage } from "./render";

/** A written report. */
export interface Written {
  readonly bytes: number;
  /** Names of the tables that had rows. */
  readonly tables: readonly string[];
}

/**
 * Makes a report and writes it to a file. Nothing is written if no table has rows in the range.
 *
 * @throws Error of the system if the file cannot be written: the old one is still there then
 */
export async function writeReport(
  counts: Counts,
  asked: Asked & { readonly source: string; readonly now: Date; readonly rejected: Rejected | null },
  file: string,
  assets: PageAssets,
  onProgress: (what: string) => void = () => undefined,
): Promise<Written> {
  const collected = await collect(counts, asked, onProgress);
  const tables = tablesIn(collected);
  if (tables.length === 0) return { bytes: 0, tables };
  const { timeZone, source, now, rejected } = asked;
  const page = renderPage(
    { made: now.getTime(), timeZone, source, ...collected, rejected, cuts: [] },
    assets,
  );
  await write(file, page);
  return { bytes: Buffer.byteLength(page), tables };
}

/** A device or a pipe is written to, not replaced. */
async function write(file: string, page: string): Promise<void> {
  const stats = await stat(file).catch(() => undefined);
  await (stats && !stats.isFile() ? writeFile(file, page) : writeWhole(file, page, 0o666));
}
