const SEPARATOR: u8 = 0x1f;
const LINE_FEED: u8 = 0x0a;

/** Rows that are split before their values are added to the columns: their bytes are then still in the cache. */
export const BLOCK_ROWS: u32 = 128;

const MOST_FIELDS: u32 = 256;

/**
 * Where each row's fields start, in turn, and after the last one, where a next one would. Then, as if it were a field of
 * every row, the name of the file.
 */
export const starts: usize = heap.alloc(BLOCK_ROWS * MOST_FIELDS * 4);
/** Number of starts of each row. */
export let width: u32 = 0;
/** Number of rows that were split. */
export let rows: u32 = 0;
const FILE_STARTS: u32 = 2;
let file: usize = 0;
let fileEnd: usize = 0;

/** @returns number of the field with the name of the file */
export function setFields(count: u32): u32 {
  width = count + 1 + FILE_STARTS;
  if (width > MOST_FIELDS) unreachable();
  return count + 1;
}

export function setFile(start: usize, end: usize): void {
  file = start;
  fileEnd = end;
}

/**
 * Splits rows that end with line feeds. A field that a row lacks is empty.
 *
 * @returns where the rows end that were split, at most a block of them
 */
export function split(from: usize, end: usize, most: u32): usize {
  const last = starts + min(most, BLOCK_ROWS) * width * 4;
  let next = starts;
  let rowEnd = starts + (width - FILE_STARTS) * 4;
  store<u32>(next, from);
  rows = 0;
  let at = from;
  while (true) {
    const bytes = v128.load(at);
    let found = i8x16.bitmask(
      v128.or(i8x16.eq(bytes, i8x16.splat(SEPARATOR)), i8x16.eq(bytes, i8x16.splat(LINE_FEED))),
    );
    while (found) {
      const position = at + ctz(found);
      found &= found - 1;
      next += 4;
      if (load<u8>(position) == SEPARATOR) {
        if (next >= rowEnd - 4) unreachable();
        store<u32>(next, position + 1);
        continue;
      }
      for (; next < rowEnd; next += 4) store<u32>(next, position + 1);
      store<u32>(rowEnd, file);
      store<u32>(rowEnd + 4, fileEnd + 1);
      next = rowEnd + FILE_STARTS * 4;
      rowEnd = next + (width - FILE_STARTS) * 4;
      rows++;
      if (next >= last || position + 1 >= end) return position + 1;
      store<u32>(next, position + 1);
    }
    at += 16;
  }
}
