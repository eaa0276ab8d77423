/** Filled to this part at most: then few other keys are met on the way to one. */
const FILLED = 0.5;
const FIRST_SIZE = 1024;
const EMPTY = -1;

/** Numbers keys, whole numbers from 0, in the order in which they come. In plain arrays, this is much faster than a Map. */
export class Numbering {
  private keys = new Float64Array(FIRST_SIZE).fill(EMPTY);
  private numbers = new Int32Array(FIRST_SIZE);
  private order = new Float64Array(FIRST_SIZE * FILLED);
  private used = 0;

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
    this.numbers = new Int32Array(size);
    this.order = enlarged(this.order, size * FILLED);
    for (let number = 0; number < this.used; number++) {
      const slot = this.slotOf(this.key(number));
      this.keys[slot] = this.key(number);
      this.numbers[slot] = number;
    }
  }
}

/** Sums of several measures by a key, of rows that come as columns. */
export class Sums {
  private readonly numbering = new Numbering();
  private sums: Float64Array;

  /** @param width number of measures */
  constructor(private readonly width: number) {
    this.sums = new Float64Array(FIRST_SIZE * width);
  }

  /** Number of different keys. */
  get length(): number {
    return this.numbering.length;
  }

  /** The key at a place, in the order in which the keys came. */
  key(place: number): number {
    return this.numbering.key(place);
  }

  sum(place: number, measure: number): number {
    return this.sums[place * this.width + measure] ?? 0;
  }

  /** One measure of some places. */
  column(measure: number, start: number, places: number): Float64Array {
    const column = new Float64Array(places);
    for (let place = 0; place < places; place++) column[place] = this.sum(start + place, measure);
    return column;
  }

  /**
   * @param keys of the rows
   * @param list codes that are added to the keys, each times a factor; rows with code 0 are left out
   */
  add(
    keys: Float64Array,
    measures: readonly Float64Array[],
    list?: { readonly codes: Float64Array; readonly factor: number },
  ): void {
    const { numbering, width } = this;
    const most = (this.length + keys.length) * width;
    if (most > this.sums.length) this.sums = enlarged(this.sums, 2 * most);
    const { sums } = this;
    const { codes, factor = 0 } = list ?? {};
    for (let row = 0; row < keys.length; row++) {
      const code = codes?.[row] ?? 0;
      if (codes && code === 0) continue;
      const place = numbering.number((keys[row] ?? 0) + code * factor) * width;
      for (let measure = 0; measure < width; measure++)
        sums[place + measure] = (sums[place + measure] ?? 0) + (measures[measure]?.[row] ?? 0);
    }
  }
}

export function enlarged(values: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(length);
  larger.set(values);
  return larger;
}
