import { writeFileSync, writevSync } from "node:fs";
import { compressUsingDict, createCCtx, init } from "@bokuweb/zstd-wasm";
import { LAKE_PARQUET } from "../parquet-layout";
import { type Columns, loadColumns } from "./columns";
import {
  type ColumnChunk,
  HEAD,
  lengthOf,
  type Page,
  type ParquetColumn,
  type ParquetType,
  rowGroupOf,
} from "./parquet-file";

/** A column of the file, with the field of the rows that has its values. */
export interface SourceColumn extends ParquetColumn {
  /** Number of the field. */
  readonly field: number | typeof FILE_FIELD;
  /** Bytes before every value in the field. */
  readonly prefix: number;
}

/** The name of the file of a row, which is in no field. */
export const FILE_FIELD = "file";

/** Row groups that were written to a file. */
export interface WrittenRows {
  /** Their parts of the footer. */
  readonly rowGroups: readonly Uint8Array[];
  readonly rows: number;
  /** Number of values of each column, by name. */
  readonly values: ReadonlyMap<string, number>;
  /** First and last value of each column of timestamps that has one, in microseconds. */
  readonly times: ReadonlyMap<string, TimeRange>;
}

export interface TimeRange {
  readonly first: number;
  readonly last: number;
}

export const NOTHING_WRITTEN: WrittenRows = { rowGroups: [], rows: 0, values: new Map(), times: new Map() };

/** Numbers of the types in the program, and the length of a value. */
const TYPES: Readonly<Record<ParquetType, { readonly number: number; readonly bytes?: number }>> = {
  VARCHAR: { number: 0 },
  INTEGER: { number: 1, bytes: 4 },
  BIGINT: { number: 2, bytes: 8 },
  DOUBLE: { number: 3, bytes: 8 },
  DATE: { number: 4, bytes: 4 },
  TIMESTAMP: { number: 5, bytes: 8 },
};
/** Of usual rows, 8,192 have a quarter of it: the limit is for files of long garbage. */
const MOST_GROUP_BYTES = 16 << 20;
const NO_DICTIONARY = new Uint8Array();
/** Fewer bytes than these do not become fewer. */
const LEAST_COMPRESSED_BYTES = 100;
/** A longer bound is left out: it would be read with every footer. */
const MOST_BOUND_BYTES = 256;

/** Starts a Parquet file. Only one in each thread can be written at a time. @param output an empty file */
export async function startRowGroups(output: number, columns: readonly SourceColumn[]): Promise<RowGroups> {
  compressor ??= init().then(createCCtx);
  return new RowGroups(await loadColumns(), await compressor, output, columns);
}

/** Made once: to make one for each page takes as long as to compress it. */
let compressor: Promise<number> | undefined;

/** Writes rows as the row groups of a Parquet file, which the caller ends with a footer. */
export class RowGroups {
  private readonly written = {
    rowGroups: [] as Uint8Array[],
    rows: 0,
    values: new Map<string, number>(),
    times: new Map<string, TimeRange>(),
  };
  private offset = HEAD.length;
  private groupBytes = 0;
  private isAdding = false;
  /** A view of the program's memory, which it loses when it grows. */
  private memory = new Uint8Array();

  constructor(
    private readonly program: Columns,
    private readonly compressor: number,
    private readonly output: number,
    private readonly columns: readonly SourceColumn[],
  ) {
    const fields = 1 + Math.max(...columns.map(({ field }) => (field === FILE_FIELD ? 0 : field)));
    const fileField = program.begin(fields);
    for (const { field, type, prefix } of columns) {
      program.addColumn(field === FILE_FIELD ? fileField : field, TYPES[type].number, prefix);
    }
    writevSync(output, [HEAD]);
  }

  /** @param name of the file of the rows that follow */
  startFile(name: string): void {
    const bytes = Buffer.from(name);
    const start = this.program.fileInput(bytes.length);
    this.view().set(bytes, start);
  }

  /** @param pieces of rows whose fields are separated; together, they are whole rows */
  add(pieces: readonly Buffer[]): void {
    const { program } = this;
    this.isAdding = true;
    const length = lengthOf(pieces);
    let start = program.input(length);
    const end = start + length;
    const memory = this.view();
    let at = start;
    for (const piece of pieces) {
      memory.set(piece, at);
      at += piece.length;
    }
    while (start < end) {
      start = program.add(start, end);
      if (program.rows() === LAKE_PARQUET.rowGroupRows) this.endGroup();
    }
    this.groupBytes += length;
    if (this.groupBytes > MOST_GROUP_BYTES) this.endGroup();
    this.isAdding = false;
  }

  /** True if rows could not be added: no other rows can be, either. */
  get isBroken(): boolean {
    return this.isAdding;
  }

  end(): WrittenRows {
    if (this.program.rows() > 0) this.endGroup();
    return this.written;
  }

  private view(): Uint8Array {
    const { buffer } = this.program.memory;
    if (this.memory.buffer !== buffer) this.memory = new Uint8Array(buffer);
    return this.memory;
  }

  private endGroup(): void {
    const { program, written } = this;
    const rows = program.rows();
    const chunks = this.columns.map((column, index) => this.chunkOf(column, index));
    const { bytes, footer } = rowGroupOf(chunks, rows, this.offset);
    for (const chunk of chunks) this.count(chunk);
    written.rowGroups.push(footer);
    written.rows += rows;
    this.offset += lengthOf(bytes);
    writeAll(this.output, bytes);
    program.clear();
    this.groupBytes = 0;
  }

  private count({ column: { name, type }, data, nulls, bounds }: ColumnChunk): void {
    const { values, times } = this.written;
    values.set(name, (values.get(name) ?? 0) + data.values - nulls);
    if (type !== "TIMESTAMP" || !bounds) return;
    const [first, last] = [instantOf(bounds.least), instantOf(bounds.greatest)];
    const before = times.get(name) ?? { first, last };
    times.set(name, { first: Math.min(first, before.first), last: Math.max(last, before.last) });
  }

  private chunkOf(column: ParquetColumn, index: number): ColumnChunk {
    const { program } = this;
    program.encode(index);
    const memory = this.view();
    const [rows, values, entries] = [program.rows(), program.valueCount(), program.dictionarySize()];
    const dictionaryLength = entries > 0 ? program.dictionaryLength() : 0;
    const isCompressed = program.pageLength() + dictionaryLength >= LEAST_COMPRESSED_BYTES;
    const pageOf = (start: number, length: number, count: number): Page => ({
      bytes: isCompressed
        ? this.compressed(memory.subarray(start, start + length))
        : memory.slice(start, start + length),
      length,
      values: count,
    });
    return {
      column,
      isCompressed,
      dictionary: entries > 0 ? pageOf(program.dictionaryStart(), dictionaryLength, entries) : undefined,
      data: pageOf(program.pageStart(), program.pageLength(), rows),
      nulls: rows - values,
      bounds: values > 0 ? this.boundsOf(column) : undefined,
    };
  }

  private compressed(bytes: Uint8Array): Uint8Array {
    return compressUsingDict(this.compressor, bytes, NO_DICTIONARY, LAKE_PARQUET.compression.level);
  }

  private boundsOf({ type }: ParquetColumn): ColumnChunk["bounds"] {
    const { program } = this;
    const memory = this.view();
    const boundAt = (start: number): Uint8Array | undefined => {
      const length = TYPES[type].bytes ?? new DataView(memory.buffer).getUint32(start - 4, true);
      return length > MOST_BOUND_BYTES ? undefined : memory.slice(start, start + length);
    };
    const [least, greatest] = [boundAt(program.leastStart()), boundAt(program.greatestStart())];
    return least && greatest && { least, greatest };
  }
}

const instantOf = (bytes: Uint8Array): number =>
  Number(new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(0, true));

/** @throws Error if the disk is full */
function writeAll(output: number, parts: readonly Uint8Array[]): void {
  const length = lengthOf(parts);
  const written = writevSync(output, parts);
  // Fewer bytes are written only on an error, e.g. a full disk, which the next attempt reports.
  if (written < length) writeFileSync(output, Buffer.concat(parts).subarray(written));
}
