import { sqlIdentifier, sqlString } from "../formats/render/sql-text";

/** How rows are laid out in a Parquet file. */
export interface ParquetLayout {
  readonly compression: { readonly codec: "zstd"; readonly level: number } | { readonly codec: "snappy" };
  readonly rowGroupRows: number;
  /** A column with more values than this in a row group has no dictionary there. */
  readonly dictionaryValues: number;
  /** A column whose values are longer than this in total has no dictionary, either. */
  readonly dictionaryBytes: number;
}

/**
 * Layout of local lakes: small files that need little CPU and memory to write. Row groups and dictionaries
 * that fit into a processor's cache help most. Higher levels of zstd take longer and save almost nothing.
 */
export const LAKE_PARQUET = {
  compression: { codec: "zstd", level: 1 },
  rowGroupRows: 8192,
  dictionaryValues: 1000,
  dictionaryBytes: 128 << 10,
} as const satisfies ParquetLayout;

/** A row group of usual rows has a tenth of it: the limit is for files of long garbage. */
const MAX_ROW_GROUP_BYTES = 64 << 20;

/** DuckDB's settings while it writes. */
export const WRITE_SETTINGS = {
  preserve_insertion_order: "false",
  // Several commits run at once: with one thread each, they need 5 % less CPU than with shared threads.
  threads: "1",
};

/**
 * Options of DuckDB's `COPY ... TO`.
 *
 * @param metadata texts that the file holds in addition to its rows
 * @see https://duckdb.org/docs/stable/sql/statements/copy#parquet-options
 */
export function parquetOptions(
  layout: ParquetLayout,
  metadata: Readonly<Record<string, string>> = {},
): string {
  const { compression, rowGroupRows, dictionaryValues, dictionaryBytes } = layout;
  const texts = Object.entries(metadata).map(([key, value]) => `${sqlIdentifier(key)}: ${sqlString(value)}`);
  const options = [
    "FORMAT parquet",
    `COMPRESSION ${compression.codec}`,
    ...(compression.codec === "zstd" ? [`COMPRESSION_LEVEL ${compression.level}`] : []),
    `ROW_GROUP_SIZE ${rowGroupRows}`,
    `ROW_GROUP_SIZE_BYTES ${MAX_ROW_GROUP_BYTES}`,
    `DICTIONARY_SIZE_LIMIT ${dictionaryValues}`,
    `STRING_DICTIONARY_PAGE_SIZE_LIMIT ${dictionaryBytes}`,
    ...(texts.length > 0 ? [`KV_METADATA {${texts.join(", ")}}`] : []),
  ];
  return `(${options.join(", ")})`;
}
