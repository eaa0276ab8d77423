import { forgetTexts } from "./made-texts";

/** Rows whose fields are found before their values are added to the columns: their bytes are then still in the cache. */
export const BLOCK_ROWS: u32 = 128;

const MOST_FIELDS: u32 = 256;
/** A start and an end. */
export const PLACE_BYTES: usize = 8;

/** Where the fields of each row start and end, in turn. The last field of every row is the name of its file. */
export const places: usize = heap.alloc(<usize>(BLOCK_ROWS * MOST_FIELDS) * PLACE_BYTES);
/** Bytes from a row to the next one. */
export let rowBytes: usize = 0;
/** Number of rows whose places are known. */
export let rows: u32 = 0;

let file: usize = 0;
let fileEnd: usize = 0;
/** Where the next field's place goes, and that of the file's name in the same row. */
let next: usize = 0;
let last: usize = 0;

/** @returns number of the field with the name of the file */
export function setFields(count: u32): u32 {
  if (count >= MOST_FIELDS) unreachable();
  rowBytes = <usize>(count + 1) * PLACE_BYTES;
  return count;
}

export function setFile(start: usize, end: usize): void {
  file = start;
  fileEnd = end;
}

export function startBlock(): void {
  rows = 0;
  forgetTexts();
  startRow();
}

/** Starts the row after those that have ended; what is known of a row that has not ended is forgotten. */
export function startRow(): void {
  next = places + <usize>rows * rowBytes;
  last = next + rowBytes - PLACE_BYTES;
}

/** Adds the next field of the row. */
export function addPlace(start: usize, end: usize): void {
  if (next >= last) unreachable();
  store<u32>(next, <u32>start);
  store<u32>(next, <u32>end, 4);
  next += PLACE_BYTES;
}

/** Ends the row. Fields that it lacks are empty. */
export function endRow(): void {
  for (; next < last; next += PLACE_BYTES) store<u64>(next, 0);
  store<u32>(last, <u32>file);
  store<u32>(last, <u32>fileEnd, 4);
  rows++;
  startRow();
}
