/** Searches in steps of 16 bytes, which read up to 15 bytes after the end. */

/** Before this byte are the control characters; one more is DEL, and others begin with C2 in UTF-8. */
const FIRST_PRINTED: u8 = 0x20;
const DELETE: u8 = 0x7f;
const CONTROL_START: u8 = 0xc2;

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

  /** @returns where a control character is first, or can be, or the end */
  @inline static control(at: usize, end: usize): usize {
    for (; at < end; at += 16) {
      const bits = i8x16.bitmask(Search.controls(v128.load(at)));
      if (bits) return min(at + ctz(bits), end);
    }
    return end;
  }

  /** Marks the bytes that are, or can be the start of, a control character. */
  @inline static controls(bytes: v128): v128 {
    return v128.or(
      i8x16.lt_u(bytes, i8x16.splat(FIRST_PRINTED)),
      v128.or(i8x16.eq(bytes, i8x16.splat(DELETE)), i8x16.eq(bytes, i8x16.splat(CONTROL_START))),
    );
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
