import { sqlString } from "../formats/render/sql-text";
import { rangeCondition } from "../questions/render";
import type { Counted } from "./counts";
import { type CubeShape, MAX_VALUE, MIN_TIMED, QUANTILES, SLOWEST, TIME, VALUE } from "./model";
import type { Packings } from "./packing";
import { grouped, slotSql, spareValues, tableOf } from "./sql";
import type { Dimension, Subject } from "./subject";
import { QUARTER_MS, quarterOf } from "./zone";

/** Name of the coded rows in a statement. */
const CODED = "report_rows";

const textOf = ({ sql }: Dimension): string => `substr(coalesce(${sql}, ''), 1, ${MAX_VALUE})`;

const nameOf = ({ id }: Dimension): string => `v_${id}`;

/** Numbers that values are ranked by, in addition to their requests. */
const RANKED = ["failed", "refused", "spent"];

/**
 * The values of everything that is grouped by, in the order of their codes: `which` of the groups, the value, the number of
 * all different values, and the digits that stand for the value in later statements.
 */
export function valuesSql({ subject, range }: Counted): string {
  const { status, seconds } = subject.words;
  const groups = grouped(subject);
  const names = groups.map(nameOf);
  const byGroup = (number: (one: Dimension) => number) =>
    `CASE which ${groups.map((one, index) => `WHEN ${index} THEN ${number(one)}`).join(" ")} END`;
  const rank = (measure: string) =>
    `row_number() OVER (PARTITION BY which ORDER BY ${measure} DESC, value) AS by_${measure}`;
  return `SELECT which, value, different, ${digitsOf("value")} AS digits
FROM (
  SELECT which, value, requests, ${RANKED.join(", ")}, count(*) OVER (PARTITION BY which) AS different,
    ${["requests", ...RANKED].map(rank).join(",\n    ")}
  FROM (
    SELECT CASE ${names.map((name, index) => `WHEN grouping(${name}) = 0 THEN ${index}`).join(" ")} END AS which,
      coalesce(${names.join(", ")}) AS value, count(*) AS requests,
      count(CASE WHEN class = '5' THEN 1 END) AS failed, count(CASE WHEN class = '4' THEN 1 END) AS refused,
      sum(CASE WHEN spent > 0 THEN spent ELSE 0 END) AS spent
    FROM (
      SELECT ${groups.map((one) => `${textOf(one)} AS ${nameOf(one)}`).join(",\n        ")},
        substr(${status}, 1, 1) AS class, ${seconds} AS spent
      FROM ${tableOf(subject)}
      WHERE ${rangeCondition(range)}
    )
    GROUP BY GROUPING SETS (${names.map((name) => `(${name})`).join(", ")})
  )
)
WHERE by_requests <= ${byGroup(({ values }) => values)}
  OR (${RANKED.map((measure) => `${measure} > 0 AND by_${measure} <= ${byGroup(spareValues)}`).join(") OR (")})
ORDER BY which, requests DESC, value`;
}

/** Digits that stand for a value in a statement: values can be long, hostile, and too many for one statement. */
const digitsOf = (value: string): string => `substr(to_hex(md5(to_utf8(${value}))), 1, 16)`;

/** Code of a row's value: its place among the kept ones, or 0. */
const codeOf = (one: Dimension, digits: readonly string[]): string =>
  `array_position(ARRAY[${digits.map(sqlString).join(", ")}], ${digitsOf(textOf(one))})`;

/**
 * A statement that reads the coded rows. @param digits of the kept values of each group, in the order of their codes
 */
export function withCoded(
  { subject, range, slotMs }: Counted,
  digits: ReadonlyMap<string, readonly string[]>,
  { dimensions, lists }: Packings,
  statement: string,
): string {
  const { seconds } = subject.words;
  const codes = grouped(subject).map((one) => [one.id, codeOf(one, digits.get(one.id) ?? [])] as const);
  const kept = Object.entries(subject.kept).map(([name, sql]) => `${sql} AS ${name}`);
  return `WITH ${CODED} AS (
  SELECT ${slotSql(range.from, slotMs)} AS ${TIME}, ${slotSql(quarterOf(range.from), QUARTER_MS)} AS quarter_number,
    CASE WHEN ${seconds} >= 0 THEN ${seconds} END AS timed, ${kept.join(", ")},
    ${dimensions.pack(codes)} AS ${dimensions.column},
    ${lists.pack(codes)} AS ${lists.column}
  FROM ${tableOf(subject)}
  WHERE ${rangeCondition(range)}
)
${statement}`;
}

/** A shape, and the list that it is about. */
export interface KeyedShape {
  readonly shape: CubeShape;
  readonly list?: string | undefined;
}

/** Sizes of a shape's keys: their codes are below. */
export type SizeOf = (key: string, list: string | undefined) => number;

/** A dimension that a shape leaves out has no cap that matters. */
const NO_CAP = 2 ** 31 - 1;

/**
 * A shape as numbers: which one it is, the place of its list from 1, the number of slots that are added up, and for the
 * list's value, the time and each dimension the factor in the packed key, or 0; and the caps of the dimensions.
 */
function numbersOf(
  { dimensions, lists }: Subject,
  { shape, list }: KeyedShape,
  which: number,
  shapes: number,
  sizeOf: SizeOf,
): readonly number[] {
  const factors = new Map<string, number>();
  let factor = shapes;
  for (const key of shape.keys) {
    factors.set(key, factor);
    factor *= sizeOf(key, list);
  }
  const factorOf = (key: string) => factors.get(key) ?? 0;
  return [
    which,
    1 + lists.findIndex(({ id }) => id === list),
    shape.slots,
    factorOf(VALUE),
    factorOf(TIME),
    ...dimensions.map(({ id }) => factorOf(id)),
    ...dimensions.map(({ id }) => shape.caps[id] ?? NO_CAP),
  ];
}

/** The codes of a packed key. */
export function unpackedKey(
  packed: number,
  { shape, list }: KeyedShape,
  shapes: number,
  sizeOf: SizeOf,
): number[] {
  let rest = Math.floor(packed / shapes);
  return shape.keys.map((key) => {
    const size = sizeOf(key, list);
    const code = rest % size;
    rest = Math.floor(rest / size);
    return code;
  });
}

/**
 * The coded rows with one number for each shape, for the codes of the row's keys and for the shape: each row is read once,
 * and counted for every shape that has its values. The shapes are rows, too: as an expression for each, they would be more
 * code than the engine compiles.
 */
function keyedRows(
  subject: Subject,
  { dimensions, lists }: Packings,
  shapes: readonly KeyedShape[],
  sizeOf: SizeOf,
): string {
  const ids = subject.dimensions.map(({ id }) => id);
  const kept = Object.keys(subject.kept).join(", ");
  const rows = shapes.map((shape, which) => numbersOf(subject, shape, which, shapes.length, sizeOf));
  const columns = [
    "which",
    "list",
    "slots",
    "f_value",
    "f_time",
    ...ids.map((id) => `f_${id}`),
    ...ids.map((id) => `m_${id}`),
  ];
  return `(
  SELECT timed, ${kept}, ${[
    "which",
    "CAST(f_value AS bigint) * code",
    `CAST(f_time AS bigint) * CAST(floor(${TIME} / CAST(slots AS double)) AS bigint)`,
    ...ids.map((id) => `CAST(f_${id} AS bigint) * CASE WHEN ${id} <= m_${id} THEN ${id} ELSE 0 END`),
  ].join(" + ")} AS packed
  FROM (
    SELECT coded.*, shapes.*, codes[greatest(list, 1)] AS code
    FROM (
      SELECT timed, ${kept}, ${TIME}, ${ids.map((id) => `${dimensions.code(id)} AS ${id}`).join(", ")},
        ARRAY[${subject.lists.map(({ id }) => `CAST(${lists.code(id)} AS bigint)`).join(", ")}] AS codes
      FROM ${CODED}
    ) AS coded
    CROSS JOIN (VALUES ${rows.map((row) => `(${row.join(", ")})`).join(",\n      ")}) AS shapes(${columns.join(", ")})
  )
  WHERE list = 0 OR code > 0
)`;
}

/** Number of rows that a cube of each shape would have; approximate on Athena. */
export const keyedLengthsSql = (
  subject: Subject,
  packings: Packings,
  shapes: readonly KeyedShape[],
  sizeOf: SizeOf,
): string => `SELECT packed % ${shapes.length} AS shape, approx_distinct(packed) AS length
FROM ${keyedRows(subject, packings, shapes, sizeOf)}
GROUP BY 1`;

/** The sums of all shapes: the packed keys, and the measures. */
export const keyedSumsSql = (
  subject: Subject,
  packings: Packings,
  shapes: readonly KeyedShape[],
  sizeOf: SizeOf,
): string => `SELECT packed, ${subject.measures.map(({ id, of }) => `CAST(sum(${of}) AS double) AS ${id}`).join(", ")}
FROM ${keyedRows(subject, packings, shapes, sizeOf)}
GROUP BY packed`;

const TIMED_QUANTILES = `approx_percentile(timed, ARRAY[${QUANTILES.join(", ")}])`;

/** Quantiles of each slot, and of all rows with NULL as the slot. */
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
LIMIT ${SLOWEST}`;

/** Requests by quarter of an hour since the first. */
export const QUARTERS_SQL = `SELECT quarter_number, count(*) FROM ${CODED} GROUP BY 1`;

/** Number of clients of each slot. */
export const slotClientsSql = ({ subject, range, slotMs }: Counted): string =>
  `SELECT ${slotSql(range.from, slotMs)}, count(DISTINCT ${subject.words.client})
FROM ${tableOf(subject)} WHERE ${rangeCondition(range)} GROUP BY 1 ORDER BY 1`;
