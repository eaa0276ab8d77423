import { readFileSync, writevSync } from "node:fs";
import { join } from "node:path";
import { compress, init } from "@bokuweb/zstd-wasm";
import {
  type ColumnChunk,
  HEAD,
  type Page,
  type ParquetColumn,
  type ParquetType,
  rowGroupOf,
} from "./parquet-file";

/** A column of the file, and the field of the rows that it has its values from. */
export interface SourceColumn extends ParquetColumn {
  readonly field: number | "file";
  readonly prefix: number;
}

interface Columns {
  readonly memory: WebAssembly.Memory;
  setLimits(groupRows: number, entries: number, entryBytes: number): void;
  begin(fields: number): number;
  addColumn(field: number, type: number, prefix: number): void;
  fileInput(length: number): number;
  input(length: number): number;
  add(from: number, end: number): number;
  rows(): number;
  bytes(): number;
  encode(index: number): void;
  valueCount(): number;
  dictionarySize(): number;
  pageStart(): number;
  pageLength(): number;
  dictionaryStart(): number;
  dictionaryLength(): number;
  leastStart(): number;
  greatestStart(): number;
  clear(): void;
}

const TYPE_NUMBERS: Readonly<Record<ParquetType, number>> = {
  VARCHAR: 0,
  INTEGER: 1,
  BIGINT: 2,
  DOUBLE: 3,
  DATE: 4,
  TIMESTAMP: 5,
};
const BYTES = { INTEGER: 4, BIGINT: 8, DOUBLE: 8, DATE: 4, TIMESTAMP: 8 };

let loaded: Columns | undefined;
export async function loadColumns(): Promise<Columns> {
  if (loaded) return loaded;
  await init();
  const { instance } = await WebAssembly.instantiate(readFileSync(join(__dirname, "parquet-columns.wasm")), {
    host: {
      numberOf: (start: number, length: number) =>
        Number(Buffer.from((loaded as Columns).memory.buffer, start, length).toString("latin1")),
    },
  });
  loaded = instance.exports as unknown as Columns;
  loaded.setLimits(8192, 1000, 128 << 10);
  return loaded;
}

export class RowGroups {
  readonly footers: Uint8Array[] = [];
  rows = 0;
  offset = HEAD.length;
  private memory = new Uint8Array();

  constructor(
    private readonly wasm: Columns,
    private readonly output: number,
    private readonly columns: readonly SourceColumn[],
    fields: number,
  ) {
    const file = wasm.begin(fields);
    for (const { field, type, prefix } of columns) {
      wasm.addColumn(field === "file" ? file : field, TYPE_NUMBERS[type], prefix);
    }
    writevSync(output, [HEAD]);
  }

  startFile(name: string): void {
    const bytes = Buffer.from(name);
    const start = this.wasm.fileInput(bytes.length);
    new Uint8Array(this.wasm.memory.buffer).set(bytes, start);
  }

  add(pieces: readonly Buffer[]): void {
    const { wasm } = this;
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    let start = wasm.input(length);
    const end = start + length;
    const memory = new Uint8Array(wasm.memory.buffer);
    let at = start;
    for (const piece of pieces) {
      memory.set(piece, at);
      at += piece.length;
    }
    while (start < end) {
      start = wasm.add(start, end);
      if (wasm.rows() === 8192) this.flush();
    }
  }

  end(): void {
    if (this.wasm.rows() > 0) this.flush();
  }

  private flush(): void {
    const rows = this.wasm.rows();
    const group = rowGroupOf(
      this.columns.map((column, index) => this.chunkOf(column, index)),
      rows,
      this.offset,
    );
    this.footers.push(group.footer);
    this.rows += rows;
    this.offset += writevSync(this.output, group.bytes as Uint8Array[]);
    this.wasm.clear();
  }

  private chunkOf(column: ParquetColumn, index: number): ColumnChunk {
    const { wasm } = this;
    wasm.encode(index);
    if (this.memory.buffer !== wasm.memory.buffer) this.memory = new Uint8Array(wasm.memory.buffer);
    const { memory } = this;
    const dictionarySize = wasm.dictionarySize();
    const [rows, values] = [wasm.rows(), wasm.valueCount()];
    const dictionaryLength = dictionarySize > 0 ? wasm.dictionaryLength() : 0;
    const isCompressed = wasm.pageLength() + dictionaryLength > 100;
    const pageOf = (start: number, length: number, count: number): Page => ({
      bytes: isCompressed
        ? compress(memory.subarray(start, start + length), 1)
        : memory.slice(start, start + length),
      length,
      values: count,
    });
    return {
      column,
      isCompressed,
      dictionary:
        dictionarySize > 0 ? pageOf(wasm.dictionaryStart(), dictionaryLength, dictionarySize) : undefined,
      data: pageOf(wasm.pageStart(), wasm.pageLength(), rows),
      nulls: rows - values,
      bounds: values > 0 ? this.boundsOf(column) : undefined,
    };
  }

  private boundsOf({ type }: ParquetColumn): ColumnChunk["bounds"] {
    const { wasm, memory } = this;
    const bound = (start: number): Uint8Array | undefined => {
      const length = type === "VARCHAR" ? lengthBefore(memory, start) : BYTES[type];
      return length > 256 ? undefined : memory.slice(start, start + length);
    };
    const [least, greatest] = [bound(wasm.leastStart()), bound(wasm.greatestStart())];
    return least && greatest && { least, greatest };
  }
}

const lengthBefore = (memory: Uint8Array, start: number): number =>
  ((memory[start - 1] as number) << 24) |
  ((memory[start - 2] as number) << 16) |
  ((memory[start - 3] as number) << 8) |
  (memory[start - 4] as number);
