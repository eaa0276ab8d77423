import { sqlString } from "../formats/render/sql-text";
import { FORMULA, withoutFormula } from "../terminal/csv";
import type { DuckdbEngine } from "./duckdb-engine";

export type TextFormat = "csv" | "json";

/** How values become text. */
export interface TextOptions {
  readonly format: TextFormat;
  /** CSV: text that a spreadsheet runs as a formula gets a `'` before it. */
  readonly escapeFormulas?: boolean;
  /**
   * Time zone of the times, by its IANA name.
   *
   * @default UTC
   */
  readonly timeZone?: string;
}

/** A column of the rows that a SELECT gives. */
export interface ResultColumn {
  readonly name: string;
  /** DuckDB's name of the type. */
  readonly type: string;
}

/** The rows of a user's SELECT as a relation: this function of DuckDB accepts one SELECT and nothing else. */
export const relationOf = (select: string): string => `query(${sqlString(select)})`;

/** The columns of a SELECT; names are different from each other. */
export async function columnsOf(engine: DuckdbEngine, select: string): Promise<readonly ResultColumn[]> {
  const described = await engine.rows(
    `SELECT column_name, column_type FROM (DESCRIBE FROM ${relationOf(select)})`,
  );
  return described.map(([name, type]) => ({ name: String(name), type: String(type) }));
}

/** The same rows, with values that look in text as everywhere in this program. */
export function plainRows(
  select: string,
  columns: readonly ResultColumn[],
  options: TextOptions,
): { readonly sql: string; readonly columns: readonly ResultColumn[] } {
  const plain = columns.map(({ name, type }) => ({
    from: quoted(name),
    name: titleOf(name, options),
    type: type === "TIMESTAMP" ? "VARCHAR" : type,
    sql: expressionOf(quoted(name), type, options),
  }));
  const values = plain.map(({ sql, name }) => `${sql} AS ${quoted(name)}`);
  return { sql: `SELECT ${values.join(", ")} FROM ${relationOf(select)}`, columns: plain };
}

/** A name that may contain every character. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const titleOf = (name: string, { escapeFormulas, format }: TextOptions): string =>
  escapeFormulas && format === "csv" ? withoutFormula(name) : name;

const INTEGERS = ["BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT"];
/** Programs read larger integers of JSON inexactly. */
const MAX_SAFE = Number.MAX_SAFE_INTEGER;

function expressionOf(column: string, type: string, options: TextOptions): string {
  if (type === "TIMESTAMP") return instantText(column, options.timeZone);
  return options.format === "json" ? jsonValue(column, type) : csvValue(column, type, options);
}

function jsonValue(column: string, type: string): string {
  const unless = (condition: string) =>
    `CASE WHEN ${condition} THEN to_json(${column}) ELSE to_json(CAST(${column} AS VARCHAR)) END`;
  if (INTEGERS.includes(type)) return unless(`${column} BETWEEN -${MAX_SAFE} AND ${MAX_SAFE}`);
  // JSON has no infinity.
  return type === "DOUBLE" || type === "FLOAT" ? unless(`isfinite(${column})`) : column;
}

function csvValue(column: string, type: string, { escapeFormulas }: TextOptions): string {
  if (/[\])]$/.test(type) && !type.startsWith("DECIMAL")) return `CAST(to_json(${column}) AS VARCHAR)`;
  return escapeFormulas && type === "VARCHAR"
    ? `CASE WHEN regexp_matches(${column}, ${sqlString(FORMULA.source)}) THEN '''' || ${column} ELSE ${column} END`
    : column;
}

/** What the zone's clocks show. @param timeZone default: UTC */
export const localTime = (column: string, timeZone: string | undefined): string =>
  timeZone === undefined ? column : `timezone(${sqlString(timeZone)}, timezone('UTC', ${column}))`;

/** ISO 8601 with microseconds, and with the offset of the time zone. */
function instantText(column: string, timeZone: string | undefined): string {
  const iso = (time: string) => `strftime(${time}, '%Y-%m-%dT%H:%M:%S.%f')`;
  if (timeZone === undefined) return `${iso(column)} || 'Z'`;
  const local = localTime(column, timeZone);
  const minutes = `CAST(epoch(${local} - ${column}) / 60 AS INTEGER)`;
  const offset = `printf('%s%02d:%02d', CASE WHEN ${minutes} < 0 THEN '-' ELSE '+' END, abs(${minutes}) // 60, abs(${minutes}) % 60)`;
  return `CASE WHEN ${column} IS NOT NULL THEN ${iso(local)} || ${offset} END`;
}
