import { FORMATS } from "../formats";
import type { IngestSummary } from "../lake/ingest";
import { count, counted } from "../terminal/quantities";
import { printKnown, printLost } from "./print-lost";

/** Prints the results of `ingest` as text. */
export function printSummary(
  { moved, skipped, lost, changed, duplicates, rows, unparsed, partitions, seconds }: IngestSummary,
  lake: string,
): string {
  const tables = Object.values(FORMATS)
    .map(({ table }) => table)
    .filter((table) => partitions[table] !== undefined);
  const lines = [
    `moved     ${counted(moved, "file")}`,
    ...tables.map(
      (table) =>
        `rows      ${count(rows[table] ?? 0)} new in ${table}, in ${counted(partitions[table] ?? 0, "hour")}` +
        (unparsed[table] ? `; ${counted(unparsed[table], "unparsed line")}: see ${table}_unparsed` : ""),
    ),
    ...printKnown(changed, duplicates),
    ...Object.entries(skipped).map(([reason, number]) => `skipped   ${count(number)} ${reason}`),
    ...printLost(lost),
    ...(Object.keys(skipped).length > 0 ? [`          full list: ${lake}/skipped.jsonl`] : []),
    ...(skipped["unreadable-file"]
      ? ["          fix the files, their permissions or the disk, then run ingest again"]
      : []),
    ...(skipped["corrupt-file"]
      ? ["          replace a corrupt file with an intact copy at the same path, then run ingest again"]
      : []),
    `took      ${seconds.toFixed(1)} s`,
  ];
  return `${lines.join("\n")}\n`;
}
