import { sqlTimestamp } from "../formats/render/sql-text";
import type { Range } from "../questions/range";
import { rangeCondition } from "../questions/render";
import type { Counted } from "./counts";
import { MEASURES_OF_TIME } from "./measures-of-time";
import { MAX_VALUE } from "./model";
import { grouped, spareValues, tableOf } from "./sql";
import type { Dimension, Listed, Subject } from "./subject";

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
    const key = (isFew(subject, one) ? subject.few : one.columns).join();
    sources.set(key, [...(sources.get(key) ?? []), one]);
  }
  return [...sources].map(([key, dimensions], number) => ({
    number,
    name: `report_${subject.format}_${number}`,
    columns: key.split(","),
    dimensions,
  }));
}

const isFew = ({ few }: Subject, { columns }: Dimension): boolean =>
  columns.every((column) => few.includes(column));

/** Lists of columns that have few combinations of values. */
export const fewLists = (subject: Subject): readonly Listed[] =>
  subject.lists.filter((list) => isFew(subject, list));

/** What a source's column is in the table. */
const columnSql = ({ used }: Subject, column: string): string => used[column] ?? column;

/** Name of the counts of some sources. */
export const countsName = ({ format }: Subject, part: number): string => `report_${format}_counts_${part}`;

/**
 * The sources of each statement of the first pass. One statement for all reads the rows once; with the one whose source has the most
 * combinations apart, two processors read them.
 */
export function countedTogether(subject: Subject, isAlone: boolean): readonly (readonly Source[])[] {
  const sources = sourcesOf(subject);
  if (!isAlone) return [sources];
  const hasUrls = ({ columns }: Source) => columns.join() === subject.words.url;
  return [sources.filter(hasUrls), sources.filter((source) => !hasUrls(source))];
}

const keyName = ({ number }: Source, column: number): string => `k${number}_${column}`;

const keyNames = (source: Source): readonly string[] =>
  source.columns.map((_, index) => keyName(source, index));

/** The columns of the sources, as far as they are used. */
const keyColumns = (subject: Subject, sources: readonly Source[]): readonly string[] =>
  sources.flatMap((source) =>
    source.columns.map((column, index) => `${columnSql(subject, column)} AS ${keyName(source, index)}`),
  );

/** Requests by the columns of each source. */
export function countsSql(subject: Subject, range: Range, sources: readonly Source[]): string {
  const { status, seconds } = subject.words;
  const which = sources.map((source) => `WHEN grouping(${keyName(source, 0)}) = 0 THEN ${source.number}`);
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
 *
 * @param counts name of its counts
 */
export function sourceSql(counts: string, source: Source): string {
  const { number, columns, dimensions } = source;
  const made = dimensions.map(({ id, sql }) => `substr(coalesce(${sql}, ''), 1, ${MAX_VALUE}) AS v_${id}`);
  return `SELECT ${[...columns, "requests", "failed", "refused", "spent", ...made].join(", ")}
FROM (
  SELECT ${keyNames(source)
    .map((key, index) => `${key} AS ${columns[index]}`)
    .join(", ")}, requests, failed, refused, spent
  FROM ${counts} WHERE which = ${number}
)`;
}

/** The same as `clientRequestsSql` of the table, without its rows: a part of a statement. */
export function keptClientRequestsSql(subject: Subject): string | undefined {
  const source = sourcesOf(subject).find(({ dimensions }) => dimensions.some(({ id }) => id === "client"));
  return source && `(SELECT ${subject.words.client} AS address, requests FROM ${source.name})`;
}

export const domainName = ({ name }: Source, { id }: Dimension): string => `${name}_${id}`;

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

/**
 * How a row names its combination of a source: by a hash of its columns, which takes less time than a join. If two
 * combinations have the same hash, by the number of their row in the source.
 */
export type KeyKind = "hash" | "number";

/** From 1; 0 for a combination that a file has got since the first pass. */
const numberSql = (source: string): string => `coalesce(${source}.rowid + 1, 0)`;

/** As many bits of a hash as a double has. */
const hashSql = (columns: readonly string[]): string => `hash(${columns.join(", ")}) >> 11`;

/** The key of each combination of a source, and the codes of its dimensions in their order. */
export function codesSql(source: Source, kind: KeyKind): string {
  const { name, columns, dimensions } = source;
  const joins = dimensions.map(
    (one) => `LEFT JOIN ${domainName(source, one)} AS d_${one.id} ON d_${one.id}.value = v_${one.id}`,
  );
  const codes = dimensions.map(({ id }) => `coalesce(d_${id}.code, 0)`);
  const key = kind === "hash" ? hashSql(columns) : numberSql(name);
  return `SELECT ${[key, ...codes].map(asDouble).join(", ")} FROM ${name} ${joins.join("\n")}`;
}

const asDouble = (sql: string): string => `CAST(${sql} AS double)`;

/**
 * Of each row the whole seconds since the start of the range, the time that it took or -1, its other measures, and the key of
 * its combination in each source.
 *
 * @param kinds of the sources in their order
 */
export function rowsSql(
  { subject, range }: Counted,
  sources: readonly Source[],
  kinds: readonly KeyKind[],
): string {
  const { seconds } = subject.words;
  const keys = sources.map((source, index) =>
    kinds[index] === "hash" ? hashSql(keyNames(source)) : numberSql(`s${source.number}`),
  );
  const joins = sources.filter((_, index) => kinds[index] === "number").map(joinSql);
  const kept = Object.entries(subject.kept).map(([name, sql]) => `${sql} AS ${name}`);
  const measures = subject.measures.filter(({ id }) => !MEASURES_OF_TIME.has(id)).map(({ of }) => of);
  const numbers = ["since", "coalesce(timed, -1)", ...measures, ...keys];
  return `SELECT ${numbers.map(asDouble).join(", ")}
FROM (
  SELECT date_diff('second', ${sqlTimestamp(range.from)}, time) AS since,
    CASE WHEN ${seconds} >= 0 THEN ${seconds} END AS timed, ${[...kept, ...keyColumns(subject, sources)].join(", ")}
  FROM ${tableOf(subject)}
  WHERE ${rangeCondition(range)}
)
${joins.join("\n")}`;
}

function joinSql(source: Source): string {
  const { name, number, columns } = source;
  const on = columns.map(
    (column, index) => `s${number}.${column} IS NOT DISTINCT FROM ${keyName(source, index)}`,
  );
  return `LEFT JOIN ${name} AS s${number} ON ${on.join(" AND ")}`;
}
