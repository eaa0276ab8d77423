import { existingLake } from "../lake/layout";
import { lostInLastRun } from "../lake/skipped";
import { tableOfKey } from "../lake/table-of-key";
import { isUnfinished } from "../lake/unfinished";
import type { Rejected } from "./model";

const EXAMPLES = 50;

/**
 * The access logs whose lines are in no row, as the last run noted them. The rows of kept originals are there.
 *
 * @param tables leaves out the files of others; a file whose table is not known can be of any
 */
export async function rejectedIn(folder: string, tables: readonly string[]): Promise<Rejected> {
  const lake = await existingLake(folder);
  const lost = await lostInLastRun(lake);
  const rejected = lost.filter(({ key, reason }) => {
    const table = tableOfKey(key);
    return reason !== "original-kept" && (table === undefined || tables.includes(table));
  });
  return {
    files: rejected.length,
    examples: rejected
      .slice(0, EXAMPLES)
      .map(({ key, reason, detail = "" }) => ({ key, reason: reason.replaceAll("-", " "), detail })),
    isUnfinished: await isUnfinished(lake),
  };
}
