import { FORMATS } from "../formats";
import type { IngestSummary } from "../lake/ingest";
import { count } from "../terminal/quantities";

/** What `ingest` did, for people. */
export function printSummary(
  { moved, skipped, rows, unparsed, partitions, seconds }: IngestSummary,
  lake: string,
): string {
  const tables = Object.values(FORMATS)
    .map(({ table }) => table)
    .filter((table) => partitions[table] !== undefined);
  const lines = [
    `moved     ${count(moved)} files`,
    ...tables.map(
      (table) =>
        `rows      ${count(rows[table] ?? 0)} new in ${table}, in ${count(partitions[table] ?? 0)} hours` +
        (unparsed[table] ? `; ${count(unparsed[table])} lines could not be read: see ${table}_unparsed` : ""),
    ),
    ...Object.entries(skipped).map(([reason, number]) => `skipped   ${count(number)} ${reason}`),
    ...(Object.keys(skipped).length > 0 ? [`          each is named in ${lake}/skipped.jsonl`] : []),
    ...(skipped["corrupt-file"]
      ? ["          a corrupt file needs a whole copy under the same key, then ingest again"]
      : []),
    `took      ${seconds.toFixed(1)} s`,
  ];
  return `${lines.join("\n")}\n`;
}
