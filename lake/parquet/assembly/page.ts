import { Column, DATE, DOUBLE, INT, TEXT } from "./column";
import { appendDeltas } from "./deltas";
import { Bytes, newBytes } from "./memory";

/** The body of a data page: which rows have a value, and the values or their entries in the dictionary. */
export const page: Bytes = newBytes(1 << 16);

export function fillPage(column: Column, rows: u32): void {
  page.length = 0;
  const levels = page.reserve(4);
  page.length = 4;
  if (column.count == rows || column.count == 0) appendRun(rows, u32(column.count > 0), 1);
  else appendBits(column.present, rows);
  store<u32>(levels, <u32>(page.length - 4));
  if (column.isPlain) appendValues(column);
  else if (column.count > 0) appendEntries(column);
}

function appendValues(column: Column): void {
  const values = column.values;
  if (column.type == TEXT || column.type == DOUBLE) appendAll(values);
  else if (column.type == INT || column.type == DATE) appendDeltas<i32>(page, values.start, column.count);
  else appendDeltas<i64>(page, values.start, column.count);
}

function appendAll(bytes: Bytes): void {
  memory.copy(page.reserve(bytes.length), bytes.start, bytes.length);
  page.length += bytes.length;
}

function appendVarint(value: u32): void {
  let at = page.reserve(5);
  while (value >= 0x80) {
    store<u8>(at++, <u8>(value | 0x80));
    value >>= 7;
  }
  store<u8>(at++, <u8>value);
  page.length = at - page.start;
}

/** A value that is repeated. @param bytes length of the value */
function appendRun(times: u32, value: u32, bytes: u32): void {
  appendVarint(times << 1);
  for (let index: u32 = 0; index < bytes; index++) {
    store<u8>(page.reserve(1), <u8>(value >> (8 * index)));
    page.length++;
  }
}

/** Bits as they are, in groups of eight. */
function appendBits(bits: usize, count: u32): void {
  const groups = (count + 7) >> 3;
  appendVarint((groups << 1) | 1);
  memory.copy(page.reserve(groups), bits, groups);
  page.length += groups;
}

function appendEntries(column: Column): void {
  const size = column.dictionary.size;
  const width = size > 1 ? 32 - clz(size - 1) : 0;
  store<u8>(page.reserve(1), <u8>width);
  page.length++;
  if (width == 0) return appendRun(column.count, 0, 0);
  const groups = (column.count + 7) >> 3;
  appendVarint((groups << 1) | 1);
  let at = page.reserve(groups * width + 8);
  page.length += groups * width;
  let bits: u64 = 0;
  let filled: u32 = 0;
  for (let index: u32 = 0; index < column.count; index++) {
    bits |= (<u64>load<u16>(column.entries + index * 2)) << filled;
    filled += width;
    if (filled < 32) continue;
    store<u32>(at, <u32>bits);
    at += 4;
    bits >>= 32;
    filled -= 32;
  }
  // The rest of the last group is zero.
  for (const end = page.start + page.length; at < end; at++) {
    store<u8>(at, <u8>bits);
    bits >>= 8;
  }
}
