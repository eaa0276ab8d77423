/** Bytes after the end of every buffer, so that values can be read and copied in whole words. */
export const SLACK: usize = 16;

/** Bytes in memory that grow at their end. */
@unmanaged
export class Bytes {
  start: usize;
  length: usize;
  capacity: usize;

  /** Makes room for more bytes. @returns the address of the first of them */
  reserve(more: usize): usize {
    if (this.length + more > this.capacity) this.grow(this.length + more);
    return this.start + this.length;
  }

  private grow(least: usize): void {
    const capacity = max<usize>(least, 2 * this.capacity);
    const start = heap.alloc(capacity + SLACK);
    memory.copy(start, this.start, this.length);
    if (this.start) heap.free(this.start);
    this.start = start;
    this.capacity = capacity;
  }
}

export function newBytes(capacity: usize): Bytes {
  const bytes = changetype<Bytes>(heap.alloc(offsetof<Bytes>()));
  bytes.start = heap.alloc(capacity + SLACK);
  bytes.length = 0;
  bytes.capacity = capacity;
  return bytes;
}

/** Copies a value in steps of 16 bytes; up to 15 bytes after it are overwritten. */
export function copyValue(to: usize, from: usize, length: usize): void {
  for (let at: usize = 0; at < length; at += 16) v128.store(to + at, v128.load(from + at));
}

/** The first bytes of a value shorter than a word. */
export function lastWord(at: usize, length: usize): u64 {
  return load<u64>(at) & ((1 << ((<u64>length) << 3)) - 1);
}

export function isSame(one: usize, other: usize, length: usize): bool {
  while (length >= 8) {
    if (load<u64>(one) != load<u64>(other)) return false;
    one += 8;
    other += 8;
    length -= 8;
  }
  return ((load<u64>(one) ^ load<u64>(other)) & ((1 << ((<u64>length) << 3)) - 1)) == 0;
}

/** True if the first of two texts is before the second in the order of their bytes. */
export function isBefore(one: usize, oneLength: usize, other: usize, otherLength: usize): bool {
  let shared = min(oneLength, otherLength);
  for (; shared >= 8; shared -= 8, one += 8, other += 8) {
    const word = load<u64>(one);
    const otherWord = load<u64>(other);
    if (word != otherWord) return bswap(word) < bswap(otherWord);
  }
  const word = lastWord(one, shared);
  const otherWord = lastWord(other, shared);
  return word == otherWord ? oneLength < otherLength : bswap(word) < bswap(otherWord);
}
