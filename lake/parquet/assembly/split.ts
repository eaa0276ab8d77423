import { LINE_FEED } from "./ascii";
import { addPlace, BLOCK_ROWS, endRow, rows, startBlock } from "./places";

const SEPARATOR: u8 = 0x1f;

/**
 * Finds the fields of rows that end with line feeds, with separators between their fields. A field that a row lacks is empty.
 *
 * @returns where the rows end whose fields were found, at most a block of them
 */
export function split(from: usize, end: usize, most: u32): usize {
  const limit = min(most, BLOCK_ROWS);
  startBlock();
  let start = from;
  let at = from;
  while (true) {
    const bytes = v128.load(at);
    let found = i8x16.bitmask(
      v128.or(i8x16.eq(bytes, i8x16.splat(SEPARATOR)), i8x16.eq(bytes, i8x16.splat(LINE_FEED))),
    );
    for (; found; found &= found - 1) {
      const position = at + ctz(found);
      addPlace(start, position);
      start = position + 1;
      if (load<u8>(position) == SEPARATOR) continue;
      endRow();
      if (rows == limit || start >= end) return start;
    }
    at += 16;
  }
}
