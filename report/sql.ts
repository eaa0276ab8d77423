import { FORMATS } from "../formats";
import { HOUR_MS } from "../formats/time";
import type { Range } from "../questions/range";
import { rangeCondition, timestamp } from "../questions/render";
import { type CubeShape, MAX_VALUE, type MeasureId, TIME, VALUE } from "./model";
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

/** A column as text without NULL, so that it can be joined. */
const keyOf = (column: string): string => `coalesce(CAST(${column} AS varchar), '')`;

/** Name of the counts of the first pass. */
export const COUNTS = "report_counts";

/** Sets of columns that the first pass counts in addition to those of the sources. */
const OTHER_SETS = { durations: "slot, seconds", clients: "slot, client", hours: "hour" } as const;

/**
 * The first pass: requests by the columns of each source; by slot and duration, few compared with the rows, from which
 * quantiles of any set of slots can be taken; by slot and client; by hour.
 */
export function countsSql(subject: Subject, range: Range, slot: string, sources: readonly Source[]): string {
  const { status, seconds, client } = subject.words;
  const columns = sources.flatMap(({ columns: own }, number) =>
    own.map((column, index) => `${keyOf(column)} AS ${keyName(number, index)}`),
  );
  const sourceSets = sources.map(({ columns: own }, number) =>
    own.map((_, index) => keyName(number, index)).join(", "),
  );
  const sets = [...sourceSets, ...Object.values(OTHER_SETS)];
  const keys = [...new Set(sets.flatMap((set) => set.split(", ")))];
  const which = sourceSets.map((set, number) => `WHEN grouping(${set.split(", ")[0]}) = 0 THEN ${number}`);
  return `SELECT CASE WHEN grouping(seconds) = 0 THEN -1 WHEN grouping(client) = 0 THEN -2 WHEN grouping(hour) = 0 THEN -3
    ${which.join(" ")} END AS which,
  ${keys.join(", ")}, count(*) AS requests, sum(failed) AS failed, sum(refused) AS refused
FROM (
  SELECT ${columns.join(", ")},
    ${slot} AS slot, CASE WHEN ${seconds} >= 0 THEN ${seconds} END AS seconds, ${client} AS client,
    ${slotSql(range.from, HOUR_MS)} AS hour,
    CASE WHEN ${status} LIKE '5%' THEN 1 ELSE 0 END AS failed, CASE WHEN ${status} LIKE '4%' THEN 1 ELSE 0 END AS refused
  FROM ${tableOf(subject)}
  WHERE ${rangeCondition(range)}
)
GROUP BY GROUPING SETS (${sets.map((set) => `(${set})`).join(", ")})`;
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
  const rank = (order: string) => `row_number() OVER (ORDER BY ${order} DESC, value)`;
  const some = Math.ceil(values / 6);
  return `SELECT value, ${rank("requests")} AS code, different FROM (
  SELECT *, count(*) OVER () AS different, ${rank("requests")} AS by_requests, ${rank("failed")} AS by_failed,
    ${rank("refused")} AS by_refused
  FROM (
    SELECT v_${id} AS value, sum(requests) AS requests, sum(failed) AS failed, sum(refused) AS refused
    FROM ${name} GROUP BY 1
  )
)
WHERE by_requests <= ${values} OR failed > 0 AND by_failed <= ${some} OR refused > 0 AND by_refused <= ${some}`;
}

export const codesName = ({ name }: Source): string => `${name}_codes`;

/** The codes of a source's combinations; those that are "(other)" in everything are left out. */
export function codesSql(source: Source): string {
  const { name, columns, dimensions } = source;
  const joins = dimensions.map(
    (one) => `LEFT JOIN ${domainName(one)} AS d_${one.id} ON d_${one.id}.value = v_${one.id}`,
  );
  return `SELECT ${columns.map((_, index) => `k${index}`).join(", ")},
  ${dimensions.map(({ id }) => `CAST(d_${id}.code AS smallint) AS ${id}`).join(", ")}
FROM ${name} ${joins.join("\n")}
WHERE coalesce(${dimensions.map(({ id }) => `d_${id}.code`).join(", ")}, 0) > 0`;
}

/** Name of the coded rows that the cubes are made of. */
export const CODED = "report_rows";

/** The second pass: the rows with a code instead of each value. */
export function codedSql(subject: Subject, range: Range, slot: string, sources: readonly Source[]): string {
  const columns = sources.flatMap(({ columns: own }, number) =>
    own.map((column, index) => `${keyOf(column)} AS ${keyName(number, index)}`),
  );
  const joins = sources.map((source) => {
    const { number } = source;
    const on = source.columns.map((_, index) => `c${number}.k${index} = ${keyName(number, index)}`);
    return `LEFT JOIN ${codesName(source)} AS c${number} ON ${on.join(" AND ")}`;
  });
  const codes = grouped(subject).map(({ id }) => `coalesce(${id}, CAST(0 AS smallint)) AS ${id}`);
  return `SELECT slot AS ${TIME}, ${codes.join(", ")}, ${subject.measures.map(({ id }) => id).join(", ")}
FROM (
  SELECT ${slot} AS slot, ${columns.join(", ")},
    ${subject.measures.map(({ id, sql }) => `${sql} AS ${id}`).join(",\n    ")}
  FROM ${tableOf(subject)}
  WHERE ${rangeCondition(range)}
)
${joins.join("\n")}`;
}

/** Name of sums that are too many for the page: cubes are made of them. */
export const SUMS = "report_sums";

/** The coded rows added up. @param list only rows with a code of this list */
export const sumsSql = (keys: readonly string[], measures: readonly MeasureId[], list?: string): string =>
  `SELECT ${keys.join(", ")}, ${measures.map((id) => `sum(${id}) AS ${id}`).join(", ")}
FROM ${CODED}${list === undefined ? "" : ` WHERE ${list} > 0`}
GROUP BY ${keys.map((_, index) => index + 1).join(", ")}`;

/** A cube, with at most `rows` rows. @param list the column of the list's values */
export function cubeSql(
  { keys, caps, slots }: CubeShape,
  measures: readonly MeasureId[],
  rows: number,
  list?: string,
): string {
  const columns = keys.map((key) => {
    if (key === TIME) return slots === 1 ? TIME : `CAST(floor(${TIME} / ${slots}.0) AS integer)`;
    const cap = caps[key];
    if (cap !== undefined) return `CASE WHEN ${key} <= ${cap} THEN ${key} ELSE 0 END`;
    return key === VALUE ? list : key;
  });
  const numbers = keys.map((_, index) => index + 1).join(", ");
  return `SELECT ${[...columns, ...measures.map((id) => `CAST(sum(${id}) AS double)`)].join(", ")}
FROM ${SUMS}
GROUP BY ${numbers}
ORDER BY ${numbers}
LIMIT ${rows}`;
}

export const QUANTILES = [0.5, 0.95, 0.99] as const;

/**
 * Exact quantiles, interpolated between the two requests that are next to them, as `quantile_cont` of DuckDB does.
 *
 * @param slot `slot`, or a constant for the whole range
 */
export function quantilesSql(slot: string): string {
  const value = (position: string) => `min(CASE WHEN up_to > ${position} THEN seconds END)`;
  const quantile = (part: number) => {
    const at = `(${part} * (total - 1))`;
    const low = value(`floor(${at})`);
    return `${low} + (${value(`ceil(${at})`)} - ${low}) * max(${at} - floor(${at}))`;
  };
  return `SELECT slot, ${QUANTILES.map(quantile).join(",\n  ")}
FROM (
  SELECT slot, seconds, sum(requests) OVER (PARTITION BY slot ORDER BY seconds) AS up_to,
    sum(requests) OVER (PARTITION BY slot) AS total
  FROM (
    SELECT ${slot} AS slot, seconds, sum(requests) AS requests
    FROM ${COUNTS} WHERE which = -1 AND seconds IS NOT NULL GROUP BY 1, 2
  )
)
GROUP BY slot
ORDER BY slot`;
}

/** Number of clients of each slot. */
export const SLOT_CLIENTS_SQL = `SELECT slot, count(*) FROM ${COUNTS} WHERE which = -2 GROUP BY 1`;

/** Requests by hour since the first. */
export const HOURS_SQL = `SELECT hour, requests FROM ${COUNTS} WHERE which = -3`;

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
