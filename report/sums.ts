import { enlarged, Numbering } from "./numbering";

/** Keys that there is room for at first. */
const FIRST_KEYS = 1024;

/** Sums of several measures by a key, of rows that come as columns. */
export class Sums {
  private readonly numbering = new Numbering();
  private sums: Float64Array;

  /** @param width number of measures */
  constructor(private readonly width: number) {
    this.sums = new Float64Array(FIRST_KEYS * width);
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

  /** All keys, in the order in which they came. */
  keys(): Float64Array {
    return Float64Array.from({ length: this.length }, (_, place) => this.key(place));
  }

  /** The places of keys that were added. */
  places(keys: Float64Array): Int32Array {
    return this.numbering.numbersOf(keys);
  }

  /** One measure of some places. */
  column(measure: number, start: number, places: number): Float64Array {
    const column = new Float64Array(places);
    for (let place = 0; place < places; place++) column[place] = this.sum(start + place, measure);
    return column;
  }

  /** @param keys of the rows */
  add(keys: Float64Array, measures: readonly Float64Array[]): void {
    const { numbering, width } = this;
    const places = numbering.numbersOf(keys);
    const least = this.length * width;
    if (least > this.sums.length) this.sums = enlarged(this.sums, 2 * least);
    const { sums } = this;
    measures.forEach((values, measure) => {
      for (let row = 0; row < places.length; row++) {
        const place = (places[row] ?? 0) * width + measure;
        sums[place] = (sums[place] ?? 0) + (values[row] ?? 0);
      }
    });
  }
}
