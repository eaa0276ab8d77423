import { typeNameOf } from "../column-type";
import {
  type Column,
  columnsOf,
  type LogFormat,
  linesTableOf,
  rawTableOf,
  unparsedViewOf,
} from "../log-format";
import { LAKE_PREFIX, PARTITION_KEYS, type Partition, partitionPairs, SOURCE_KEY } from "../partition-layout";
import type { PrivacyRule } from "../privacy";
import { DAY_SECONDS } from "../time";
import { renderLineForm } from "./line-pattern";
import { renderPrivate } from "./privacy-sql";
import { hiveIdentifier, hiveString, sqlIdentifier, sqlString } from "./sql-text";

/** A typed table on AWS: an Iceberg table in the Glue catalog, written by Athena. */
export interface LakeTable {
  readonly format: LogFormat;
  /** Glue database of the raw and the typed table. */
  readonly database: string;
  /** Bucket with the moved files and the files of the table. */
  readonly bucket: string;
  /** True if the sources of this format are partitioned by name. */
  readonly bySource: boolean;
  /**
   * The sources whose unparsed lines must not be shown, because these contain everything as it was sent: all sources,
   * or some if the table is partitioned by source.
   */
  readonly hidesLines?: "all" | readonly string[];
}

interface LakeColumn {
  readonly name: string;
  /** Type in `CREATE TABLE`. */
  readonly type: string;
  /** SQL of its value, from a row of the raw table. */
  readonly value: string;
}

/** Column with the file of a row: `s3://bucket/key`. A file is committed if this column contains it. */
export const LOG_FILE = "log_file";
/** A day after a snapshot was replaced, no query reads it any more: VACUUM can delete the files that OPTIMIZE replaced. */
const SNAPSHOT_AGE_SECONDS = DAY_SECONDS;

/** Names of the columns of the typed table, in the order of `CREATE TABLE`. */
export const lakeColumnNames = (table: LakeTable): readonly string[] =>
  lakeColumns(table).map(({ name }) => name);

/** Types of the columns of the typed table, as in the catalog. */
export const lakeColumnTypes = (table: LakeTable): ReadonlyMap<string, string> =>
  new Map(lakeColumns(table).map(({ name, type }) => [name, type]));

function lakeColumns({ format, bySource }: LakeTable, rule?: PrivacyRule): readonly LakeColumn[] {
  const keys = [...(bySource ? [SOURCE_KEY] : []), ...PARTITION_KEYS];
  return [
    ...columnsOf(format).map((column) => ({
      name: column.name,
      type: typeNameOf("iceberg", format, column),
      value: privateValue(rule, column, typedValue(format, column)),
    })),
    { name: LOG_FILE, type: "string", value: sqlPath },
    ...keys.map(({ name, type }) => ({ name, type, value: sqlIdentifier(name) })),
  ];
}

const privateValue = (rule: PrivacyRule | undefined, { personal }: Column, value: string): string =>
  rule && personal ? renderPrivate("trino", rule, personal, value) : value;

/** Athena's hidden column: the location of a row's file. */
const sqlPath = '"$path"';

/** The text of a raw column; `-` and the empty text are NULL. */
const textOf = (name: string): string => `NULLIF(NULLIF(${sqlIdentifier(name)}, '-'), '')`;

function typedValue(format: LogFormat, column: Column): string {
  const type = typeNameOf("trino", format, column);
  if (format.time.length === 2 && format.time[1] === column.name) {
    const [date, time] = format.time.map(sqlIdentifier);
    return `TRY_CAST(${date} || ' ' || ${time} AS ${type})`;
  }
  switch (column.type) {
    case "string":
      return textOf(column.name);
    case "timestamp":
      return `TRY_CAST(replace(replace(${textOf(column.name)}, 'T', ' '), 'Z', '') AS ${type})`;
    case "int":
    case "bigint":
    case "double":
    case "date":
      return `TRY_CAST(${textOf(column.name)} AS ${type})`;
  }
}

/** True for lines that match the format's pattern: it requires a time, and for other lines the SerDe returns NULLs. */
const isRow = ({ time }: LogFormat): string => `${sqlIdentifier(time[0])} IS NOT NULL`;

/**
 * Creates the typed table if it is missing. Terraform cannot create it: its provider supports no partition spec.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html
 */
export const renderCreateLakeTable = (table: LakeTable): string =>
  `CREATE TABLE IF NOT EXISTS ${hiveName(table, table.format.table)} (
${lakeColumns(table)
  .map(({ name, type }) => `  ${hiveIdentifier(name)} ${type}`)
  .join(",\n")}
)
PARTITIONED BY (day(${hiveIdentifier("time")}))
LOCATION ${hiveString(`s3://${table.bucket}/${LAKE_PREFIX}${table.format.table}/`)}
TBLPROPERTIES (
  'table_type' = 'ICEBERG',
  'format' = 'parquet',
  'write_compression' = 'zstd',
  'vacuum_max_snapshot_age_seconds' = '${SNAPSHOT_AGE_SECONDS}'
)`;

/**
 * Adds columns that the format got after the table was created. The data does not change: older rows have NULL there.
 *
 * @param names columns of the typed table; others are ignored
 * @throws Error if no name is a column
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-alter-table-add-columns.html
 */
export function renderAddLakeColumns(table: LakeTable, names: ReadonlySet<string>): string {
  const columns = lakeColumns(table).filter(({ name }) => names.has(name));
  if (columns.length === 0) throw new Error("a statement adds at least one column");
  const list = columns.map(({ name, type }) => `${hiveIdentifier(name)} ${type}`);
  return `ALTER TABLE ${hiveName(table, table.format.table)} ADD COLUMNS (${list.join(", ")})`;
}

/** Files of one table that a statement commits. */
export interface CommittedFiles {
  /** Their partitions; at least one. */
  readonly partitions: readonly Partition[];
  /** Their keys; at least one range. */
  readonly ranges: readonly KeyRange[];
}

/** Keys from the first to the last, both included, in the order of character codes. */
export interface KeyRange {
  readonly from: string;
  readonly to: string;
}

/**
 * Commits files that are not in the typed table yet: all of their rows at once, or none. A second run adds nothing.
 *
 * It reads only these files: the engine prunes files by `"$path"` before it opens them. It also prunes the typed table
 * by these keys, with the bounds of `dt`, `hour` and `log_file` that Iceberg keeps for every data file. Pruning by
 * `time` would miss a file whose lines have other days than its name.
 *
 * @param rule personal data that the rows must not contain; default: they contain everything that was logged
 */
export function renderCommit(
  table: LakeTable,
  { partitions, ranges }: CommittedFiles,
  rule?: PrivacyRule,
): string {
  const columns = lakeColumns(table, rule);
  const keys = partitionCondition(partitions);
  const isOneOf = (path: string) => rangeCondition(table, path, ranges);
  return `${commitHead(table)}${columns.map(({ name }) => sqlIdentifier(name)).join(", ")})
SELECT
${columns.map(({ value }) => `  ${value}`).join(",\n")}
FROM ${sqlName(table, rawTableOf(table.format))}
WHERE ${keys}
  AND ${isOneOf(sqlPath)}
  AND ${sqlPath} NOT IN (
    SELECT ${sqlIdentifier(LOG_FILE)} FROM ${sqlName(table, table.format.table)}
    WHERE ${keys}
      AND ${isOneOf(sqlIdentifier(LOG_FILE))}
  )
  AND ${isRow(table.format)}`;
}

/** Start of every commit to the table, and of no other statement. */
export const commitHead = (table: LakeTable): string => `INSERT INTO ${sqlName(table, table.format.table)} (`;

/** `"dt" = '...' AND "hour" IN (...)` for each day, with the source before it if there is one. */
function partitionCondition(partitions: readonly Partition[]): string {
  const hoursByDay = new Map<string, string[]>();
  for (const partition of partitions) {
    const pairs = partitionPairs(partition).map(([key, value]) => [sqlIdentifier(key), sqlString(value)]);
    const day = pairs.slice(0, -1).map((pair) => pair.join(" = "));
    const hour = pairs.at(-1)?.[1] ?? "";
    hoursByDay.set(day.join(" AND "), [...(hoursByDay.get(day.join(" AND ")) ?? []), hour]);
  }
  const hourKey = sqlIdentifier(PARTITION_KEYS[1].name);
  return anyOf([...hoursByDay].map(([day, hours]) => `${day} AND ${hourKey} IN (${hours.join(", ")})`));
}

function rangeCondition({ bucket }: LakeTable, path: string, ranges: readonly KeyRange[]): string {
  const pathOf = (key: string) => sqlString(`s3://${bucket}/${key}`);
  const single = ranges.filter(({ from, to }) => from === to).map(({ from }) => pathOf(from));
  const others = ranges.filter(({ from, to }) => from !== to);
  return anyOf([
    ...(single.length > 0 ? [`${path} IN (${single.join(", ")})`] : []),
    ...others.map(({ from, to }) => `${path} BETWEEN ${pathOf(from)} AND ${pathOf(to)}`),
  ]);
}

const anyOf = (conditions: readonly string[]): string => `(${conditions.join(" OR ")})`;

/**
 * The view of unparsed lines, each with its file. A line matches the form exactly if the SerDe reads it as a row.
 */
export const renderUnparsedView = (table: LakeTable): string =>
  `CREATE OR REPLACE VIEW ${sqlName(table, unparsedViewOf(table.format))} AS
SELECT ${shownLine(table)}, ${sqlPath} AS ${sqlIdentifier(LOG_FILE)}, ${keyNames(table).join(", ")}
FROM ${sqlName(table, linesTableOf(table.format))}
WHERE "line" <> '' AND "line" NOT LIKE '#%'
  AND NOT regexp_like("line", ${sqlString(`^(?:${renderLineForm(table.format)})$`)})`;

function shownLine({ hidesLines = [] }: LakeTable): string {
  if (hidesLines === "all") return 'CAST(NULL AS varchar) AS "line"';
  if (hidesLines.length === 0) return '"line"';
  return `CASE WHEN ${sqlIdentifier(SOURCE_KEY.name)} IN (${hidesLines.map(sqlString).join(", ")}) THEN NULL ELSE "line" END AS "line"`;
}

/**
 * Counts the unparsed lines of files, whose text it reads.
 *
 * @returns SQL of one text: for each file with such lines, a line with their number, a space, and the file; NULL if no
 * file has any
 */
export const renderCountUnparsed = (table: LakeTable, { partitions, ranges }: CommittedFiles): string =>
  `SELECT array_join(array_agg("count_of_file"), chr(10)) FROM (
  SELECT CAST(count(*) AS varchar) || ' ' || ${sqlIdentifier(LOG_FILE)} AS "count_of_file"
  FROM ${sqlName(table, unparsedViewOf(table.format))}
  WHERE ${partitionCondition(partitions)}
    AND ${rangeCondition(table, sqlIdentifier(LOG_FILE), ranges)}
  GROUP BY ${sqlIdentifier(LOG_FILE)}
)`;

const keyNames = ({ bySource }: LakeTable): string[] =>
  [...(bySource ? [SOURCE_KEY] : []), ...PARTITION_KEYS].map(({ name }) => sqlIdentifier(name));

const hiveName = ({ database }: LakeTable, name: string): string =>
  `${hiveIdentifier(database)}.${hiveIdentifier(name)}`;

/** Name of a view or table of the database, in the form for SELECT and INSERT. */
export const sqlName = ({ database }: LakeTable, name: string): string =>
  `${sqlIdentifier(database)}.${sqlIdentifier(name)}`;
