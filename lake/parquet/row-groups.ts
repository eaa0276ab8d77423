import { writeFileSync, writevSync } from "node:fs";
import { compressUsingDict, createCCtx, init } from "@bokuweb/zstd-wasm";
import { LAKE_PARQUET } from "../parquet-layout";
import { type Columns, newColumns } from "./columns";
import {
  type ColumnChunk,
  HEAD,
  isDelta,
  lengthOf,
  type Page,
  type ParquetColumn,
  rowGroupOf,
} from "./parquet-file";
import { beginRows, type RowSource, type SourceColumn, setOrder, TYPES } from "./row-source";

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

const NO_DICTIONARY = new Uint8Array();
/** With fewer bytes, e.g. of one value in all rows, compression takes longer than what it saves is worth. */
const LEAST_COMPRESSED_BYTES = 400;
/** A longer bound is left out: it would be read with every footer. */
const MOST_BOUND_BYTES = 256;

/**
 * Starts a Parquet file. Only one in each thread can be written at a time.
 *
 * @param output an empty file. If there is none, rows are only counted
 */
export async function startRowGroups(output: number | undefined, source: RowSource): Promise<RowGroups> {
  const [program, compressor] = await loadPrograms();
  return new RowGroups(program, compressor, output, source);
}

/** Loads what row groups need, before the first of them. */
export function loadPrograms(): Promise<[program: Columns, compressor: number]> {
  // A compressor for each page takes as long to make as to compress the page.
  programs ??= Promise.all([newColumns(), init().then(createCCtx)]);
  return programs;
}

/** Loaded once in a thread. */
let programs: Promise<[program: Columns, compressor: number]> | undefined;

/** Writes rows as the row groups of a Parquet file, which the caller ends with a footer. */
export class RowGroups {
  private readonly written = {
    rowGroups: [] as Uint8Array[],
    rows: 0,
    values: new Map<string, number>(),
    times: new Map<string, TimeRange>(),
  };
  private offset = HEAD.length;
  private isAdding = false;
  private readonly columns: readonly SourceColumn[];
  /** Addresses of the lines, and of their end. */
  private lines = 0;
  private endOfLines = 0;
  /** A view of the program's memory, which it loses when it grows. */
  private memory = new Uint8Array();

  constructor(
    private readonly program: Columns,
    private readonly compressor: number,
    private readonly output: number | undefined,
    private readonly source: RowSource,
  ) {
    this.columns = output === undefined ? [] : source.columns;
    beginRows(program, source, this.columns);
    if (output !== undefined) writevSync(output, [HEAD]);
  }

  /** @param name of the file of the rows that follow */
  startFile(name: string): void {
    const bytes = Buffer.from(name);
    const start = this.program.fileInput(bytes.length);
    this.view().set(bytes, start);
  }

  /**
   * Says in which order the lines that follow have their fields.
   *
   * @param order names of the fields, with tabs between them; none for the format's own order
   */
  setOrder(order: readonly string[]): void {
    setOrder(this.program, this.source, order);
  }

  /** Rows that were added. */
  get rows(): number {
    return this.written.rows + this.program.rows();
  }

  /**
   * Takes lines, whose rows are then added by calls of `scan`.
   *
   * @param lines in UTF-8, each ended by a line feed
   */
  startLines(lines: Buffer): void {
    this.lines = this.program.lineInput(lines.length);
    this.endOfLines = this.lines + lines.length;
    this.view().set(lines, this.lines);
  }

  /**
   * Adds the rows of lines until one has another form.
   *
   * @param from where the first of them starts
   * @returns where the line of another form starts, or the end of the lines
   */
  scan(from: number): number {
    let next = this.lines + from;
    this.isAdding = true;
    do next = this.program.scan(next, this.endOfLines);
    while (this.endFullGroup());
    this.isAdding = false;
    return next - this.lines;
  }

  /** Adds rows whose fields are separated, each ended by a line feed. */
  add(rows: Buffer): void {
    const { program } = this;
    let start = program.rowInput(rows.length);
    const end = start + rows.length;
    this.view().set(rows, start);
    this.isAdding = true;
    while (start < end) {
      start = program.add(start, end);
      this.endFullGroup();
    }
    this.isAdding = false;
  }

  /** @returns false if the row group is not full */
  private endFullGroup(): boolean {
    const isFull = this.program.isFull() !== 0;
    if (isFull) this.endGroup();
    return isFull;
  }

  /** True if rows could not be added: no other rows can be, either. */
  get isBroken(): boolean {
    return this.isAdding;
  }

  end(): WrittenRows {
    this.endGroup();
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
    if (rows > 0 && this.output !== undefined) this.write(this.output, rows);
    written.rows += rows;
    program.clear();
  }

  private write(output: number, rows: number): void {
    const chunks = this.columns.map((column, index) => this.chunkOf(column, index));
    const { bytes, footer } = rowGroupOf(chunks, rows, this.offset);
    for (const chunk of chunks) this.count(chunk);
    this.written.rowGroups.push(footer);
    this.offset += lengthOf(bytes);
    writeAll(output, bytes);
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
    // Differences of numbers have few bits already.
    const isPacked = entries === 0 && isDelta(column.type);
    const isCompressed = !isPacked && program.pageLength() + dictionaryLength >= LEAST_COMPRESSED_BYTES;
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
      filter: this.filter(),
    };
  }

  private filter(): Uint8Array | undefined {
    const [start, length] = [this.program.filterStart(), this.program.filterLength()];
    return length === 0 ? undefined : this.view().slice(start, start + length);
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
