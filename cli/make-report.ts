import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { withLake } from "../lake/query";
import type { Range } from "../questions/range";
import { REPORTED_TABLES } from "../report/collect";
import { lakeEngine } from "../report/lake-engine";
import { rejectedIn } from "../report/lake-rejected";
import { readAssets, type Written, writeReport } from "../report/write-report";
import { UserError, usageError } from "../terminal/user-error";
import { requireOutsideLake } from "./outside-lake";

export interface ReportOptions {
  readonly lake: string;
  readonly range: Range | undefined;
  readonly timeZone: string;
  readonly table?: string;
  readonly output: string;
}

/** Reports of larger lakes use the disk instead of more memory. */
const MEMORY_LIMIT = "250MB";

/**
 * Writes a report about a lake.
 *
 * @throws UserError for an unknown table, without a lake or a folder for the page, or without rows
 */
export async function makeReport(
  { lake: folder, range, timeZone, table, output }: ReportOptions,
  onProgress: (what: string) => void = () => undefined,
): Promise<Written> {
  if (table !== undefined && !REPORTED_TABLES.includes(table)) {
    throw usageError(`--table: there are reports about ${REPORTED_TABLES.join(" and ")}, not "${table}"`);
  }
  if (!existsSync(dirname(output)))
    throw new UserError(`${dirname(output)}: the folder does not exist; create it`);
  requireOutsideLake(output, folder);
  const assets = await readAssets(__dirname);
  return withLake(folder, { memoryLimit: MEMORY_LIMIT }, async (lake) => {
    const asked = {
      range,
      timeZone,
      source: folder,
      now: new Date(),
      rejected: await rejectedIn(folder),
      ...(table === undefined ? {} : { table }),
    };
    try {
      const written = await writeReport(lakeEngine(lake), asked, output, assets, onProgress);
      if (written.tables.length === 0) throw new UserError(`lake ${folder}: no requests in the range`);
      return written;
    } catch (error) {
      if (error instanceof Error && "syscall" in error) throw new UserError(`${output}: ${error.message}`);
      throw error;
    }
  });
}
