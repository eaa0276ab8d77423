import { typeNameOf } from "../column-type";
import { deliveredKeysOf, deliveredPrefixOf, distinctFolders, type FolderLayout } from "../delivered-layout";
import { isStampedKey, STAMPED } from "../file-identity";
import {
  type Column,
  columnsByPosition,
  columnsOf,
  deliveredTableOf,
  isJsonOnly,
  type LogFormat,
  rawTableOf,
} from "../log-format";
import { LAKE_PREFIX, PARTITION_KEYS, partitionKeysOf, rawPrefixOf } from "../partition-layout";
import type { PrivacyRule } from "../privacy";
import { DAY_SECONDS } from "../time";
import { TIME_FORMS } from "../time-form";
import { renderDeliveredIdentity, renderIdentity, renderKeysOf, renderMovedIdentity } from "./delivered-sql";
import {
  anyOf,
  type CommittedFiles,
  folderCondition,
  type KeyValue,
  outside,
  partitionCondition,
  rangeConditions,
} from "./file-conditions";
import { JSON_COLUMN, renderIsJsonRow, renderTextsOfJson } from "./json-sql";
import { renderPrivate } from "./privacy-sql";
import { hiveIdentifier, hiveString, sqlIdentifier, sqlPath } from "./sql-text";

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
  /** True if files of a source are read as delivered: the view of unparsed lines then has their lines, too. */
  readonly hasDelivered?: boolean;
}

interface LakeColumn {
  readonly name: string;
  /** Type in `CREATE TABLE`. */
  readonly type: string;
  /** SQL of its value, from a row of the raw table. */
  readonly value: string;
}

const [DT, HOUR] = PARTITION_KEYS;
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

function lakeColumns(
  { format, bySource }: LakeTable,
  rule?: PrivacyRule,
  keyValue: KeyValue = sqlIdentifier,
): readonly LakeColumn[] {
  return [
    ...columnsOf(format).map((column) => ({
      name: column.name,
      type: typeNameOf("iceberg", format, column),
      value: privateValue(rule, column, typedValue(format, column)),
    })),
    { name: LOG_FILE, type: "string", value: sqlPath },
    ...partitionKeysOf(bySource).map(({ name, type }) => ({ name, type, value: keyValue(name) })),
  ];
}

/** In the tables over files as delivered, the day and the hour of the requests are in the path only. */
export function deliveredKeyValue({ stamp }: FolderLayout): KeyValue {
  const { dt, hour } = renderKeysOf(stamp, sqlPath);
  const values: Readonly<Record<string, string>> = { [DT.name]: dt, [HOUR.name]: hour };
  return (name) => values[name] ?? sqlIdentifier(name);
}

const privateValue = (rule: PrivacyRule | undefined, { personal }: Column, value: string): string =>
  rule && personal ? renderPrivate("trino", rule, personal, value) : value;

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
      return column.form === undefined
        ? `TRY_CAST(replace(replace(${textOf(column.name)}, 'T', ' '), 'Z', '') AS ${type})`
        : `TRY(CAST(${TIME_FORMS[column.form].trino(sqlIdentifier(column.name))} AS ${type}))`;
    case "int":
    case "bigint":
    case "double":
    case "date":
      return `TRY_CAST(${textOf(column.name)} AS ${type})`;
  }
}

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

/**
 * Commits files that are not in the typed table yet: all of their rows at once, or none. A second run adds nothing, and
 * neither does another copy of a committed file: files are compared by their identities.
 *
 * It reads only these files: the engine prunes files by `"$path"` before it opens them. It also prunes the typed table,
 * with the bounds of `dt`, `hour` and `log_file` that Iceberg keeps for every data file. Pruning by `time` would miss a
 * file whose lines have other days than its name.
 *
 * @param rule personal data that the rows must not contain; default: they contain everything that was logged
 * @throws Error for files as delivered of a format whose files are never read as delivered
 */
export function renderCommit(table: LakeTable, files: CommittedFiles, rule?: PrivacyRule): string {
  const { bucket, format } = table;
  const { from, keys, keyValue, isIn, fileBucket, identity, present } = textOfFiles(table, files);
  const columns = lakeColumns(table, rule, keyValue);
  const own = rangeConditions(fileBucket, sqlIdentifier(LOG_FILE), files.ranges);
  const known = [
    partitionCondition(files.partitions, sqlIdentifier),
    ...(present ? [anyOf([...own, ...outside(sqlIdentifier(LOG_FILE), present)])] : []),
  ];
  const newLines = `FROM ${sqlName(table, from)}
WHERE ${isIn}
  AND ${anyOf(rangeConditions(fileBucket, sqlPath, files.ranges))}
  AND ${identity} NOT IN (
    SELECT ${renderIdentity(bucket, sqlIdentifier(LOG_FILE))} FROM ${sqlName(table, format.table)}
    WHERE ${known.join("\n      AND ")}
  )`;
  return `${commitHead(table)}${columns.map(({ name }) => sqlIdentifier(name)).join(", ")})
SELECT
${columns.map(({ value }) => `  ${value}`).join(",\n")}
${rowsOf(format, newLines, keys)}`;
}

/** SQL from `FROM` on: the rows among the lines. @param keys partition keys of the text table */
function rowsOf(format: LogFormat, lines: string, keys: readonly string[]): string {
  // The pattern requires a time, and for other lines the SerDe returns NULLs.
  const isRow = `${sqlIdentifier(format.time[0])} IS NOT NULL`;
  if (!format.json) return `${lines}\n  AND ${isRow}`;
  const json = sqlIdentifier(JSON_COLUMN);
  const isFound = isJsonOnly(format) ? `${json} IS NOT NULL` : `(${isRow} OR ${json} IS NOT NULL)`;
  const texts = renderTextsOfJson(format, {
    json,
    from: `${lines}\n  AND ${isFound}`,
    kept: [...keys, JSON_COLUMN],
    byPosition: columnsByPosition(format),
  });
  return `FROM ${texts}
WHERE ${json} IS NULL OR ${renderIsJsonRow(format)}`;
}

/** How a statement reads the text of its files. */
interface TextOfFiles {
  /** Text table. */
  readonly from: string;
  readonly fileBucket: string;
  /** Names of the text table's partition keys. */
  readonly keys: readonly string[];
  readonly keyValue: KeyValue;
  /** Condition on the text table's partitions. */
  readonly isIn: string;
  /** SQL of the identity of a row's file. */
  readonly identity: string;
  /**
   * Starts of all paths that are spelled as the paths of these files are, in the same partitions. A typed row with
   * another path there has another file; only a path outside can be another spelling of one of these files.
   * `undefined`: unknown.
   */
  readonly present?: readonly string[];
}

function textOfFiles({ format, bucket, bySource }: LakeTable, files: CommittedFiles): TextOfFiles {
  const { partitions, ranges } = files;
  if (files.kind === "moved") {
    const isStamped = ranges.every(({ from, to }) => isStampedKey(from) && isStampedKey(to));
    return {
      from: rawTableOf(format),
      fileBucket: bucket,
      keys: partitionKeysOf(bySource).map(({ name }) => name),
      keyValue: sqlIdentifier,
      isIn: partitionCondition(partitions, sqlIdentifier),
      identity: renderMovedIdentity(sqlPath),
      ...(isStamped
        ? { present: partitions.map((partition) => `s3://${bucket}/${rawPrefixOf(partition)}${STAMPED}`) }
        : {}),
    };
  }
  const { delivered } = format;
  if (delivered.kind === "flat") throw new Error(`${format.title}: no files are read as delivered`);
  const keyValue = deliveredKeyValue(delivered);
  const [{ bucket: fileBucket }] = files.folders;
  return {
    from: deliveredTableOf(format),
    fileBucket,
    keys: deliveredKeysOf(delivered).map(({ name }) => name),
    keyValue,
    // A range can cover files of other hours, which may be in the typed table: they are not looked for there.
    isIn: `${folderCondition(delivered, files.folders)}
  AND ${partitionCondition(partitions, keyValue)}`,
    identity: renderDeliveredIdentity(sqlPath),
    present: distinctFolders(files.folders).map(
      (folder) => `s3://${fileBucket}/${deliveredPrefixOf(delivered, folder)}`,
    ),
  };
}

/** Start of every commit to the table, and of no other statement. */
export const commitHead = (table: LakeTable): string => `INSERT INTO ${sqlName(table, table.format.table)} (`;

const hiveName = ({ database }: LakeTable, name: string): string =>
  `${hiveIdentifier(database)}.${hiveIdentifier(name)}`;

/** Name of a view or table of the database, in the form for SELECT and INSERT. */
export const sqlName = ({ database }: LakeTable, name: string): string =>
  `${sqlIdentifier(database)}.${sqlIdentifier(name)}`;
