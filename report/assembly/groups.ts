import { BATCH_ROWS, keys, rows, values } from "./batch";
import { addValues, copyValues, valueBytes } from "./measures";
import { newShape, Shape } from "./shapes";
import { KEY_BYTES, newTable, Table } from "./table";

/** What rows are grouped by. */
export const rowShape: Shape = newShape();
let columns: u32 = 0;

/** Rows with the same codes, added up. */
export let groups: Table = changetype<Table>(0);
/** The rows in the order of their groups, where the rows of each group end, and the measures in this order. */
export const order: usize = heap.alloc(BATCH_ROWS * 4);
const ends: usize = heap.alloc((BATCH_ROWS + 1) * 4);
export let orderedValues: usize = 0;
/** The codes of each group, in the order of the columns. */
let codes: usize = 0;
let codeBytes: usize = 0;
const ofRows: usize = heap.alloc(BATCH_ROWS * 4);

/** Adds a column that rows are grouped by; the first one has the slots. @returns its number */
export function addColumn(size: u32): u32 {
  rowShape.add(columns, size, 1, size);
  return columns++;
}

export function beginGroups(): void {
  groups = newTable(valueBytes, <u32>BATCH_ROWS);
  orderedValues = heap.alloc(BATCH_ROWS * valueBytes);
  codeBytes = <usize>columns * 2;
  codes = heap.alloc(BATCH_ROWS * codeBytes);
}

/** Address of the numbers that a shape gives all groups. */
export function numbersOfGroups(shape: Shape, batch: u32): usize {
  return shape.numbersOf(codes, codeBytes, groups.length, batch);
}

/** Address of the codes of a group. */
export function codesOfGroup(group: u32): usize {
  return codes + <usize>group * codeBytes;
}

/** Address of the sums of a group. */
export function valuesOfGroup(group: u32): usize {
  return groups.at(group) + KEY_BYTES;
}

/** Where the rows of a group start in the order; those of the next one follow them. */
export function firstOfGroup(group: u32): u32 {
  return load<u32>(ends + ((<usize>group) << 2));
}

export function groupRows(): void {
  groups.clear();
  memory.fill(ends, 0, (BATCH_ROWS + 1) * 4);
  for (let row: usize = 0; row < rows; row++) {
    const group = groups.numberOf(load<u64>(keys + row * 8));
    store<u32>(ofRows + row * 4, group);
    const end = ends + ((<usize>group) << 2);
    store<u32>(end, load<u32>(end) + 1);
  }
  orderRows();
  for (let group: u32 = 0; group < groups.length; group++) {
    rowShape.unpack(groups.key(group), codesOfGroup(group));
    const sums = valuesOfGroup(group);
    for (let place = firstOfGroup(group); place < firstOfGroup(group + 1); place++)
      addValues(sums, orderedValues + <usize>place * valueBytes);
  }
}

/** Each end becomes the start of its group: rows are placed from the last one to the first. */
function orderRows(): void {
  let end: u32 = 0;
  for (let group: u32 = 0; group <= groups.length; group++) {
    end += firstOfGroup(group);
    store<u32>(ends + ((<usize>group) << 2), end);
  }
  for (let row = rows; row-- > 0; ) {
    const at = ends + ((<usize>load<u32>(ofRows + ((<usize>row) << 2))) << 2);
    const place = load<u32>(at) - 1;
    store<u32>(at, place);
    store<u32>(order + ((<usize>place) << 2), row);
    copyValues(orderedValues + <usize>place * valueBytes, values + <usize>row * valueBytes);
  }
}
