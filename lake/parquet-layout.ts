/** How rows are laid out in a Parquet file. */
export interface ParquetLayout {
  readonly compression: { readonly codec: "zstd"; readonly level: number } | { readonly codec: "snappy" };
  readonly rowGroupRows: number;
  /** A column with more values than this in a row group has no dictionary there. */
  readonly dictionaryValues: number;
  /** Nor has one whose values are longer than this together. */
  readonly dictionaryBytes: number;
}

/**
 * Layout of local lakes: small files that take little CPU and memory to write. Row groups and dictionaries that fit into
 * a processor's cache count most; higher levels of zstd take longer and save next to nothing.
 */
export const LAKE_PARQUET: ParquetLayout = {
  compression: { codec: "zstd", level: 1 },
  rowGroupRows: 8192,
  dictionaryValues: 1000,
  dictionaryBytes: 128 << 10,
};

/** DuckDB's settings while it writes. */
export const WRITE_SETTINGS = {
  preserve_insertion_order: "false",
  // Several commits run at once: each in one thread takes a twentieth less CPU than all in all threads.
  threads: "1",
};

/**
 * Options of DuckDB's `COPY ... TO`.
 *
 * @see https://duckdb.org/docs/stable/sql/statements/copy#parquet-options
 */
export function parquetOptions(layout: ParquetLayout): string {
  const { compression, rowGroupRows, dictionaryValues, dictionaryBytes } = layout;
  const options = [
    "FORMAT parquet",
    `COMPRESSION ${compression.codec}`,
    ...(compression.codec === "zstd" ? [`COMPRESSION_LEVEL ${compression.level}`] : []),
    `ROW_GROUP_SIZE ${rowGroupRows}`,
    `DICTIONARY_SIZE_LIMIT ${dictionaryValues}`,
    `STRING_DICTIONARY_PAGE_SIZE_LIMIT ${dictionaryBytes}`,
  ];
  return `(${options.join(", ")})`;
}
