import { valueBytes } from "./measures";

/** Rows that are counted together: so many that most have the codes of others, so few that a processor's cache holds them. */
export const BATCH_ROWS: usize = 1 << 15;

export let rows: u32 = 0;
/** Of each row the codes of everything that rows are grouped by, as one number: the first counts most. */
export const keys: usize = heap.alloc(BATCH_ROWS * 8);
export const slots: usize = heap.alloc(BATCH_ROWS * 4);
/** Of each row the number of its time, or `NOT_FOUND`. */
export const times: usize = heap.alloc(BATCH_ROWS * 4);
/** Of each row its measures. */
export let values: usize = 0;
/** The codes of the rows in a list that they are not grouped by, one list after the other. */
let codes: usize = 0;

export function beginRows(lists: usize): void {
  values = heap.alloc(BATCH_ROWS * valueBytes);
  codes = heap.alloc(BATCH_ROWS * 2 * lists);
}

/** Address of the codes of a list. */
export function codesOf(list: u32): usize {
  return codes + <usize>list * BATCH_ROWS * 2;
}

export function setRows(length: u32): void {
  rows = length;
}
