import { sqlString } from "../formats/render/sql-text";
import type { DuckdbEngine } from "./duckdb-engine";
import { columnsOf, plainRows, relationOf, type TextOptions } from "./plain-columns";
import { saveXlsx } from "./save-xlsx";

/** Formats of files with rows. */
export const FILE_FORMATS = ["csv", "json", "parquet", "xlsx"] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

export interface SaveOptions extends Omit<TextOptions, "format"> {
  readonly format: FileFormat;
}

/** Values of Parquet keep their types; CSV has the lines of RFC 4180. */
const COPY_OPTIONS: Readonly<Record<Exclude<FileFormat, "xlsx">, string>> = {
  csv: "FORMAT csv, HEADER, NEW_LINE '\\r\\n'",
  json: "FORMAT json, ARRAY true",
  parquet: "FORMAT parquet, COMPRESSION zstd",
};

/**
 * Writes the rows of one SELECT to a file. The engine writes to no other file first: it may only access this one.
 *
 * @returns the number of rows
 * @throws QueryFailedError
 */
export async function saveRows(
  engine: DuckdbEngine,
  select: string,
  file: string,
  { format, ...options }: SaveOptions,
): Promise<number> {
  if (format === "xlsx") return saveXlsx(engine, select, file, options.timeZone);
  const rows =
    format === "parquet"
      ? `FROM ${relationOf(select)}`
      : plainRows(select, await columnsOf(engine, select), { ...options, format }).sql;
  const [[count] = []] = await engine.rows(
    `COPY (${rows}) TO ${sqlString(file)} (${COPY_OPTIONS[format]}, USE_TMP_FILE false)`,
  );
  return Number(count);
}
