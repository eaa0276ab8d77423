import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The program in `assembly/`, which adds up the rows of one table. Its `index.ts` says what the functions do. Shapes, cubes and
 * sources are addresses in its memory.
 */
export interface TallyProgram {
  readonly memory: WebAssembly.Memory;
  addColumn(size: number): number;
  addMeasure(kind: number): void;
  newShape(): number;
  addKey(shape: number, column: number, size: number, merged: number, cap: number): void;
  newCube(most: number, isNested: boolean): number;
  addShape(cube: number, shape: number): void;
  newSource(hasClients: boolean): number;
  addCodes(source: number, column: number): void;
  addListCodes(source: number, list: number): void;
  setTime(slotSeconds: number, slots: number, intoQuarter: number): void;
  setPaths(column: number, paths: number): void;
  begin(lists: number): void;
  input(length: number): number;
  clearSource(source: number, expected: number): void;
  addCombinations(source: number, length: number): number;
  room(): number;
  add(length: number): void;
  addKeys(source: number, length: number): void;
  groupRows(): void;
  divide(list: number): void;
  divideByColumn(column: number): void;
  addGroups(cube: number): void;
  addPlaces(cube: number): void;
  shapeOf(cube: number): number;
  sumCount(cube: number): number;
  sumKey(cube: number, number: number): number;
  sumsOf(cube: number, key: number): number;
  clientsOf(slot: number): number;
  timeCount(): number;
  timesStart(): number;
  orderInput(): void;
  readTimes(group: number): number;
  quantile(part: number): number;
  quarterCount(): number;
  quarter(number: number): number;
  quarterRequests(number: number): number;
}

let compiled: WebAssembly.Module | undefined;

/** A program with memory of its own, which is free as soon as nothing refers to it. */
export function newTallyProgram(): TallyProgram {
  compiled ??= new WebAssembly.Module(readFileSync(join(__dirname, "tally.wasm")));
  return new WebAssembly.Instance(compiled).exports as unknown as TallyProgram;
}
