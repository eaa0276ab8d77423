import { ThriftWriter } from "./thrift";

/** Types of columns in the lake, as DuckDB calls them. */
export type ParquetType = "VARCHAR" | "INTEGER" | "BIGINT" | "DOUBLE" | "DATE" | "TIMESTAMP";

export interface ParquetColumn {
  readonly name: string;
  readonly type: ParquetType;
}

const MAGIC = Buffer.from("PAR1");
const [INT32, INT64, DOUBLE, BYTE_ARRAY] = [1, 2, 5, 6];
const OPTIONAL = 1;
/** Field of a column's description that has its type, with more than the older name says. */
const LOGICAL_TYPE = 10;

interface TypeInFile {
  readonly physical: number;
  /** Name of the type in older versions of Parquet. */
  readonly converted?: number;
  /** Writes the type's fields in `LOGICAL_TYPE`. */
  readonly logical?: (to: ThriftWriter) => void;
}

const isSigned = (bits: number) => (to: ThriftWriter) => {
  to.beginField(10);
  to.i8(1, bits);
  to.bool(2, true);
  to.end();
};

const TYPES: Readonly<Record<ParquetType, TypeInFile>> = {
  VARCHAR: { physical: BYTE_ARRAY, converted: 0, logical: (to) => to.empty(1) },
  INTEGER: { physical: INT32, converted: 17, logical: isSigned(32) },
  BIGINT: { physical: INT64, converted: 18, logical: isSigned(64) },
  DOUBLE: { physical: DOUBLE },
  DATE: { physical: INT32, converted: 6, logical: (to) => to.empty(6) },
  TIMESTAMP: {
    physical: INT64,
    converted: 10,
    // Without a zone, in microseconds.
    logical: (to) => {
      to.beginField(8);
      to.bool(1, false);
      to.beginField(2);
      to.empty(2);
      to.end();
      to.end();
    },
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

/** Heads of pages and filters; and the footer, of which a row group's part is written at the same time. */
const [heads, footer] = [new ThriftWriter(), new ThriftWriter()];

/** Starts the head of a page; the caller ends it. */
function beginPage(type: number, { bytes, length }: Page): void {
  heads.begin();
  heads.i32(1, type);
  heads.i32(2, length);
  heads.i32(3, bytes.length);
}

function dictionaryHead(page: Page): Uint8Array {
  beginPage(DICTIONARY_PAGE, page);
  heads.beginField(7);
  heads.i32(1, page.values);
  heads.i32(2, PLAIN);
  heads.end();
  heads.end();
  return heads.take();
}

function dataHead(page: Page, encoding: number): Uint8Array {
  beginPage(DATA_PAGE, page);
  heads.beginField(5);
  heads.i32(1, page.values);
  heads.i32(2, encoding);
  heads.i32(3, RLE);
  heads.i32(4, RLE);
  heads.end();
  heads.end();
  return heads.take();
}

/** Blocks of 32 bytes, hashes of XXH64, and no compression: there is nothing else. */
function filterHead(filter: Uint8Array): Uint8Array {
  heads.begin();
  heads.i32(1, filter.length);
  for (const kind of [2, 3, 4]) {
    heads.beginField(kind);
    heads.empty(1);
    heads.end();
  }
  heads.end();
  return heads.take();
}

/** How the values of a data page are written. */
function encodingOf({ column: { type }, dictionary, data, nulls }: ColumnChunk): number {
  if (dictionary) return RLE_DICTIONARY;
  return isDelta(type) && nulls < data.values ? DELTA_BINARY_PACKED : PLAIN;
}

/** True if values of this type that are not in a dictionary are written by their differences. */
export const isDelta = (type: ParquetType): boolean => type !== "VARCHAR" && type !== "DOUBLE";

/** A row group in a file: the bytes of its columns, and its part of the footer. */
export interface RowGroup {
  readonly bytes: readonly Uint8Array[];
  readonly footer: Uint8Array;
}

/** @param start where the row group starts in its file */
export function rowGroupOf(chunks: readonly ColumnChunk[], rows: number, start: number): RowGroup {
  const bytes: Uint8Array[] = [];
  let [offset, unpacked] = [start, 0];
  footer.begin();
  footer.structs(1, chunks.length);
  for (const chunk of chunks) {
    const places = addChunk(chunk, offset, bytes);
    describe(chunk, places);
    offset = places.end;
    unpacked += places.unpacked;
  }
  footer.i64(2, unpacked);
  footer.i64(3, rows);
  footer.end();
  return { bytes, footer: footer.take() };
}

/** Where the parts of a column are in the file. */
interface ChunkPlaces {
  /** The dictionary, if there is one, else the data. */
  readonly start: number;
  readonly data: number;
  /** The filter, if there is one, else the end. */
  readonly filter: number;
  readonly end: number;
  /** Bytes of its pages if none was compressed. */
  readonly unpacked: number;
}

/** Adds the bytes of a column. */
function addChunk(chunk: ColumnChunk, start: number, bytes: Uint8Array[]): ChunkPlaces {
  const { dictionary, data, filter } = chunk;
  let [end, saved] = [start, 0];
  const add = (head: Uint8Array, body: Uint8Array) => {
    bytes.push(head, body);
    end += head.length + body.length;
  };
  if (dictionary) {
    add(dictionaryHead(dictionary), dictionary.bytes);
    saved += dictionary.length - dictionary.bytes.length;
  }
  const dataStart = end;
  add(dataHead(data, encodingOf(chunk)), data.bytes);
  saved += data.length - data.bytes.length;
  const filterStart = end;
  if (filter) add(filterHead(filter), filter);
  return { start, data: dataStart, filter: filterStart, end, unpacked: filterStart - start + saved };
}

/** Adds a column to the footer. */
function describe(chunk: ColumnChunk, places: ChunkPlaces): void {
  const { column, isCompressed, dictionary, data, nulls, bounds, filter } = chunk;
  const encoding = encodingOf(chunk);
  footer.begin();
  footer.i64(2, places.start);
  footer.beginField(3);
  footer.i32(1, TYPES[column.type].physical);
  footer.i32s(2, [...new Set([RLE, dictionary ? PLAIN : encoding, encoding])]);
  footer.texts(3, [column.name]);
  footer.i32(4, isCompressed ? ZSTD : UNCOMPRESSED);
  footer.i64(5, data.values);
  footer.i64(6, places.unpacked);
  footer.i64(7, places.filter - places.start);
  footer.i64(9, places.data);
  if (dictionary) footer.i64(11, places.start);
  footer.beginField(12);
  footer.i64(3, nulls);
  if (bounds) {
    footer.binary(5, bounds.greatest);
    footer.binary(6, bounds.least);
  }
  footer.end();
  if (filter) {
    footer.i64(14, places.filter);
    footer.i32(15, places.end - places.filter);
  }
  footer.end();
  footer.end();
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
  footer.begin();
  footer.i32(1, 1);
  footer.structs(2, 1 + columns.length);
  footer.begin();
  footer.text(4, "schema");
  footer.i32(5, columns.length);
  footer.end();
  for (const { name, type } of columns) addColumn(name, TYPES[type]);
  footer.i64(3, rows);
  footer.structs(4, rowGroups.length);
  for (const rowGroup of rowGroups) footer.written(rowGroup);
  const pairs = Object.entries(metadata);
  footer.structs(5, pairs.length);
  for (const [key, value] of pairs) {
    footer.begin();
    footer.text(1, key);
    footer.text(2, value);
    footer.end();
  }
  footer.text(6, "access-logs");
  // Texts are compared by their bytes, numbers by their values.
  footer.structs(7, columns.length);
  for (const _ of columns) {
    footer.begin();
    footer.empty(1);
    footer.end();
  }
  footer.end();
  const bytes = footer.take();
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([bytes, length, MAGIC]);
}

function addColumn(name: string, { physical, converted, logical }: TypeInFile): void {
  footer.begin();
  footer.i32(1, physical);
  footer.i32(3, OPTIONAL);
  footer.text(4, name);
  if (converted !== undefined) footer.i32(6, converted);
  if (logical) {
    footer.beginField(LOGICAL_TYPE);
    logical(footer);
    footer.end();
  }
  footer.end();
}
