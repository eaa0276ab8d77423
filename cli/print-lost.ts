import type { ShrunkFile } from "../lake/replacements";
import type { LostObject } from "../lake/skipped";
import { printable } from "../terminal/printable";
import { count, counted, plural } from "../terminal/quantities";

/** Names that a summary has at most. */
const SHOWN = 10;

/** Lines that name files that did not become rows, with the reasons. */
export const printLost = (lost: readonly LostObject[]): string[] =>
  firstOf(lost, ({ key, detail }) => `${printable(key)}: ${printable(detail ?? "")}`);

/** A line of a summary for each of the first items, and the number of the others. */
export const firstOf = <T>(items: readonly T[], print: (item: T) => string): string[] =>
  firstLines(items, print).map((line) => `          ${line}`);

/** The same without the indent of a summary. */
export function firstLines<T>(items: readonly T[], print: (item: T) => string): string[] {
  const shown = items.slice(0, SHOWN).map(print);
  return items.length > SHOWN ? [...shown, `and ${counted(items.length - SHOWN, "other")}`] : shown;
}

/** Warns about files that changed and have fewer rows now. */
export const printShrunk = (shrunk: readonly ShrunkFile[] = []): string[] =>
  firstLines(
    shrunk,
    ({ key, rowsBefore, rows }) =>
      `warning: ${printable(key)}: the file changed, and has ${counted(rows, "row")} instead of ${count(rowsBefore)}; if it is damaged, put the intact file in its place, and ingest it again`,
  );

/** Warns about two forms of a log that have different lines. */
export const printDiffering = (keys: readonly string[] = []): string[] =>
  firstLines(
    keys,
    (key) =>
      `warning: ${printable(key)}: the lake has other lines of the same log, whose name differs only by ".gz"; the rows of both are in the table; if one file is wrong, ingest the right one into a new lake`,
  );

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
