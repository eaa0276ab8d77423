import { Bytes } from "./memory";

/** Values whose differences have the same number of bits, and those whose differences are counted from the same one. */
const MINIBLOCK: u32 = 32;
const BLOCK: u32 = 128;
const MINIBLOCKS: u32 = BLOCK / MINIBLOCK;
/** More than the bytes of a block: its head, and its differences of at most 64 bits. */
const MOST_BLOCK_BYTES: usize = 16 + BLOCK * 8 + 8;
const MOST_HEAD_BYTES: usize = 32;
const differences: StaticArray<i64> = new StaticArray<i64>(BLOCK);

let at: usize = 0;

/**
 * Appends numbers by the differences between them, in as many bits as these need: Parquet's `DELTA_BINARY_PACKED`. Times in
 * order, or small numbers, need a quarter of their bytes.
 *
 * @param values in plain form, at least one
 */
export function appendDeltas<T>(to: Bytes, values: usize, count: u32): void {
  at = to.reserve(MOST_HEAD_BYTES);
  putVarint(BLOCK);
  putVarint(MINIBLOCKS);
  putVarint(count);
  let before = <i64>load<T>(values);
  putZigzag(before);
  to.length = at - to.start;
  for (let done: u32 = 1; done < count; ) {
    const inBlock = min(count - done, BLOCK);
    let least = i64.MAX_VALUE;
    for (let index: u32 = 0; index < inBlock; index++, done++) {
      const value = <i64>load<T>(values + <usize>done * sizeof<T>());
      const difference = value - before;
      unchecked((differences[index] = difference));
      least = min(least, difference);
      before = value;
    }
    at = to.reserve(MOST_BLOCK_BYTES);
    appendBlock(inBlock, least);
    to.length = at - to.start;
  }
}

function appendBlock(count: u32, least: i64): void {
  putZigzag(least);
  const widths = at;
  store<u32>(widths, 0);
  at += MINIBLOCKS;
  for (let start: u32 = 0; start < count; start += MINIBLOCK) {
    const end = min(start + MINIBLOCK, count);
    let all: u64 = 0;
    for (let index = start; index < end; index++) all |= <u64>(unchecked(differences[index]) - least);
    const width = <u32>(64 - clz(all));
    store<u8>(widths + start / MINIBLOCK, <u8>width);
    appendBits(start, end, least, width);
  }
}

/** The last differences that a miniblock lacks are zero. */
function appendBits(start: u32, end: u32, least: i64, width: u32): void {
  const next = at + (width * MINIBLOCK) / 8;
  let bits: u64 = 0;
  let filled: u32 = 0;
  for (let index = start; index < end; index++) {
    const value = <u64>(unchecked(differences[index]) - least);
    bits |= value << filled;
    if (filled + width < 64) {
      filled += width;
      continue;
    }
    store<u64>(at, bits);
    at += 8;
    bits = filled > 0 ? value >> (64 - filled) : 0;
    filled = filled + width - 64;
  }
  for (; at < next; at++) {
    store<u8>(at, <u8>bits);
    bits >>= 8;
  }
}

function putZigzag(value: i64): void {
  putVarint(((<u64>value) << 1) ^ <u64>(value >> 63));
}

function putVarint(value: u64): void {
  for (; value >= 0x80; value >>= 7) store<u8>(at++, <u8>(value | 0x80));
  store<u8>(at++, <u8>value);
}
