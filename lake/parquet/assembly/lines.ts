import { HASH, LINE_FEED, OPEN_BRACE, QUOTE, SPACE, TAB } from "./ascii";
import { Fields } from "./fields";
import { Search } from "./find";
import { quotedEnd, word } from "./forms";
import { isOrdered, scanObject, scanOrdered } from "./objects";
import { BLOCK_ROWS, endRow, rows, startBlock, startRow } from "./places";
import { NOWHERE } from "./times";

/** The fields by position. */
export const fields: Fields = new Fields();
let separator: u8 = SPACE;
let hasBareQuotes: bool = false;

/** Sets the byte between two fields of the lines. @param quotes true if clients' quotes are in the lines as they are */
export function setSeparator(byte: u8, quotes: bool): void {
  separator = byte;
  hasBareQuotes = quotes;
  fields.clear();
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

/** Finds the fields of a line. @returns false if it has another form */
export function scanLine(start: usize, end: usize): bool {
  const first = load<u8>(start);
  if (first == HASH) return false;
  startRow();
  if (first == OPEN_BRACE) return scanObject(start, end);
  if (isOrdered()) return scanOrdered(start, end);
  let at = start;
  for (let index: u32 = 0; index < fields.count; index++) {
    const field = fields.at(index);
    if (index > 0) {
      if (at == end) return field.canLack;
      if (load<u8>(at) != separator) return false;
      at++;
    }
    at = field.scan(at, end);
    if (at == NOWHERE) return false;
  }
  return at == end || areFutureFields(at, end);
}

/** Fields that AWS has added since: any text between tabs; between spaces, words and quoted text. */
function areFutureFields(at: usize, end: usize): bool {
  if (separator == TAB) return load<u8>(at) == TAB;
  while (at < end && load<u8>(at) == SPACE) {
    at++;
    const isQuoted = !hasBareQuotes && at < end && load<u8>(at) == QUOTE;
    at = isQuoted ? quotedEnd(at, end) : word(at, end);
    if (at == NOWHERE) return false;
  }
  return at == end;
}
