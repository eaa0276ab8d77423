import { FORMATS } from "../formats";
import { RAW_PREFIX } from "../formats/partition-layout";
import type { IngestSummary } from "../lake/ingest";
import type { MostlyUnparsed } from "../lake/mostly-unparsed";
import type { RecognisedLog } from "../lake/read-by-lines";
import type { SkippedObject } from "../lake/skipped";
import { printable } from "../terminal/printable";
import { count, counted, plural } from "../terminal/quantities";
import { firstLines, firstOf, printKnown, printLost } from "./print-lost";

/** Prints the results of `ingest` as text. */
export function printSummary(
  {
    moved,
    added,
    recognised,
    skipped,
    lost,
    changed,
    duplicates,
    rows,
    unparsed,
    elsewhere,
    partitions,
    seconds,
  }: IngestSummary,
  lake: string,
): string {
  const tables = Object.values(FORMATS)
    .map(({ table }) => table)
    .filter((table) => partitions[table] !== undefined);
  const lines = [
    `logs      ${counted(moved, "file")}: ${count(added)} new, ${count(moved - added)} read before`,
    ...firstOf(recognised, printRecognised),
    ...tables.map(
      (table) =>
        `rows      ${count(rows[table] ?? 0)} new in ${table}, in ${counted(partitions[table] ?? 0, "hour")}` +
        (unparsed[table] ? `; ${counted(unparsed[table], "unparsed line")}: see ${table}_unparsed` : ""),
    ),
    ...Object.entries(elsewhere).flatMap(([table, number]) => [
      `hours     ${counted(number, "row")} of ${table} ${plural(number, "is", "are")} far from the hour in the file's name, as in joined files`,
      "          dt and hour are those of the name: questions with --from can miss them; rename the files and use a new lake",
    ]),
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
    ...(lost.some(isCorruptInLake)
      ? [
          `          for a file below raw/, replace and ingest its original; if there is no intact copy, delete the file in ${lake}: its rows are given up`,
        ]
      : []),
    `took      ${seconds.toFixed(1)} s`,
  ];
  return `${lines.join("\n")}\n`;
}

const isCorruptInLake = ({ key, reason }: SkippedObject): boolean =>
  reason === "corrupt-file" && key.startsWith(RAW_PREFIX);

const printRecognised = ({ key, format, hours }: RecognisedLog): string =>
  `${printable(key)}: ${format}, by its lines, in ${counted(hours, "hour")}`;

/** True if most lines of a log are not of its format: rows that it should have are missing. */
export const isMixed = (
  log: RecognisedLog,
): log is RecognisedLog & Required<Pick<RecognisedLog, "unparsed">> => log.unparsed !== undefined;

/** Warns about logs most of whose lines are not of their format. */
export const printMixed = (recognised: readonly RecognisedLog[]): string[] =>
  firstLines(
    recognised.filter(isMixed),
    ({ key, format, unparsed }) =>
      `warning: ${printable(key)}: most of its lines are in no row: ${counted(unparsed, "line")} ${plural(unparsed, "is", "are")} not of the format ${format}; ingest logs of several formats as several files`,
  );

/** Warns about logs under names of AWS most of whose lines are not of the format that their names say. */
export const printMostlyUnparsed = (logs: readonly MostlyUnparsed[]): string[] =>
  firstLines(
    logs,
    ({ key, unparsed }) =>
      `warning: ${printable(key)}: most of its lines are in no row: ${counted(unparsed, "line")} ${plural(unparsed, "has", "have")} another form than AWS writes; see the table's _unparsed, and rename files that are no such logs`,
  );

/** Names files that may have been meant as access logs, with the reasons: not those of AWS whose names say what they are. */
export const printIgnored = (ignored: readonly SkippedObject[]): string[] =>
  firstLines(
    ignored.filter(({ reason }) => reason === "unmatched-key"),
    ({ key, reason, detail }) => `skipped ${printable(key)}: ${detail ?? reason}`,
  );
