import * as z from "zod/mini";
import { sqlString } from "../formats/render/sql-text";
import { jsonAs } from "../handlers/core/json";
import type { DuckdbEngine } from "./duckdb-engine";

/** A file below `raw/` whose lines are in the typed table: it is its content, not its name. */
export interface FileRecord extends RawFile {
  /** Hash of the file's bytes. */
  readonly hash: string;
  /** Set if its lines are in the typed table under the name of another file with the same bytes. */
  readonly isDuplicate?: true | undefined;
}

/** A file below `raw/`, as a listing shows it. */
export interface RawFile {
  /** Name below the partition's prefix. */
  readonly name: string;
  readonly size: number;
  /** When its content was written, in milliseconds: a copy keeps the original's time. */
  readonly modified: number;
}

const METADATA_KEY = "access_logs_files";

const schema = z.array(
  z.strictObject({
    name: z.string(),
    size: z.number(),
    modified: z.number(),
    hash: z.string(),
    isDuplicate: z.optional(z.literal(true)),
  }),
);

/**
 * Metadata of a Parquet file with the records of its files: rows and records appear at once. Files without rows
 * have their records in a Parquet file without rows.
 */
export const recordMetadata = (records: readonly FileRecord[]): Readonly<Record<string, string>> => ({
  [METADATA_KEY]: JSON.stringify(records),
});

/** Records in the metadata of Parquet files, by their paths; versions before the records wrote none. */
export async function readRecords(
  engine: DuckdbEngine,
  parquets: readonly string[],
): Promise<ReadonlyMap<string, readonly FileRecord[]>> {
  const rows = await engine.rows(
    `SELECT file_name, decode(value) FROM parquet_kv_metadata([${parquets.map(sqlString).join(", ")}]) WHERE decode(key) = ${sqlString(METADATA_KEY)}`,
  );
  return new Map(rows.map(([parquet, text]) => [String(parquet), jsonAs(schema, String(text)) ?? []]));
}
