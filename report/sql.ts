import { FORMATS } from "../formats";
import { sqlTimestamp } from "../formats/render/sql-text";
import type { Range } from "../questions/range";
import { rangeCondition } from "../questions/render";
import type { Detail, Dimension, Listed, Subject } from "./subject";

export const tableOf = ({ format }: Subject): string => FORMATS[format].table;

/** All that a row has a code of. */
export const grouped = ({ dimensions, lists }: Subject): readonly (Dimension | Listed)[] => [
  ...dimensions,
  ...lists,
];

/** Number of the rows, and their first and last time. */
export const extentSql = (table: string, range: Range): string =>
  `SELECT count(*), min(time), max(time) FROM ${table} WHERE ${rangeCondition(range)}`;

/** Number of the slot of a row. Doubles are divided: Trino rounds a quotient of decimals, here to the next slot. */
export const slotSql = (from: number, slotMs: number): string =>
  `CAST(floor(date_diff('second', ${sqlTimestamp(from)}, time) / ${slotMs / 1000}e0) AS integer)`;

/** Number of values that are kept for their errors or their time. */
export const spareValues = ({ values }: Dimension): number => Math.ceil(values / 6);

/** Sums of a range that is only compared with. */
export const totalSql = (subject: Subject, range: Range): string => {
  const { status, bytesSent, client } = subject.words;
  return `SELECT count(*), count(CASE WHEN ${status} LIKE '4%' THEN 1 END), count(CASE WHEN ${status} LIKE '5%' THEN 1 END),
  CAST(coalesce(sum(${bytesSent}), 0) AS double), count(DISTINCT ${client}),
  min(time)
FROM ${tableOf(subject)} WHERE ${rangeCondition(range)}`;
};

/** The requests of each client, as a part of a statement. */
export const clientRequestsSql = (subject: Subject, range: Range): string => `(
  SELECT ${subject.words.client} AS address, count(*) AS requests
  FROM ${tableOf(subject)}
  WHERE ${rangeCondition(range)}
  GROUP BY ${subject.words.client}
)`;

/** @param clientRequests the requests of each client: the SQL that people take away reads them from the table */
export const detailSql = (
  subject: Subject,
  { sql }: Detail,
  range: Range,
  clientRequests = clientRequestsSql(subject, range),
): string =>
  sql
    .replaceAll("{client_requests}", clientRequests)
    .replaceAll("{table}", tableOf(subject))
    .replaceAll("{range}", rangeCondition(range));

/** How often the SQL of a detail reads the table. */
export const readsOf = ({ sql }: Detail): number => sql.split(/\{(?:table|client_requests)\}/).length - 1;

/** The first unparsed lines, each with the number of all. */
export const unparsedSql = (table: string): string =>
  `SELECT substr(line, 1, 300), log_file, count(*) OVER () FROM ${table}_unparsed ORDER BY log_file, line LIMIT 10`;
