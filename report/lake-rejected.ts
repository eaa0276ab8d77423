import { existingLake } from "../lake/layout";
import { lostInLastRun } from "../lake/skipped";
import { isUnfinished } from "../lake/unfinished";
import type { Rejected } from "./model";

const EXAMPLES = 50;

/** The access logs whose lines are in no row, as the last run noted them. The rows of kept originals are there. */
export async function rejectedIn(folder: string): Promise<Rejected> {
  const lake = await existingLake(folder);
  const lost = await lostInLastRun(lake);
  const rejected = lost.filter(({ reason }) => reason !== "original-kept");
  return {
    files: rejected.length,
    examples: rejected
      .slice(0, EXAMPLES)
      .map(({ key, reason, detail = "" }) => ({ key, reason: reason.replaceAll("-", " "), detail })),
    isUnfinished: await isUnfinished(lake),
  };
}
