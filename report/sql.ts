import { FORMATS } from "../formats";
import { HOUR_MS } from "../formats/time";
import type { Range } from "../questions/range";
import { rangeCondition, timestamp } from "../questions/render";
import {
  type CubeColumn,
  type CubeShape,
  MAX_VALUE,
  type MeasureId,
  MIN_TIMED,
  QUANTILES,
  TIME,
  VALUE,
} from "./model";
import type { Dimension, Listed, Measure, Subject } from "./subject";

export const tableOf = ({ format }: Subject): string => FORMATS[format].table;

/** All that is a column of the coded rows. */
export const grouped = ({ dimensions, lists }: Subject): readonly (Dimension | Listed)[] => [
  ...dimensions,
  ...lists,
];

/** Number of the rows, and their first and last time. */
export const extentSql = (table: string, range: Range): string =>
  `SELECT count(*), min(time), max(time) FROM ${table} WHERE ${rangeCondition(range)}`;

/** Number of the slot of a row. Doubles are divided: Trino rounds a quotient of decimals, here to the next slot. */
export const slotSql = (from: number, slotMs: number): string =>
  `CAST(floor(date_diff('second', ${timestamp(from)}, time) / ${slotMs / 1000}e0) AS integer)`;

/** Columns whose combinations of values are few compared with the rows, and what is made of them. */
export interface Source {
  readonly number: number;
  /** Name of the kept result. */
  readonly name: string;
  readonly columns: readonly string[];
  readonly dimensions: readonly (Dimension | Listed)[];
}

/** One source for each set of columns that something is made of, and one for all columns with few values. */
export function sourcesOf(subject: Subject): readonly Source[] {
  const sources = new Map<string, (Dimension | Listed)[]>();
  for (const one of grouped(subject)) {
    const isFew = one.columns.every((column) => subject.few.includes(column));
    const key = (isFew ? subject.few : one.columns).join();
    sources.set(key, [...(sources.get(key) ?? []), one]);
  }
  return [...sources].map(([key, dimensions], number) => ({
    number,
    name: `report_source_${number}`,
    columns: key.split(","),
    dimensions,
  }));
}

const keyName = (source: number, column: number): string => `s${source}_${column}`;

const keyNames = ({ columns, number }: Source): readonly string[] =>
  columns.map((_, index) => keyName(number, index));

/** The columns of the sources, as far as they are used. */
const keyColumns = ({ used }: Subject, sources: readonly Source[]): readonly string[] =>
  sources.flatMap(({ columns, number }) =>
    columns.map((column, index) => `${used[column] ?? column} AS ${keyName(number, index)}`),
  );

/** Name of the counts of the first pass. */
export const COUNTS = "report_counts";

/** The first pass: requests by the columns of each source. */
export function countsSql(subject: Subject, range: Range, sources: readonly Source[]): string {
  const { status, seconds } = subject.words;
  const which = sources.map((source) => `WHEN grouping(${keyNames(source)[0]}) = 0 THEN ${source.number}`);
  return `SELECT CASE ${which.join(" ")} END AS which, ${sources.flatMap(keyNames).join(", ")},
  count(*) AS requests, count(CASE WHEN class = '5' THEN 1 END) AS failed,
  count(CASE WHEN class = '4' THEN 1 END) AS refused, sum(CASE WHEN spent > 0 THEN spent ELSE 0 END) AS spent
FROM (
  SELECT ${keyColumns(subject, sources).join(", ")}, substr(${status}, 1, 1) AS class, ${seconds} AS spent
  FROM ${tableOf(subject)}
  WHERE ${rangeCondition(range)}
)
GROUP BY GROUPING SETS (${sources.map((source) => `(${keyNames(source).join(", ")})`).join(", ")})`;
}

/**
 * Each combination of a source's columns with what is made of it. This takes patterns, which are slow: they run once for
 * each different value instead of for each row.
 */
export function sourceSql(source: Source): string {
  const { number, columns, dimensions } = source;
  const made = dimensions.map(({ id, sql }) => `substr(coalesce(${sql}, ''), 1, ${MAX_VALUE}) AS v_${id}`);
  return `SELECT ${[...columns, "requests", "failed", "refused", "spent", ...made].join(", ")}
FROM (
  SELECT ${keyNames(source)
    .map((key, index) => `${key} AS ${columns[index]}`)
    .join(", ")}, requests, failed, refused, spent
  FROM ${COUNTS} WHERE which = ${number}
)`;
}

/** Number of values that are kept for their errors or their time. */
export const spareValues = ({ values }: Dimension): number => Math.ceil(values / 6);

export const domainName = ({ id }: Dimension): string => `report_values_${id}`;

/**
 * The values that are kept, with their codes from 1: those with the most requests, and some with the most errors or time,
 * which would otherwise vanish behind busy ones.
 */
export function domainSql({ name }: Source, one: Dimension): string {
  const { id, values } = one;
  const most = (measure: string, rows: number) =>
    `(SELECT value, requests FROM sums WHERE ${measure} > 0 ORDER BY ${measure} DESC, value LIMIT ${rows})`;
  const kept = [
    most("requests", values),
    ...["failed", "refused", "spent"].map((measure) => most(measure, spareValues(one))),
  ];
  return `WITH sums AS (
  SELECT v_${id} AS value, sum(requests) AS requests, sum(failed) AS failed, sum(refused) AS refused, sum(spent) AS spent
  FROM ${name} GROUP BY 1
), kept AS (
  ${kept.join("\n  UNION ")}
)
SELECT value, row_number() OVER (ORDER BY requests DESC, value) AS code, (SELECT count(*) FROM sums) AS different
FROM kept`;
}

/** Codes of several dimensions in one number: DuckDB keeps and groups one column much faster than several. */
export class Packing {
  private readonly places = new Map<string, { readonly factor: number; readonly next: number }>();

  /** @param sizes number of codes of each dimension, without 0 */
  constructor(
    readonly column: string,
    sizes: readonly (readonly [id: string, size: number])[],
  ) {
    let factor = 1;
    for (const [id, size] of sizes) {
      this.places.set(id, { factor, next: factor * (size + 1) });
      factor *= size + 1;
    }
  }

  /** The number of some codes. */
  pack(codes: readonly (readonly [id: string, sql: string])[]): string {
    const terms = codes.flatMap(([id, sql]) => {
      const place = this.places.get(id);
      return place ? [`coalesce(${sql}, 0) * CAST(${place.factor} AS bigint)`] : [];
    });
    return terms.join(" + ") || "CAST(0 AS bigint)";
  }

  /** What of the number depends on one dimension. */
  part(id: string): string {
    const { factor = 1, next = 1 } = this.places.get(id) ?? {};
    return factor === 1
      ? `${this.column} % ${next}`
      : `(${this.column} % ${next} - ${this.column} % ${factor})`;
  }

  /** What of the number depends on the first dimensions, until one. */
  until(id: string): string {
    return `${this.column} % ${this.places.get(id)?.next ?? 1}`;
  }

  /** The code of one dimension. The number is divided without a rest, on engines with and without whole division. */
  code(id: string): string {
    return `CAST(${this.part(id)} / ${this.places.get(id)?.factor ?? 1} AS smallint)`;
  }
}

/** How the codes of a table are packed. */
export interface Packings {
  readonly dimensions: Packing;
  readonly lists: Packing;
}

export const codesName = ({ name }: Source): string => `${name}_codes`;

/** The codes of a source's combinations; those that are "(other)" in everything are left out. */
export function codesSql(source: Source, { dimensions: first, lists }: Packings): string {
  const { name, columns, dimensions } = source;
  const joins = dimensions.map(
    (one) => `LEFT JOIN ${domainName(one)} AS d_${one.id} ON d_${one.id}.value = v_${one.id}`,
  );
  const codes = dimensions.map(({ id }) => [id, `d_${id}.code`] as const);
  return `SELECT ${columns.map((column, index) => `${column} AS k${index}`).join(", ")},
  ${first.pack(codes)} AS ${first.column}, ${lists.pack(codes)} AS ${lists.column}
FROM ${name} ${joins.join("\n")}
WHERE coalesce(${codes.map(([, code]) => code).join(", ")}, 0) > 0`;
}

/** Name of the coded rows that all numbers but those of clients are made of. */
export const CODED = "report_rows";

/** The second pass: of each row the numbers, and two numbers for the codes of all its values. */
export function codedSql(
  subject: Subject,
  range: Range,
  slot: string,
  sources: readonly Source[],
  { dimensions, lists }: Packings,
): string {
  const { seconds } = subject.words;
  const joins = sources.map((source) => {
    const { number } = source;
    const on = source.columns.map(
      (_, index) => `c${number}.k${index} IS NOT DISTINCT FROM ${keyName(number, index)}`,
    );
    return `LEFT JOIN ${codesName(source)} AS c${number} ON ${on.join(" AND ")}`;
  });
  const added = ({ column }: Packing) =>
    `${sources.map(({ number }) => `coalesce(c${number}.${column}, 0)`).join(" + ")} AS ${column}`;
  return `SELECT ${[TIME, "hour_number", "timed", ...Object.keys(subject.kept)].join(", ")},
  ${added(dimensions)}, ${added(lists)}
FROM (
  SELECT CAST(${slot} AS smallint) AS ${TIME}, ${slotSql(range.from, HOUR_MS)} AS hour_number,
    CASE WHEN ${seconds} >= 0 THEN ${seconds} END AS timed,
    ${Object.entries(subject.kept)
      .map(([name, sql]) => `${sql} AS ${name}`)
      .join(", ")},
    ${keyColumns(subject, sources).join(", ")}
  FROM ${tableOf(subject)}
  WHERE ${rangeCondition(range)}
)
${joins.join("\n")}`;
}

/** Name of the sums by time and all dimensions, which the main cubes are made of. */
export const BASE = "report_base";

/** Name of the sums that one cube is made of; they can be too many for the page. */
export const SUMS = "report_sums";

/** Sums of the coded rows by time and all dimensions. */
export const baseSql = ({ dimensions, measures }: Subject, packings: Packings): string =>
  `SELECT ${[TIME, ...dimensions.map(({ id }) => `${packings.dimensions.code(id)} AS ${id}`), ...measures.map(({ id }) => id)].join(", ")}
FROM (
  SELECT ${TIME}, ${packings.dimensions.column}, ${sumsOfRows(measures)}
  FROM ${CODED}
  GROUP BY 1, 2
)`;

/** A double is exact up to 2^53 and half as large as DuckDB's sum of integers. */
const sumsOfRows = (measures: readonly Measure[]): string =>
  measures.map(({ id, sum }) => `CAST(${sum} AS double) AS ${id}`).join(", ");

/**
 * Sums of the coded rows with a value of a list.
 *
 * @param keys the value, and time or not, and first dimensions
 */
export function listSql(
  list: string,
  keys: readonly CubeColumn[],
  measures: readonly Measure[],
  packings: Packings,
): string {
  const { dimensions, lists } = packings;
  const columns = keys.map((key) =>
    key === TIME ? TIME : `${key === VALUE ? lists.code(list) : dimensions.code(key)} AS ${key}`,
  );
  const time = keys.includes(TIME) ? [TIME] : [];
  return `SELECT ${columns.join(", ")}, ${measures.map(({ id }) => id).join(", ")}
FROM (
  SELECT ${[`${lists.part(list)} AS ${lists.column}`, ...time, `${dimensions.until(String(keys.at(-1)))} AS ${dimensions.column}`].join(", ")},
    ${sumsOfRows(measures)}
  FROM ${CODED}
  WHERE ${lists.part(list)} > 0
  GROUP BY 1, 2${time.length === 0 ? "" : ", 3"}
)`;
}

/** Sums added up. */
export const sumsSql = (from: string, keys: readonly CubeColumn[], measures: readonly MeasureId[]): string =>
  `SELECT ${keys.join(", ")}, ${measures.map((id) => `sum(${id}) AS ${id}`).join(", ")}
FROM ${from}
GROUP BY ${keys.map((_, index) => index + 1).join(", ")}`;

const shapeColumns = ({ keys, caps, slots }: CubeShape): readonly string[] =>
  keys.map((key) => {
    if (key === TIME) return slots === 1 ? TIME : `CAST(floor(${TIME} / ${slots}e0) AS integer)`;
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

const TIMED_QUANTILES = `approx_percentile(timed, ARRAY[${QUANTILES.join(", ")}])`;

/** Quantiles of each slot, and of all rows with NULL as the slot; exact on DuckDB. */
export const QUANTILES_SQL = `SELECT ${TIME}, quantiles[1], quantiles[2], quantiles[3]
FROM (
  SELECT ${TIME}, ${TIMED_QUANTILES} AS quantiles
  FROM ${CODED}
  GROUP BY GROUPING SETS ((${TIME}), ())
)`;

/** Quantiles of the kept paths, the slowest first. */
export const slowestSql = ({
  dimensions,
}: Packings): string => `SELECT path, requests, quantiles[1], quantiles[2], quantiles[3]
FROM (
  SELECT ${dimensions.code("path")} AS path, count(timed) AS requests,
    ${TIMED_QUANTILES} AS quantiles
  FROM ${CODED}
  WHERE ${dimensions.part("path")} > 0
  GROUP BY 1
)
WHERE requests >= ${MIN_TIMED}
ORDER BY quantiles[2] DESC, path
LIMIT 25`;

/** Requests by hour since the first. */
export const HOURS_SQL = `SELECT hour_number, count(*) FROM ${CODED} GROUP BY 1`;

/** Number of clients of each slot. */
export const slotClientsSql = (subject: Subject, range: Range, slot: string): string =>
  `SELECT ${slot}, count(DISTINCT ${subject.words.client})
FROM ${tableOf(subject)} WHERE ${rangeCondition(range)} GROUP BY 1 ORDER BY 1`;

/** Sums of a range that is only compared with. */
export const totalSql = (subject: Subject, range: Range): string => {
  const { status, bytesSent, client } = subject.words;
  return `SELECT count(*), count(CASE WHEN ${status} LIKE '4%' THEN 1 END), count(CASE WHEN ${status} LIKE '5%' THEN 1 END),
  CAST(coalesce(sum(${bytesSent}), 0) AS double), count(DISTINCT ${client})
FROM ${tableOf(subject)} WHERE ${rangeCondition(range)}`;
};

/** The first unparsed lines, each with the number of all. */
export const unparsedSql = (table: string): string =>
  `SELECT substr(line, 1, 300), log_file, count(*) OVER () FROM ${table}_unparsed ORDER BY log_file, line LIMIT 10`;
