import { type PrintedColumn, printTable } from "../terminal/print-table";
import { age, compact } from "../terminal/quantities";
import type { StreamFacts } from "./facts";
import { gapsOf, lagOf, nameOf, waitingOf } from "./judge-streams";

const COLUMNS: readonly PrintedColumn[] = [
  { title: "TABLE", align: "left" },
  { title: "ARRIVED", align: "right" },
  { title: "COMMIT", align: "right" },
  { title: "LAG", align: "right" },
  { title: "WAITING", align: "right" },
  { title: "GAPS", align: "right" },
  { title: "ROWS", align: "right" },
  { title: "UNPARSED", align: "right" },
];
/** Value that could not be queried or was not queried. */
const UNKNOWN = "-";

/**
 * Prints one line for each table or source: the age of the last delivery, and the files that are not
 * processed yet.
 */
export function printStreams(streams: readonly StreamFacts[], at: Date): string {
  if (streams.length === 0) return "";
  const since = (date: Date | undefined) => (date ? age(at.getTime() - date.getTime()) : UNKNOWN);
  return printTable(
    COLUMNS,
    streams.map((stream) => [
      nameOf(stream),
      since(stream.lastDelivery),
      since(stream.lastCommit),
      age(lagOf(stream, at)),
      compact(waitingOf(stream) + (stream.landing?.waiting ?? 0)),
      compact(gapsOf(stream).length),
      stream.rows === undefined ? UNKNOWN : compact(stream.rows),
      stream.unparsed === undefined ? UNKNOWN : compact(stream.unparsed),
    ]),
  );
}

/** The same as values. */
export const streamJson = (stream: StreamFacts, at: Date) => {
  const { table, source, sources, lastDelivery, lastCommit, rows, unparsed, landing } = stream;
  return {
    table,
    ...(source === undefined ? {} : { source }),
    ...(sources.length > 0 ? { sources } : {}),
    lastDelivery: lastDelivery ?? null,
    lastCommit: lastCommit ?? null,
    lagSeconds: Math.round(lagOf(stream, at) / 1000),
    filesWaiting: waitingOf(stream),
    ...(landing ? { objectsNotMoved: landing.waiting } : {}),
    hours: stream.hours.length,
    hoursMissing: gapsOf(stream).map(({ hour }) => new Date(hour)),
    rows: rows ?? null,
    unparsed: unparsed ?? null,
  };
};
