/** What gives a measure of a row: a column, or its seconds, below 0 without a time. */
const READ: u32 = 0;
const REQUESTS: u32 = 1;
const UNTIMED: u32 = 2;
const MILLISECONDS: u32 = 3;

const MOST: u32 = 16;
const BYTES: usize = 8;

const kinds: StaticArray<u32> = new StaticArray<u32>(MOST);
let count: u32 = 0;
/** Bytes of the measures of a row or a sum: whole words of the processor. */
export let valueBytes: usize = 0;

export function addMeasure(kind: u32): void {
  if (count == MOST) unreachable();
  kinds[count++] = kind;
  valueBytes = (<usize>count * BYTES + 15) & ~15;
}

/**
 * Writes the measures of some rows.
 *
 * @param columns address of the columns that are read
 * @returns address of the column after them
 */
export function fillMeasures(to: usize, seconds: usize, columns: usize, length: usize): usize {
  for (let index: u32 = 0; index < count; index++) {
    const kind = unchecked(kinds[index]);
    const values = kind == READ ? columns : seconds;
    if (kind == READ) columns += length * BYTES;
    for (let row: usize = 0; row < length; row++) {
      const value = load<f64>(values + row * BYTES);
      store<f64>(to + row * valueBytes + <usize>index * BYTES, kind == READ ? value : ofTime(kind, value));
    }
  }
  return columns;
}

function ofTime(kind: u32, seconds: f64): f64 {
  if (kind == REQUESTS) return 1;
  if (kind == UNTIMED) return seconds < 0 ? 1 : 0;
  return seconds < 0 ? 0 : Math.round(seconds * 1000);
}

export function addValues(to: usize, from: usize): void {
  for (let at: usize = 0; at < valueBytes; at += 16)
    v128.store(to + at, f64x2.add(v128.load(to + at), v128.load(from + at)));
}

export function copyValues(to: usize, from: usize): void {
  for (let at: usize = 0; at < valueBytes; at += 16) v128.store(to + at, v128.load(from + at));
}
