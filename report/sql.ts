import { FORMATS } from "../formats";
import { HOUR_MS } from "../formats/time";
import type { Range } from "../questions/range";
import { rangeCondition, timestamp } from "../questions/render";
import { type CubeColumn, type CubeShape, MAX_VALUE, type MeasureId, TIME, VALUE } from "./model";
import type { Dimension, Listed, Subject } from "./subject";

export const tableOf = ({ format }: Subject): string => FORMATS[format].table;

/** All that is a column of the coded rows. */
export const grouped = ({ dimensions, lists }: Subject): readonly (Dimension | Listed)[] => [
  ...dimensions,
  ...lists,
];

/** First and last time of the rows, and their number. */
export const extentSql = (subject: Subject, range: Range): string =>
  `SELECT count(*), min(time), max(time) FROM ${tableOf(subject)} WHERE ${rangeCondition(range)}`;

/** Number of the slot of a row. */
export const slotSql = (from: number, slotMs: number): string =>
  `CAST(floor(date_diff('second', ${timestamp(from)}, time) / ${(slotMs / 1000).toFixed(1)}) AS integer)`;

/** Columns whose combinations of values are few compared with the rows, and what is made of them. */
export interface Source {
  readonly number: number;
  /** Name of the kept result. */
  readonly name: string;
  readonly columns: readonly string[];
  readonly dimensions: readonly (Dimension | Listed)[];
}

export function sourcesOf(subject: Subject): readonly Source[] {
  const sources = new Map<string, (Dimension | Listed)[]>();
  for (const one of grouped(subject)) {
    const key = one.columns.join();
    sources.set(key, [...(sources.get(key) ?? []), one]);
  }
  return [...sources].map(([key, dimensions], number) => ({
    number,
    name: `report_source_${number}`,
    columns: key.split(","),
    dimensions,
  }));
}

/** The columns of the sources as text without NULL, so that they can be joined. */
const keyColumns = ({ used }: Subject, sources: readonly Source[]): readonly string[] =>
  sources.flatMap(({ columns, number }) =>
    columns.map(
      (column, index) =>
        `coalesce(CAST(${used[column] ?? column} AS varchar), '') AS ${keyName(number, index)}`,
    ),
  );

const keyNames = ({ columns, number }: Source): readonly string[] =>
  columns.map((_, index) => keyName(number, index));

/** Name of the counts of the first pass. */
export const COUNTS = "report_counts";

/** The first pass: requests by the columns of each source. */
export function countsSql(subject: Subject, range: Range, sources: readonly Source[]): string {
  const which = sources.map((source) => `WHEN grouping(${keyNames(source)[0]}) = 0 THEN ${source.number}`);
  return `SELECT CASE ${which.join(" ")} END AS which,
  ${sources.flatMap(keyNames).join(", ")}, count(*) AS requests,
  count(CASE WHEN status LIKE '5%' THEN 1 END) AS failed, count(CASE WHEN status LIKE '4%' THEN 1 END) AS refused
FROM (
  SELECT ${keyColumns(subject, sources).join(", ")}, ${subject.words.status} AS status
  FROM ${tableOf(subject)}
  WHERE ${rangeCondition(range)}
)
GROUP BY GROUPING SETS (${sources.map((source) => `(${keyNames(source).join(", ")})`).join(", ")})`;
}

const keyName = (source: number, column: number): string => `s${source}_${column}`;

/**
 * Each combination of a source's columns with what is made of it. This takes patterns, which are slow: they run once for
 * each different value instead of for each row.
 */
export function sourceSql({ number, columns, dimensions }: Source): string {
  const keys = columns.map((_, index) => `${keyName(number, index)} AS k${index}`);
  const originals = columns.map((column, index) => `nullif(${keyName(number, index)}, '') AS ${column}`);
  const made = dimensions.map(({ id, sql }) => `substr(coalesce(${sql}, ''), 1, ${MAX_VALUE}) AS v_${id}`);
  return `SELECT ${columns.map((_, index) => `k${index}`).join(", ")}, requests, failed, refused, ${made.join(",\n  ")}
FROM (
  SELECT ${keys.join(", ")}, ${originals.join(", ")}, requests, failed, refused
  FROM ${COUNTS} WHERE which = ${number}
)`;
}

export const domainName = ({ id }: Dimension): string => `report_values_${id}`;

/**
 * The values that are kept, with their codes from 1: those with the most requests, and some with the most errors, which
 * would otherwise vanish behind busy ones.
 */
export function domainSql({ name }: Source, { id, values }: Dimension): string {
  const most = (measure: string, rows: number) =>
    `(SELECT value, requests FROM sums WHERE ${measure} > 0 ORDER BY ${measure} DESC, value LIMIT ${rows})`;
  const some = Math.ceil(values / 6);
  return `WITH sums AS (
  SELECT v_${id} AS value, sum(requests) AS requests, sum(failed) AS failed, sum(refused) AS refused
  FROM ${name} GROUP BY 1
), kept AS (
  ${[most("requests", values), most("failed", some), most("refused", some)].join("\n  UNION ")}
)
SELECT value, row_number() OVER (ORDER BY requests DESC, value) AS code, (SELECT count(*) FROM sums) AS different
FROM kept`;
}

export const codesName = ({ name }: Source): string => `${name}_codes`;

/** The codes of a source's combinations; those that are "(other)" in everything are left out. */
export function codesSql(source: Source): string {
  const { name, columns, dimensions } = source;
  const joins = dimensions.map(
    (one) => `LEFT JOIN ${domainName(one)} AS d_${one.id} ON d_${one.id}.value = v_${one.id}`,
  );
  return `SELECT ${columns.map((_, index) => `k${index}`).join(", ")},
  ${dimensions.map(({ id }) => `CAST(d_${id}.code AS tinyint) AS ${id}`).join(", ")}
FROM ${name} ${joins.join("\n")}
WHERE coalesce(${dimensions.map(({ id }) => `d_${id}.code`).join(", ")}, 0) > 0`;
}

/** Name of the coded rows that all numbers but those of clients are made of. */
export const CODED = "report_rows";

/** The second pass: of each row the numbers, and a code of one byte instead of each value. */
export function codedSql(subject: Subject, range: Range, slot: string, sources: readonly Source[]): string {
  const { seconds } = subject.words;
  const joins = sources.map((source) => {
    const { number } = source;
    const on = source.columns.map((_, index) => `c${number}.k${index} = ${keyName(number, index)}`);
    return `LEFT JOIN ${codesName(source)} AS c${number} ON ${on.join(" AND ")}`;
  });
  const codes = grouped(subject).map(({ id }) => `coalesce(${id}, CAST(0 AS tinyint)) AS ${id}`);
  return `SELECT slot AS ${TIME}, hour_number, timed, ${codes.join(", ")},
  ${subject.measures.map(({ id }) => id).join(", ")}
FROM (
  SELECT CAST(${slot} AS smallint) AS slot, ${slotSql(range.from, HOUR_MS)} AS hour_number,
    CASE WHEN ${seconds} >= 0 THEN ${seconds} END AS timed, ${keyColumns(subject, sources).join(", ")},
    ${subject.measures.map(({ id, sql }) => `${sql} AS ${id}`).join(",\n    ")}
  FROM ${tableOf(subject)}
  WHERE ${rangeCondition(range)}
)
${joins.join("\n")}`;
}

/** Name of the sums by time and all dimensions, which the main cubes are made of. */
export const BASE = "report_base";

/** Name of the sums that one cube is made of; they can be too many for the page. */
export const SUMS = "report_sums";

/**
 * Rows or sums added up. A double is exact up to 2^53 and half as large as DuckDB's sum of integers.
 *
 * @param list the column of the list's values: only rows with one of them
 */
export function sumsSql(
  from: string,
  keys: readonly CubeColumn[],
  measures: readonly MeasureId[],
  list?: string,
): string {
  const columns = keys.map((key) => (key === VALUE ? `${list} AS ${VALUE}` : key));
  return `SELECT ${columns.join(", ")}, ${measures.map((id) => `CAST(sum(${id}) AS double) AS ${id}`).join(", ")}
FROM ${from}${list === undefined ? "" : ` WHERE ${list} > 0`}
GROUP BY ${keys.map((_, index) => index + 1).join(", ")}`;
}

const shapeColumns = ({ keys, caps, slots }: CubeShape): readonly string[] =>
  keys.map((key) => {
    if (key === TIME) return slots === 1 ? TIME : `CAST(floor(${TIME} / ${slots}.0) AS integer)`;
    const cap = caps[key];
    return cap === undefined ? key : `CASE WHEN ${key} <= ${cap} THEN ${key} ELSE 0 END`;
  });

/** Number of rows that a cube of each shape would have, in the order of the shapes. */
export const lengthsSql = (from: string, shapes: readonly CubeShape[]): string =>
  `${shapes
    .map(
      (shape, index) =>
        `SELECT ${index} AS shape, count(*) AS length FROM (SELECT DISTINCT ${shapeColumns(shape).join(", ")} FROM ${from})`,
    )
    .join("\nUNION ALL ")}
ORDER BY shape`;

/** A cube. @param from sums by at least its keys */
export function cubeSql(from: string, shape: CubeShape, measures: readonly MeasureId[]): string {
  const numbers = shape.keys.map((_, index) => index + 1).join(", ");
  return `SELECT ${[...shapeColumns(shape), ...measures.map((id) => `sum(${id})`)].join(", ")}
FROM ${from}
GROUP BY ${numbers}
ORDER BY ${numbers}`;
}

/** Quantiles of each slot, and of all rows with NULL as the slot; exact on DuckDB. */
export const QUANTILES_SQL = `SELECT ${TIME}, quantiles[1], quantiles[2], quantiles[3]
FROM (
  SELECT ${TIME}, approx_percentile(timed, ARRAY[0.5, 0.95, 0.99]) AS quantiles
  FROM ${CODED}
  GROUP BY GROUPING SETS ((${TIME}), ())
)`;

/** Requests by hour since the first. */
export const HOURS_SQL = `SELECT hour_number, count(*) FROM ${CODED} GROUP BY 1`;

/** Number of clients of each slot. */
export const slotClientsSql = (subject: Subject, range: Range, slot: string): string =>
  `SELECT ${slot}, count(DISTINCT ${subject.words.client})
FROM ${tableOf(subject)} WHERE ${rangeCondition(range)} GROUP BY 1`;

/** Sums of a range that is only compared with. */
export const totalSql = (subject: Subject, range: Range): string => {
  const { status, bytesSent, client } = subject.words;
  return `SELECT count(*), count(CASE WHEN ${status} LIKE '4%' THEN 1 END), count(CASE WHEN ${status} LIKE '5%' THEN 1 END),
  CAST(coalesce(sum(${bytesSent}), 0) AS double), count(DISTINCT ${client})
FROM ${tableOf(subject)} WHERE ${rangeCondition(range)}`;
};

export const unparsedSql = (subject: Subject): string => `SELECT count(*) FROM ${tableOf(subject)}_unparsed`;

export const unparsedLinesSql = (subject: Subject): string =>
  `SELECT substr(line, 1, 300), log_file FROM ${tableOf(subject)}_unparsed ORDER BY log_file, line LIMIT 10`;
