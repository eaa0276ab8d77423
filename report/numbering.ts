/** Filled to this part at most: then few other keys are met on the way to one. */
const FILLED = 0.5;
const FIRST_KEYS = 512;

/** Two views of the same memory: all bits of a key take part in its hash. */
const DOUBLE = new Float64Array(1);
const HALVES = new Int32Array(DOUBLE.buffer);

/**
 * Numbers keys, numbers from 0, in the order in which they come. In plain arrays, this is much faster than a Map. Keys that
 * are asked for often should come early: then the processor's cache has them.
 */
export class Numbering {
  /** The number of the key at each place, and 1; 0 at a place without a key. */
  private places: Int32Array;
  /** The keys by their numbers. */
  private order: Float64Array;
  private used = 0;

  /** @param expected different keys that it has room for at first */
  constructor(expected = FIRST_KEYS) {
    const size = 2 ** Math.ceil(Math.log2(expected / FILLED));
    this.places = new Int32Array(size);
    this.order = new Float64Array(size * FILLED);
  }

  /** Number of different keys. */
  get length(): number {
    return this.used;
  }

  key(number: number): number {
    return this.order[number] ?? 0;
  }

  /** The numbers of several keys. @param numbers where they are written to */
  numbersOf(keys: Float64Array, numbers = new Int32Array(keys.length)): Int32Array {
    const halves = new Int32Array(keys.buffer, keys.byteOffset, 2 * keys.length);
    for (let at = 0; at < keys.length; at++)
      numbers[at] = this.numberOf(keys[at] ?? 0, halves[2 * at] ?? 0, halves[2 * at + 1] ?? 0);
    return numbers;
  }

  /** Forgets all keys, and keeps their room. */
  clear(): void {
    this.places.fill(0);
    this.used = 0;
  }

  private numberOf(key: number, low: number, high: number): number {
    const place = this.placeOf(key, low, high);
    const number = this.places[place] ?? 0;
    return number === 0 ? this.added(key, place) : number - 1;
  }

  /** Where a key is, or where it can be added. */
  private placeOf(key: number, low: number, high: number): number {
    const { places, order } = this;
    const mask = places.length - 1;
    const hash = Math.imul(low, 0x9e3779b1) + Math.imul(high, 0x85ebca6b);
    let place = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const number = places[place] ?? 0;
      if (number === 0 || order[number - 1] === key) return place;
      place = (place + 1) & mask;
    }
  }

  private added(key: number, place: number): number {
    this.order[this.used] = key;
    this.places[place] = ++this.used;
    if (this.used === this.order.length) this.grow();
    return this.used - 1;
  }

  private grow(): void {
    this.places = new Int32Array(2 * this.places.length);
    this.order = enlarged(this.order, 2 * this.order.length);
    for (let number = 0; number < this.used; number++) {
      const key = this.key(number);
      DOUBLE[0] = key;
      this.places[this.placeOf(key, HALVES[0] ?? 0, HALVES[1] ?? 0)] = number + 1;
    }
  }
}

export function enlarged(values: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(length);
  larger.set(values);
  return larger;
}
