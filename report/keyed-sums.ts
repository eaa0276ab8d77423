import { type Cube, type CubeShape, type MeasureId, TIME } from "./model";
import { Sums } from "./sums";

/** Sums by the codes of a shape's keys. The codes are one number: the first counts most, so that numbers are in their order. */
export interface KeyedSums {
  readonly shape: CubeShape;
  /** Number of codes of each key, with 0. */
  readonly sizes: readonly number[];
  readonly measures: readonly MeasureId[];
  readonly sums: Sums;
}

/** What the code of each key is multiplied by. */
export function factorsOf(sizes: readonly number[]): readonly number[] {
  const factors = sizes.map(() => 1);
  for (let index = sizes.length - 2; index >= 0; index--)
    factors[index] = (factors[index + 1] ?? 1) * (sizes[index + 1] ?? 1);
  return factors;
}

/** Rows that are added at once. */
const ROWS = 4096;

/**
 * The sums by the keys of another shape, which is made of the same codes or fewer.
 *
 * @returns `undefined` if there are more than `most`
 */
export function coarser(from: KeyedSums, shape: CubeShape, most: number): KeyedSums | undefined {
  const merged = shape.slots / from.shape.slots;
  const sizes = shape.keys.map((key) => {
    const size = from.sizes[from.shape.keys.indexOf(key)] ?? 1;
    return key === TIME ? Math.ceil(size / merged) : size;
  });
  const to: KeyedSums = { ...from, shape, sizes, sums: new Sums(from.measures.length) };
  for (let start = 0; start < from.sums.length; start += ROWS) {
    const rows = Math.min(ROWS, from.sums.length - start);
    const measures = from.measures.map((_, measure) => from.sums.column(measure, start, rows));
    to.sums.add(coarserKeys(from, to, start, rows), measures);
    if (to.sums.length > most) return undefined;
  }
  return to;
}

function coarserKeys(from: KeyedSums, to: KeyedSums, start: number, rows: number): Float64Array {
  const keys = new Float64Array(rows);
  const [fromFactors, toFactors] = [factorsOf(from.sizes), factorsOf(to.sizes)];
  to.shape.keys.forEach((key, index) => {
    const place = from.shape.keys.indexOf(key);
    const [fromFactor, toFactor] = [fromFactors[place] ?? 1, toFactors[index] ?? 1];
    const size = from.sizes[place] ?? 1;
    const [merged, cap] = [key === TIME ? to.shape.slots / from.shape.slots : 1, to.shape.caps[key] ?? size];
    for (let row = 0; row < rows; row++) {
      const code = Math.floor(from.sums.key(start + row) / fromFactor) % size;
      if (code <= cap) keys[row] = (keys[row] ?? 0) + Math.floor(code / merged) * toFactor;
    }
  });
  return keys;
}

/** The codes and the sums as columns, in the order of the keys. */
export function cubeOf({ shape, sizes, measures, sums }: KeyedSums): Cube {
  const keys = sums.keys().sort();
  const order = sums.places(keys);
  const codes = factorsOf(sizes).map((factor, index) =>
    keys.map((key) => Math.floor(key / factor) % (sizes[index] ?? 1)),
  );
  const values = measures.map((_, measure) => Float64Array.from(order, (place) => sums.sum(place, measure)));
  return { ...shape, measures, length: sums.length, columns: [...codes, ...values] };
}
