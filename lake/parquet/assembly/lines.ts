import { HASH, LINE_FEED, SPACE, TAB } from "./ascii";
import { Search } from "./find";
import { Field, newField } from "./forms";
import { BLOCK_ROWS, endRow, rows, startBlock, startRow } from "./places";
import { NOWHERE } from "./times";

const fields: StaticArray<usize> = new StaticArray<usize>(256);
let fieldCount: u32 = 0;
let separator: u8 = SPACE;

/** Sets the byte between two fields of the lines. */
export function setSeparator(byte: u8): void {
  separator = byte;
  fieldCount = 0;
}

/** Adds a field that every line has, unless lines can end before it. */
export function addField(
  form: u32,
  isOptional: bool,
  canEndBefore: bool,
  least: u32,
  most: u32,
  fraction: u32,
): void {
  const index = fieldCount++;
  if (!unchecked(fields[index])) unchecked((fields[index] = changetype<usize>(newField())));
  changetype<Field>(unchecked(fields[index])).set(form, isOptional, canEndBefore, least, most, fraction);
}

/** True if the last search ended before a line of another form. */
export let isOtherForm: bool = false;

/**
 * Finds the fields of lines that end with line feeds. Empty lines are left out.
 *
 * @returns where the lines end whose fields were found, at most a block of them
 */
export function scanLines(from: usize, end: usize, most: u32): usize {
  const limit = min(most, BLOCK_ROWS);
  isOtherForm = false;
  startBlock();
  let start = from;
  while (start < end && rows < limit) {
    const lineEnd = Search.first(LINE_FEED, start, end);
    if (lineEnd > start) {
      if (!scanLine(start, lineEnd)) {
        isOtherForm = true;
        break;
      }
      endRow();
    }
    start = lineEnd + 1;
  }
  return start;
}

/** @returns false if the line has another form */
function scanLine(start: usize, end: usize): bool {
  if (load<u8>(start) == HASH) return false;
  startRow();
  let at = start;
  for (let index: u32 = 0; index < fieldCount; index++) {
    const field = changetype<Field>(unchecked(fields[index]));
    if (index > 0) {
      if (at == end) return field.canEndBefore;
      if (load<u8>(at) != separator) return false;
      at++;
    }
    at = field.scan(at, end);
    if (at == NOWHERE) return false;
  }
  // Future fields: any text between tabs; between spaces, quotes must match.
  return at == end || (separator == TAB && load<u8>(at) == TAB);
}
