import {
  binary,
  bool,
  bytesOf,
  i8,
  i32,
  i32s,
  i64,
  struct,
  structOf,
  structs,
  type Thrift,
  text,
  texts,
} from "./thrift";

/** Types of columns in the lake, as DuckDB calls them. */
export type ParquetType = "VARCHAR" | "INTEGER" | "BIGINT" | "DOUBLE" | "DATE" | "TIMESTAMP";

export interface ParquetColumn {
  readonly name: string;
  readonly type: ParquetType;
}

const MAGIC = Buffer.from("PAR1");
const [INT32, INT64, DOUBLE, BYTE_ARRAY] = [1, 2, 5, 6];
const OPTIONAL = 1;
const EMPTY = struct({});
const signed = (bits: number) => struct({ 10: struct({ 1: i8(bits), 2: bool(true) }) });

interface TypeInFile {
  readonly physical: number;
  /** Name of the type in older versions of Parquet. */
  readonly converted?: number;
  readonly logical?: Thrift;
}

const TYPES: Readonly<Record<ParquetType, TypeInFile>> = {
  VARCHAR: { physical: BYTE_ARRAY, converted: 0, logical: struct({ 1: EMPTY }) },
  INTEGER: { physical: INT32, converted: 17, logical: signed(32) },
  BIGINT: { physical: INT64, converted: 18, logical: signed(64) },
  DOUBLE: { physical: DOUBLE },
  DATE: { physical: INT32, converted: 6, logical: struct({ 6: EMPTY }) },
  // Without a zone, in microseconds.
  TIMESTAMP: {
    physical: INT64,
    converted: 10,
    logical: struct({ 8: struct({ 1: bool(false), 2: struct({ 2: EMPTY }) }) }),
  },
};

/** A page that was compressed, or was not because it would not be smaller. */
export interface Page {
  readonly bytes: Uint8Array;
  /** Length before it was compressed. */
  readonly length: number;
  readonly values: number;
}

/** The values of a column in a row group. */
export interface ColumnChunk {
  readonly column: ParquetColumn;
  readonly isCompressed: boolean;
  /** The distinct values, if the data page has their numbers. */
  readonly dictionary: Page | undefined;
  /** The values of all rows, and which rows have none. */
  readonly data: Page;
  readonly nulls: number;
  /** The least and the greatest value in plain form, unless there is none or one is too long. */
  readonly bounds: { readonly least: Uint8Array; readonly greatest: Uint8Array } | undefined;
  /** A Bloom filter of the values, if it helps to look one up. */
  readonly filter: Uint8Array | undefined;
}

const [PLAIN, RLE, DELTA_BINARY_PACKED, RLE_DICTIONARY] = [0, 3, 5, 8];
const [DATA_PAGE, DICTIONARY_PAGE] = [0, 2];
const [UNCOMPRESSED, ZSTD] = [0, 6];

function pageHead(
  type: number,
  { bytes, length }: Page,
  fields: Readonly<Record<number, Thrift>>,
): Uint8Array {
  return bytesOf(struct({ 1: i32(type), 2: i32(length), 3: i32(bytes.length), ...fields }));
}

/** How the values of a data page are written. */
function encodingOf({ column: { type }, dictionary, data, nulls }: ColumnChunk): number {
  if (dictionary) return RLE_DICTIONARY;
  return isDelta(type) && nulls < data.values ? DELTA_BINARY_PACKED : PLAIN;
}

/** True if values of this type that are not in a dictionary are written by their differences. */
export const isDelta = (type: ParquetType): boolean => type !== "VARCHAR" && type !== "DOUBLE";

/** Blocks of 32 bytes, hashes of XXH64, and no compression: there is nothing else. */
const FILTER_HEAD = { 2: struct({ 1: EMPTY }), 3: struct({ 1: EMPTY }), 4: struct({ 1: EMPTY }) };

function chunkBytes(chunk: ColumnChunk): Record<"dictionary" | "data" | "filter", Uint8Array[]> {
  const { dictionary, data, filter } = chunk;
  const dataHead = struct({ 1: i32(data.values), 2: i32(encodingOf(chunk)), 3: i32(RLE), 4: i32(RLE) });
  return {
    dictionary: dictionary
      ? [
          pageHead(DICTIONARY_PAGE, dictionary, { 7: struct({ 1: i32(dictionary.values), 2: i32(PLAIN) }) }),
          dictionary.bytes,
        ]
      : [],
    data: [pageHead(DATA_PAGE, data, { 5: dataHead }), data.bytes],
    filter: filter ? [bytesOf(struct({ 1: i32(filter.length), ...FILTER_HEAD })), filter] : [],
  };
}

/** A row group in a file: the bytes of its columns, and its part of the footer. */
export interface RowGroup {
  readonly bytes: readonly Uint8Array[];
  readonly footer: Uint8Array;
}

/** @param start where the row group starts in its file */
export function rowGroupOf(chunks: readonly ColumnChunk[], rows: number, start: number): RowGroup {
  const bytes: Uint8Array[] = [];
  let [offset, total] = [start, 0];
  const metadata = chunks.map((chunk) => {
    const { column, isCompressed, dictionary, data, nulls, bounds } = chunk;
    const parts = chunkBytes(chunk);
    const [dictionaryBytes, dataBytes] = [lengthOf(parts.dictionary), lengthOf(parts.data)];
    const unpacked =
      dictionaryBytes +
      dataBytes +
      [dictionary, data].reduce((sum, page) => sum + (page ? page.length - page.bytes.length : 0), 0);
    const chunkStart = offset;
    const chunkEnd = chunkStart + dictionaryBytes + dataBytes;
    const filterBytes = lengthOf(parts.filter);
    bytes.push(...parts.dictionary, ...parts.data, ...parts.filter);
    offset = chunkEnd + filterBytes;
    total += unpacked;
    return struct({
      2: i64(chunkStart),
      3: struct({
        1: i32(TYPES[column.type].physical),
        2: i32s([...new Set([RLE, dictionary ? PLAIN : encodingOf(chunk), encodingOf(chunk)])]),
        3: texts([column.name]),
        4: i32(isCompressed ? ZSTD : UNCOMPRESSED),
        5: i64(data.values),
        6: i64(unpacked),
        7: i64(chunkEnd - chunkStart),
        9: i64(chunkStart + dictionaryBytes),
        11: dictionary && i64(chunkStart),
        12: struct({
          3: i64(nulls),
          5: bounds && binary(bounds.greatest),
          6: bounds && binary(bounds.least),
        }),
        14: filterBytes > 0 ? i64(chunkEnd) : undefined,
        15: filterBytes > 0 ? i32(filterBytes) : undefined,
      }),
    });
  });
  const footer = struct({ 1: structs(metadata), 2: i64(total), 3: i64(rows) });
  return { bytes, footer: bytesOf(footer) };
}

export const lengthOf = (parts: readonly Uint8Array[]): number =>
  parts.reduce((sum, { length }) => sum + length, 0);

/** Start of every file. */
export const HEAD = MAGIC;

/** End of a file: what is in it, and where. */
export function footerOf(
  columns: readonly ParquetColumn[],
  rowGroups: readonly Uint8Array[],
  rows: number,
  metadata: Readonly<Record<string, string>>,
): Buffer {
  const root = struct({ 4: text("schema"), 5: i32(columns.length) });
  const fields = columns.map(({ name, type }) => {
    const { physical, converted, logical } = TYPES[type];
    return struct({
      1: i32(physical),
      3: i32(OPTIONAL),
      4: text(name),
      6: converted === undefined ? undefined : i32(converted),
      10: logical,
    });
  });
  const pairs = Object.entries(metadata).map(([key, value]) => struct({ 1: text(key), 2: text(value) }));
  const footer = bytesOf(
    struct({
      1: i32(1),
      2: structs([root, ...fields]),
      3: i64(rows),
      4: structs(rowGroups.map(structOf)),
      5: structs(pairs),
      6: text("access-logs"),
      // Texts are compared by their bytes, numbers by their values.
      7: structs(columns.map(() => struct({ 1: EMPTY }))),
    }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([footer, length, MAGIC]);
}
