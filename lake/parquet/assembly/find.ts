/** Searches in steps of 16 bytes, which read up to 15 bytes after the end. */

/** Inlined: a call takes as long as a short search. */
export class Search {
  /** @returns where the byte is first, or the end */
  @inline static first(byte: u8, at: usize, end: usize): usize {
    for (; at < end; at += 16) {
      const bits = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(byte)));
      if (bits) return min(at + ctz(bits), end);
    }
    return end;
  }

  /** @returns where one of two bytes is first, or the end */
  @inline static either(byte: u8, other: u8, at: usize, end: usize): usize {
    for (; at < end; at += 16) {
      const bytes = v128.load(at);
      const bits = i8x16.bitmask(
        v128.or(i8x16.eq(bytes, i8x16.splat(byte)), i8x16.eq(bytes, i8x16.splat(other))),
      );
      if (bits) return min(at + ctz(bits), end);
    }
    return end;
  }
}

/** @returns where the byte is last, or 0. Up to 15 bytes before the start are read. */
export function findLast(byte: u8, start: usize, end: usize): usize {
  for (let at = end; at > start; at -= 16) {
    const bits = i8x16.bitmask(i8x16.eq(v128.load(at - 16), i8x16.splat(byte)));
    if (!bits) continue;
    const found = at - 16 + (31 - clz(bits));
    return found < start ? 0 : found;
  }
  return 0;
}
