/** Filled to this part at most: then few other keys are met on the way to one. */
const FILLED = 0.5;
const FIRST_KEYS = 512;
const EMPTY = -1;

/** Two views of the same memory: all bits of a key take part in its hash. */
const DOUBLE = new Float64Array(1);
const HALVES = new Int32Array(DOUBLE.buffer);

/** Numbers keys, numbers from 0, in the order in which they come. In plain arrays, this is much faster than a Map. */
export class Numbering {
  private keys: Float64Array;
  private numbers: Int32Array;
  private order: Float64Array;
  private used = 0;

  /** @param expected different keys that it has room for at first */
  constructor(expected = FIRST_KEYS) {
    const size = 2 ** Math.ceil(Math.log2(expected / FILLED));
    this.keys = new Float64Array(size).fill(EMPTY);
    this.numbers = new Int32Array(size);
    this.order = new Float64Array(size * FILLED);
  }

  /** Number of different keys. */
  get length(): number {
    return this.used;
  }

  key(number: number): number {
    return this.order[number] ?? 0;
  }

  number(key: number): number {
    const slot = this.slotOf(key);
    if (this.keys[slot] === key) return this.numbers[slot] ?? 0;
    this.keys[slot] = key;
    this.numbers[slot] = this.used;
    this.order[this.used] = key;
    if (++this.used === this.order.length) this.grow();
    return this.used - 1;
  }

  /** The numbers of several keys. */
  numbersOf(keys: Float64Array): Int32Array {
    const numbers = new Int32Array(keys.length);
    for (let at = 0; at < keys.length; at++) numbers[at] = this.number(keys[at] ?? 0);
    return numbers;
  }

  private slotOf(key: number): number {
    const { keys } = this;
    const mask = keys.length - 1;
    DOUBLE[0] = key;
    let hash = Math.imul(HALVES[0] ?? 0, 0x9e3779b1) ^ Math.imul(HALVES[1] ?? 0, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
    hash ^= hash >>> 13;
    let slot = hash & mask;
    for (;;) {
      const there = keys[slot];
      if (there === key || there === EMPTY) return slot;
      slot = (slot + 1) & mask;
    }
  }

  private grow(): void {
    const size = this.keys.length * 2;
    this.keys = new Float64Array(size).fill(EMPTY);
    this.numbers = new Int32Array(size);
    this.order = enlarged(this.order, size * FILLED);
    for (let number = 0; number < this.used; number++) {
      const slot = this.slotOf(this.key(number));
      this.keys[slot] = this.key(number);
      this.numbers[slot] = number;
    }
  }
}

export function enlarged(values: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(length);
  larger.set(values);
  return larger;
}
