import type { LostObject } from "../lake/skipped";
import { printable } from "../terminal/printable";
import { counted, plural } from "../terminal/quantities";

/** Names that a summary has at most. */
const SHOWN = 10;

/** Lines that name files that did not become rows, with the reasons. */
export function printLost(lost: readonly LostObject[]): string[] {
  const shown = lost
    .slice(0, SHOWN)
    .map(({ key, detail }) => `          ${printable(key)}: ${printable(detail ?? "")}`);
  return lost.length > SHOWN ? [...shown, `          and ${counted(lost.length - SHOWN, "other")}`] : shown;
}

/** Lines about files that were in the lake before. */
export const printKnown = (changed = 0, duplicates = 0): string[] => [
  ...(changed > 0
    ? [`replaced  ${counted(changed, "file")} that changed since the last ingest: the old rows are gone`]
    : []),
  ...(duplicates > 0
    ? [
        `known     ${counted(duplicates, "file")} ${plural(duplicates, "was", "were")} already in the lake under another name`,
      ]
    : []),
];
