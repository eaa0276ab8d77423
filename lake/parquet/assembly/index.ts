/**
 * Finds the fields of lines, collects them as the columns of a row group, and makes the pages of a Parquet file of them. It
 * knows no log format.
 *
 * JavaScript, the host, sets the limits once, and for each file the fields of its lines, by position and by name, and its columns. It then puts lines into
 * `lineInput` and calls `scan`, or rows that it has made of other lines into `rowInput` and calls `add`; when the row group has
 * enough rows, it calls `encode` for each column, reads the page, and calls `clear`. Or it calls `scanHour` to know the hours of
 * lines, of which nothing is collected.
 */

import { findBounds, greatest, least } from "./bounds";
import { Column, newColumn, TEXT } from "./column";
import { fillFilter, filter, filterBytes, newFilter, noFilter } from "./filter";
import { hour as hourOfLines, lineCount } from "./hours";
import { isOtherForm, fields as lineFields, scanLines, setSeparator } from "./lines";
import { Bytes, newBytes } from "./memory";
import { forgetObjects, fields as namedFields } from "./objects";
import { fillPage, page } from "./page";
import { rows as blockRows, setFields, setFile } from "./places";
import { split } from "./split";

export { scanHour, setTimeField } from "./hours";
export { addItems, addName, addOrdered, forgetOrder, nameText, setWholeField } from "./objects";

const columns: StaticArray<usize> = new StaticArray<usize>(256);
let columnCount: u32 = 0;
let mostRows: u32 = 0;
/** Bytes of values that end a row group, so that long lines do not need more memory. */
let enoughBytes: usize = 0;
let mostEntries: u32 = 0;
let mostBytes: usize = 0;
let rowCount: u32 = 0;
let byteCount: usize = 0;
const lines: Bytes = newBytes(1 << 18);
const otherRows: Bytes = newBytes(1 << 14);
const fileName: Bytes = newBytes(1 << 10);

/** Sets limits of each row group. Call it once. */
export function setLimits(groupRows: u32, groupBytes: usize, entries: u32, entryBytes: usize): void {
  mostRows = groupRows;
  enoughBytes = groupBytes;
  mostEntries = entries;
  mostBytes = entryBytes;
  newFilter(groupRows);
}

/**
 * Starts other rows.
 *
 * @param fields number of fields in each row
 * @param separator byte between two fields of a line
 * @param hasBareQuotes true if clients' quotes are in the lines as they are
 * @returns number of the field with the name of the file
 */
export function begin(fields: u32, separator: u8, hasBareQuotes: bool): u32 {
  columnCount = 0;
  rowCount = 0;
  byteCount = 0;
  setSeparator(separator, hasBareQuotes);
  forgetObjects();
  return setFields(fields);
}

/** Adds a field of lines, by position or by name. */
export function addField(
  isNamed: bool,
  form: u32,
  isOptional: bool,
  canLack: bool,
  least: u32,
  most: u32,
  fraction: u32,
): void {
  (isNamed ? namedFields : lineFields).add(form, isOptional, canLack, least, most, fraction);
}

/** @param prefix bytes before every value in the field */
export function addColumn(field: u32, type: u32, prefix: u32): void {
  const index = columnCount++;
  if (!unchecked(columns[index])) {
    unchecked((columns[index] = changetype<usize>(newColumn(mostRows, mostEntries, mostBytes))));
  }
  columnAt(index).begin(field, type, prefix, mostRows);
}

function columnAt(index: u32): Column {
  return changetype<Column>(unchecked(columns[index]));
}

/** @returns an address for the name of the file of the next rows */
export function fileInput(length: usize): usize {
  fileName.length = 0;
  const start = fileName.reserve(length);
  setFile(start, start + length);
  return start;
}

/** @returns an address for so many bytes of lines */
export function lineInput(length: usize): usize {
  lines.length = 0;
  return lines.reserve(length);
}

/**
 * Adds the rows of lines until the row group is full, or a line has another form.
 *
 * @returns where the next line starts
 */
export function scan(from: usize, end: usize): usize {
  do {
    from = scanLines(from, end, mostRows - rowCount);
    addBlock();
  } while (from < end && !isFull() && !isOtherForm);
  return from;
}

/** Hour of the lines that `scanHour` found, in hours since 1970. */
export function hour(): i32 {
  return <i32>hourOfLines;
}

/** Number of these lines. */
export function hourLines(): u32 {
  return lineCount;
}

/** @returns an address for so many bytes of rows */
export function rowInput(length: usize): usize {
  otherRows.length = 0;
  return otherRows.reserve(length);
}

/**
 * Adds rows of separated fields until the row group is full.
 *
 * @returns where the next row starts
 */
export function add(from: usize, end: usize): usize {
  while (from < end && !isFull()) {
    from = split(from, end, mostRows - rowCount);
    addBlock();
  }
  return from;
}

function addBlock(): void {
  byteCount = 0;
  for (let index: u32 = 0; index < columnCount; index++) {
    const column = columnAt(index);
    column.add(rowCount);
    byteCount += column.bytes;
  }
  rowCount += blockRows;
}

/** True if the row group must end before other rows are added. */
export function isFull(): bool {
  return rowCount == mostRows || byteCount >= enoughBytes;
}

export function rows(): u32 {
  return rowCount;
}

let encoded: Column = changetype<Column>(0);
let plain: Bytes = changetype<Bytes>(0);

/** Makes the pages of a column, which are valid until the next call. */
export function encode(index: u32): void {
  encoded = columnAt(index);
  plain = encoded.plainValues();
  if (encoded.count > 0) findBounds(encoded.type, plain);
  fillPage(encoded, rowCount);
  // To look up one of few values, their dictionary is enough.
  if (encoded.isPlain && encoded.type == TEXT && encoded.count > 0) fillFilter(plain);
  else noFilter();
}

export function valueCount(): u32 {
  return encoded.count;
}

export function dictionarySize(): u32 {
  return encoded.isPlain ? 0 : encoded.dictionary.size;
}

export function pageStart(): usize {
  return page.start;
}

export function pageLength(): usize {
  return page.length;
}

export function dictionaryStart(): usize {
  return plain.start;
}

export function dictionaryLength(): usize {
  return plain.length;
}

export function leastStart(): usize {
  return least;
}

export function greatestStart(): usize {
  return greatest;
}

export function filterStart(): usize {
  return filter;
}

/** 0 if the column has none. */
export function filterLength(): usize {
  return filterBytes;
}

export function clear(): void {
  for (let index: u32 = 0; index < columnCount; index++) columnAt(index).clear(mostRows);
  rowCount = 0;
  byteCount = 0;
}
