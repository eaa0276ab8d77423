import { FORMATS } from "../formats";
import type { IngestSummary } from "./ingest";

const number = new Intl.NumberFormat("en-US");

/** What `ingest` did, for people. */
export function printSummary(
  { moved, skipped, rows, unparsed, partitions, seconds }: IngestSummary,
  lake: string,
): string {
  const tables = Object.values(FORMATS)
    .map(({ table }) => table)
    .filter((table) => partitions[table] !== undefined);
  const lines = [
    `moved     ${number.format(moved)} files`,
    ...tables.map(
      (table) =>
        `rows      ${number.format(rows[table] ?? 0)} new in ${table}, in ${number.format(partitions[table] ?? 0)} hours` +
        (unparsed[table]
          ? `; ${number.format(unparsed[table])} lines could not be read: see ${table}_unparsed`
          : ""),
    ),
    ...Object.entries(skipped).map(([reason, count]) => `skipped   ${number.format(count)} ${reason}`),
    ...(Object.keys(skipped).length > 0 ? [`          each is named in ${lake}/skipped.jsonl`] : []),
    ...(skipped["corrupt-file"]
      ? ["          a corrupt file needs a whole copy under the same key, then ingest again"]
      : []),
    `took      ${seconds.toFixed(1)} s`,
  ];
  return `${lines.join("\n")}\n`;
}
