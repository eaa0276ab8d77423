/**
 * Adds up the rows of one table of a report. It knows no log format.
 *
 * JavaScript, the host, says what rows have, what they are grouped by and which cubes it asks for, in the order of these functions,
 * and adds the combinations of each source. It then puts the columns of some rows into `input` and calls `add`. When the batch has
 * no room for more, it calls `groupRows`, and adds the groups to each cube. The results stay in memory, whose addresses are numbers.
 */

import {
  BATCH_ROWS,
  beginRows,
  keys,
  rows,
  setRows,
  slots as slotOf,
  times as timeOf,
  values,
} from "./batch";
import { beginClients } from "./clients";
import { Cube } from "./cubes";
import {
  beginGroups,
  codesOfGroup,
  firstOfGroup,
  groups,
  order,
  rowShape,
  groupRows as sumRows,
} from "./groups";
import { beginLists } from "./lists";
import { fillMeasures, valueBytes } from "./measures";
import { addToQuarter, quarters } from "./quarters";
import { Shape } from "./shapes";
import { Source } from "./sources";
import { KEY_BYTES, NOT_FOUND } from "./table";
import { addTime, beginTimes, different, numberOfTime, orderTimes } from "./times";

export { clientsOf } from "./clients";
export { newCube } from "./cubes";
export { addColumn } from "./groups";
export { divide, divideByColumn } from "./lists";
export { addMeasure } from "./measures";
export { newShape } from "./shapes";
export { newSource } from "./sources";
export { quantile, readTimes } from "./times";

const DOUBLE_BYTES: usize = 8;

let slotSeconds: f64 = 0;
let intoQuarter: f64 = 0;
let pathColumn: usize = 0;
let slots: u32 = 0;
/** Number of the batch. */
let batch: u32 = 0;
let inputStart: usize = heap.alloc(DOUBLE_BYTES);
let inputLength: usize = 1;

/** Adds a key to a shape, which counts less than those before. */
export function addKey(shape: Shape, column: u32, size: u32, merged: u32, cap: u32): void {
  shape.add(column, size, merged, cap);
}

export function addShape(cube: Cube, shape: Shape): void {
  cube.addShape(shape);
}

/** Adds a column that rows are grouped by to the combinations of a source. */
export function addCodes(source: Source, column: u32): void {
  source.addColumn(rowShape.factorOf(column), 0);
}

/** Adds a list that rows are not grouped by. */
export function addListCodes(source: Source, list: u32): void {
  source.addColumn(0, list);
}

/** @param seconds between the start of its quarter of an hour and the start of the range */
export function setTime(slotLength: f64, slotCount: u32, seconds: f64): void {
  slotSeconds = slotLength;
  slots = slotCount;
  intoQuarter = seconds;
}

/** Times are counted of all requests, of each slot, and of each path. @param column of the paths */
export function setPaths(column: u32, paths: u32): void {
  pathColumn = column;
  beginTimes(1 + slots + paths);
}

/** @param lists that rows are not grouped by */
export function begin(lists: u32): void {
  beginRows(lists);
  beginGroups();
  beginLists();
}

/** Forgets the combinations of a source. @param expected number of those that come */
export function clearSource(source: Source, expected: u32): void {
  source.clear(expected);
  if (source.hasClients) beginClients(slots, expected);
}

/** @returns address for so many doubles */
export function input(length: usize): usize {
  if (length > inputLength) {
    heap.free(inputStart);
    inputStart = heap.alloc(length * DOUBLE_BYTES);
    inputLength = length;
  }
  return inputStart;
}

/** Adds combinations: columns of their keys and of their codes. @returns the number of all */
export function addCombinations(source: Source, length: usize): u32 {
  source.addCombinations(inputStart, length);
  return source.combinations.length;
}

/** Number of rows for which the batch has room. An empty batch has room for more than the engine reads at once. */
export function room(): u32 {
  return <u32>BATCH_ROWS - rows;
}

let nextColumn: usize = 0;

/**
 * Adds rows to the batch: columns of the seconds since the start, of the times or -1, and of the measures that are read. The keys
 * of their combinations follow, which `addKeys` adds.
 */
export function add(length: usize): void {
  if (length > room()) unreachable();
  const from = <usize>rows;
  const seconds = inputStart + length * DOUBLE_BYTES;
  const factor = rowShape.factorOf(0);
  for (let index: usize = 0; index < length; index++) {
    const since = load<f64>(inputStart + index * DOUBLE_BYTES);
    const slot = min(<u32>(since / slotSeconds), slots - 1);
    const row = from + index;
    store<u32>(slotOf + row * 4, slot);
    store<u64>(keys + row * 8, <u64>slot * factor);
    store<u32>(timeOf + row * 4, numberOfTime(load<f64>(seconds + index * DOUBLE_BYTES)));
    addToQuarter(since + intoQuarter);
  }
  const read = seconds + length * DOUBLE_BYTES;
  nextColumn = fillMeasures(values + from * valueBytes, seconds, read, length);
  setRows(rows + <u32>length);
}

/** Adds the codes of the rows that were added last in the next source. */
export function addKeys(source: Source, length: usize): void {
  source.addRows(<usize>rows - length, nextColumn, length);
  nextColumn += length * DOUBLE_BYTES;
}

/** Groups the rows of the batch, and starts the next one. The groups stay until the next call. */
export function groupRows(): void {
  batch++;
  sumRows();
  for (let group: u32 = 0; group < groups.length; group++) {
    const codes = codesOfGroup(group);
    const slot = 1 + <u32>load<u16>(codes);
    const path = 1 + slots + <u32>load<u16>(codes + (pathColumn << 1));
    for (let at = firstOfGroup(group); at < firstOfGroup(group + 1); at++) {
      const time = load<u32>(timeOf + ((<usize>load<u32>(order + ((<usize>at) << 2))) << 2));
      if (time == NOT_FOUND) continue;
      addTime(0, time);
      addTime(slot, time);
      addTime(path, time);
    }
  }
  setRows(0);
}

export function addGroups(cube: Cube): void {
  cube.addGroups(batch);
}

/** Adds the groups as they were divided last. */
export function addPlaces(cube: Cube): void {
  cube.addPlaces(batch);
}

/** @returns the number of a cube's shape, the first that has few enough sums, or -1 */
export function shapeOf(cube: Cube): i32 {
  cube.shrink();
  return cube.shape;
}

export function sumCount(cube: Cube): u32 {
  return cube.sums.length;
}

export function sumKey(cube: Cube, number: u32): f64 {
  return <f64>cube.sums.key(number);
}

/** @returns the address of the sums of a key */
export function sumsOf(cube: Cube, key: f64): usize {
  return cube.sums.at(cube.sums.find(<u64>key)) + KEY_BYTES;
}

export function timeCount(): u32 {
  return different.length;
}

/** Address of the different times. */
export function timesStart(): usize {
  return different.start;
}

/** Call it before times are read, with all of them in their order as input. */
export function orderInput(): void {
  orderTimes(inputStart);
}

export function quarterCount(): u32 {
  return quarters.length;
}

export function quarter(number: u32): f64 {
  return <f64>quarters.key(number);
}

export function quarterRequests(number: u32): f64 {
  return load<f64>(quarters.at(number) + KEY_BYTES);
}
