import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LAKE_PARQUET } from "../parquet-layout";

/**
 * The program in `assembly/`, which finds the fields of lines, collects them as columns, and makes the pages of a Parquet file of
 * them. Its `index.ts` says what the functions do.
 */
export interface Columns {
  readonly memory: WebAssembly.Memory;
  setLimits(groupRows: number, groupBytes: number, entries: number, entryBytes: number): void;
  begin(fields: number, separator: number, hasBareQuotes: boolean): number;
  addField(
    isNamed: boolean,
    form: number,
    isOptional: boolean,
    canLack: boolean,
    least: number,
    most: number,
    fraction: number,
  ): void;
  setWholeField(field: number): void;
  addName(parent: number, field: number, isInList: boolean, isProof: boolean): number;
  addItems(list: number, field: number, isProof: boolean): number;
  nameText(name: number, length: number): number;
  forgetOrder(): void;
  addOrdered(name: number): void;
  addColumn(field: number, type: number, prefix: number): void;
  fileInput(length: number): number;
  lineInput(length: number): number;
  scan(from: number, end: number): number;
  setTimeField(field: number): void;
  scanHour(from: number, end: number): number;
  hour(): number;
  hourLines(): number;
  rowInput(length: number): number;
  add(from: number, end: number): number;
  rows(): number;
  isFull(): number;
  encode(index: number): void;
  valueCount(): number;
  dictionarySize(): number;
  pageStart(): number;
  pageLength(): number;
  dictionaryStart(): number;
  dictionaryLength(): number;
  leastStart(): number;
  greatestStart(): number;
  filterStart(): number;
  filterLength(): number;
  clear(): void;
}

/** Bytes of values after which a row group ends, whatever its rows. 8,192 usual rows have less than half of it; WAF's have twice as many. */
export const ROW_GROUP_BYTES = 4 << 20;

/** Loads the program. Only one file at a time can be read, or written, with it. */
export async function newColumns(): Promise<Columns> {
  const program = readFileSync(join(__dirname, "columns.wasm"));
  // The name of the file that imports it.
  const values = {
    numberOf: (start = 0, length = 0) =>
      Number(Buffer.from(columns.memory.buffer, start, length).toString("latin1")),
  };
  const { instance } = await WebAssembly.instantiate(program, { values });
  const columns = instance.exports as unknown as Columns;
  const { rowGroupRows, dictionaryValues, dictionaryBytes } = LAKE_PARQUET;
  columns.setLimits(rowGroupRows, ROW_GROUP_BYTES, dictionaryValues, dictionaryBytes);
  return columns;
}
