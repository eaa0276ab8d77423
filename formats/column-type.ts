import { type Column, type ColumnType, columnsOf, type LogFormat } from "./log-format";

const NAMES = {
  string: { iceberg: "string", trino: "varchar", duckdb: "VARCHAR" },
  int: { iceberg: "int", trino: "integer", duckdb: "INTEGER" },
  bigint: { iceberg: "bigint", trino: "bigint", duckdb: "BIGINT" },
  double: { iceberg: "double", trino: "double", duckdb: "DOUBLE" },
  date: { iceberg: "date", trino: "date", duckdb: "DATE" },
  // Iceberg has the six decimals that ALB writes; Athena documents that it keeps three of them (docs/adr/0018).
  timestamp: { iceberg: "timestamp", trino: "timestamp(6)", duckdb: "TIMESTAMP" },
} as const satisfies Readonly<Record<ColumnType, Readonly<Record<string, string>>>>;

/**
 * Where a column's type is used.
 *
 * - `text`: the raw table, in Hive's terms; every column is a string, so that no cast loses or changes anything
 * - `iceberg`: `CREATE TABLE` of the typed table, the catalog, and the documentation
 * - `trino`: a cast in Athena
 * - `duckdb`: the local lake
 */
export type TypeSystem = "text" | keyof (typeof NAMES)[ColumnType];

/** Types of the columns in the local lake. */
export type DuckdbType = (typeof NAMES)[ColumnType]["duckdb"];

/** The type of a column. `time` is a timestamp (UTC) in every typed table, even if a line has only the time of day. */
export const typeNameOf = (system: TypeSystem, format: LogFormat, column: Column): string =>
  system === "text" ? "string" : namesOf(format, column)[system];

/** Columns of the typed table in the local lake. */
export const duckdbColumns = (format: LogFormat): readonly { name: string; type: DuckdbType }[] =>
  columnsOf(format).map((column) => ({ name: column.name, type: namesOf(format, column).duckdb }));

const namesOf = (format: LogFormat, column: Column) =>
  NAMES[isTime(format, column) ? "timestamp" : column.type];

const isTime = ({ time }: LogFormat, { name }: Column): boolean => time.at(-1) === name;
