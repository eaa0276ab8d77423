/** Filled to this part at most: then few other keys are met on the way to one. */
const FILLED = 0.5;
const FIRST_KEYS = 512;
const EMPTY = -1;

/** Two views of the same memory: all bits of a key take part in its hash. */
const DOUBLE = new Float64Array(1);
const HALVES = new Int32Array(DOUBLE.buffer);

/** Numbers keys, numbers from 0, in the order in which they come. In plain arrays, this is much faster than a Map. */
export class Numbering {
  /** Each key with its number behind it: both are in the same part of a processor's cache. */
  private places: Float64Array;
  private order: Float64Array;
  private used = 0;

  /** @param expected different keys that it has room for at first */
  constructor(expected = FIRST_KEYS) {
    const size = 2 ** Math.ceil(Math.log2(expected / FILLED));
    this.places = new Float64Array(2 * size).fill(EMPTY);
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
    DOUBLE[0] = key;
    return this.numberOf(key, HALVES[0] ?? 0, HALVES[1] ?? 0);
  }

  /** The numbers of several keys. */
  numbersOf(keys: Float64Array): Int32Array {
    const numbers = new Int32Array(keys.length);
    const halves = new Int32Array(keys.buffer, keys.byteOffset, 2 * keys.length);
    for (let at = 0; at < keys.length; at++)
      numbers[at] = this.numberOf(keys[at] ?? 0, halves[2 * at] ?? 0, halves[2 * at + 1] ?? 0);
    return numbers;
  }

  private numberOf(key: number, low: number, high: number): number {
    const place = this.placeOf(key, low, high);
    return this.places[place] === key ? (this.places[place + 1] ?? 0) : this.added(key, place);
  }

  /** Where a key is, or where it can be added. */
  private placeOf(key: number, low: number, high: number): number {
    const { places } = this;
    const mask = places.length - 2;
    const hash = Math.imul(low, 0x9e3779b1) + Math.imul(high, 0x85ebca6b);
    let place = ((hash ^ (hash >>> 15)) << 1) & mask;
    for (;;) {
      const there = places[place];
      if (there === key || there === EMPTY) return place;
      place = (place + 2) & mask;
    }
  }

  private added(key: number, place: number): number {
    this.places[place] = key;
    this.places[place + 1] = this.used;
    this.order[this.used] = key;
    if (++this.used === this.order.length) this.grow();
    return this.used - 1;
  }

  private grow(): void {
    this.places = new Float64Array(2 * this.places.length).fill(EMPTY);
    this.order = enlarged(this.order, 2 * this.order.length);
    for (let number = 0; number < this.used; number++) {
      const key = this.key(number);
      DOUBLE[0] = key;
      const place = this.placeOf(key, HALVES[0] ?? 0, HALVES[1] ?? 0);
      this.places[place] = key;
      this.places[place + 1] = number;
    }
  }
}

export function enlarged(values: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(length);
  larger.set(values);
  return larger;
}
