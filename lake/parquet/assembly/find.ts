/** Searches in steps of 16 bytes, which read up to 15 bytes after the end. */

/** @returns where the byte is first, or the end */
export function find(byte: u8, at: usize, end: usize): usize {
  for (; at < end; at += 16) {
    const bits = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(byte)));
    if (bits) return min(at + ctz(bits), end);
  }
  return end;
}

/** @returns where one of two bytes is first, or the end */
export function findEither(byte: u8, other: u8, at: usize, end: usize): usize {
  for (; at < end; at += 16) {
    const bytes = v128.load(at);
    const bits = i8x16.bitmask(
      v128.or(i8x16.eq(bytes, i8x16.splat(byte)), i8x16.eq(bytes, i8x16.splat(other))),
    );
    if (bits) return min(at + ctz(bits), end);
  }
  return end;
}
