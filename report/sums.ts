/** Filled to this part at most: then few other keys are met on the way to one. */
const FILLED = 0.5;
const EMPTY = -1;

/**
 * Sums of several measures by a key, a whole number from 0: a hash table in plain arrays, much faster than a Map. Rows are
 * added as columns, in short loops over one column each.
 */
export class Sums {
  private keys = new Float64Array(1024).fill(EMPTY);
  private places = new Int32Array(1024);
  private order = new Float64Array(1024 * FILLED);
  private sums: Float64Array;
  private used = 0;
  private found = new Int32Array(0);

  /** @param width number of measures */
  constructor(private readonly width: number) {
    this.sums = new Float64Array(1024 * FILLED * width);
  }

  /** Number of different keys. */
  get length(): number {
    return this.used;
  }

  /** The key at a place, in the order in which the keys came. */
  key(place: number): number {
    return this.order[place] ?? 0;
  }

  sum(place: number, measure: number): number {
    return this.sums[place * this.width + measure] ?? 0;
  }

  /** @param keys of the rows; rows with a negative one are left out */
  add(keys: Float64Array, measures: readonly Float64Array[]): void {
    const rows = keys.length;
    while (this.used + rows > this.order.length) this.grow();
    if (this.found.length < rows) this.found = new Int32Array(rows);
    const { found, width } = this;
    for (let row = 0; row < rows; row++) {
      const key = keys[row] ?? EMPTY;
      found[row] = key < 0 ? EMPTY : this.place(key) * width;
    }
    const { sums } = this;
    for (let index = 0; index < width; index++) {
      const values = measures[index] ?? new Float64Array(rows);
      for (let row = 0; row < rows; row++) {
        const at = found[row] ?? EMPTY;
        if (at >= 0) sums[at + index] = (sums[at + index] ?? 0) + (values[row] ?? 0);
      }
    }
  }

  private place(key: number): number {
    const slot = this.slotOf(key);
    if (this.keys[slot] === key) return this.places[slot] ?? 0;
    this.keys[slot] = key;
    this.places[slot] = this.used;
    this.order[this.used] = key;
    return this.used++;
  }

  private slotOf(key: number): number {
    const { keys } = this;
    const mask = keys.length - 1;
    // Both halves of the number, as keys can be larger than 32 bits.
    let hash = Math.imul(key | 0, 0x9e3779b1) ^ Math.imul((key / 0x100000000) | 0, 0x85ebca6b);
    hash ^= hash >>> 15;
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
    this.places = new Int32Array(size);
    this.order = enlarged(this.order, size * FILLED);
    this.sums = enlarged(this.sums, size * FILLED * this.width);
    for (let place = 0; place < this.used; place++) {
      const slot = this.slotOf(this.key(place));
      this.keys[slot] = this.key(place);
      this.places[slot] = place;
    }
  }
}

export function enlarged(values: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(length);
  larger.set(values);
  return larger;
}
