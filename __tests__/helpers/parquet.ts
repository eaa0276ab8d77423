import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqlString } from "../../formats/render/sql-text";
import type { DuckdbEngine } from "../../lake/duckdb-engine";

/** A Parquet file that DuckDB writes. @param rows SQL of a relation */
export async function parquetOf(
  engine: DuckdbEngine,
  rows: string,
  options = "COMPRESSION snappy",
): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), "parquet-"));
  const path = join(folder, "made.parquet");
  try {
    await engine.rows(`COPY (${rows}) TO ${sqlString(path)} (FORMAT parquet, ${options})`);
    return readFileSync(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** SQL of one row. @param columns SQL of each value, by the name of its column */
export const rowOf = (columns: Readonly<Record<string, string>>): string =>
  `SELECT ${Object.entries(columns)
    .map(([name, sql]) => `${sql} AS "${name}"`)
    .join(", ")}`;

/** The name that AWS gives the column of a field. */
export const columnNameOf = (field: string): string =>
  field.replaceAll(/[^A-Za-z0-9]+/g, "_").replace(/_$/, "");

/** Texts as AWS names and writes them in Parquet: SQL of the values, by the names of their columns. */
export const textColumns = (texts: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [columnNameOf(name), sqlString(text)]));
