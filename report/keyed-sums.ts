import { type Cube, type CubeColumn, type CubeShape, type MeasureId, TIME } from "./model";
import { Sums } from "./sums";

/** Sums by the codes of some columns, which are one number: the first column counts most, so that numbers are in their order. */
export interface KeyedSums {
  readonly columns: readonly CubeColumn[];
  /** Number of codes of each column, with 0. */
  readonly sizes: readonly number[];
  readonly measures: readonly MeasureId[];
  readonly sums: Sums;
}

/** What each column's code is multiplied by. */
export function factorsOf(sizes: readonly number[]): readonly number[] {
  const factors = sizes.map(() => 1);
  for (let index = sizes.length - 2; index >= 0; index--)
    factors[index] = (factors[index + 1] ?? 1) * (sizes[index + 1] ?? 1);
  return factors;
}

/** Rows that are added at once. */
const ROWS = 4096;

/** Sums of the sums. @returns `undefined` if the cube has more rows than `most` */
export function cubeOf(
  from: KeyedSums,
  shape: CubeShape,
  measures: readonly MeasureId[],
  most: number,
): Cube | undefined {
  const sizes = shape.keys.map((column) => from.sizes[from.columns.indexOf(column)] ?? 1);
  const read = measures.map((id) => from.measures.indexOf(id));
  const sums = new Sums(measures.length);
  for (let start = 0; start < from.sums.length; start += ROWS) {
    const rows = Math.min(ROWS, from.sums.length - start);
    const values = read.map((measure) =>
      Float64Array.from({ length: rows }, (_, row) => from.sums.sum(start + row, measure)),
    );
    sums.add(coarserKeys(from, shape, sizes, start, rows), values);
    if (sums.length > most) return undefined;
  }
  return { ...shape, measures, length: sums.length, columns: columnsOf(sums, sizes, measures.length) };
}

function coarserKeys(
  { columns, sizes, sums }: KeyedSums,
  { keys, slots, caps }: CubeShape,
  wanted: readonly number[],
  start: number,
  rows: number,
): Float64Array {
  const coarser = new Float64Array(rows);
  const [factors, to] = [factorsOf(sizes), factorsOf(wanted)];
  keys.forEach((column, index) => {
    const factor = factors[columns.indexOf(column)] ?? 1;
    const [size, toFactor] = [wanted[index] ?? 1, to[index] ?? 1];
    const [merged, cap] = [column === TIME ? slots : 1, caps[column] ?? size];
    for (let row = 0; row < rows; row++) {
      const code = Math.floor(sums.key(start + row) / factor) % size;
      if (code <= cap) coarser[row] = (coarser[row] ?? 0) + Math.floor(code / merged) * toFactor;
    }
  });
  return coarser;
}

/** The codes and the sums as columns, in the order of the keys. */
function columnsOf(sums: Sums, sizes: readonly number[], measures: number): Float64Array[] {
  const order = Array.from({ length: sums.length }, (_, place) => place).sort(
    (a, b) => sums.key(a) - sums.key(b),
  );
  const codes = factorsOf(sizes).map((factor, index) =>
    Float64Array.from(order, (place) => Math.floor(sums.key(place) / factor) % (sizes[index] ?? 1)),
  );
  const values = Array.from({ length: measures }, (_, measure) =>
    Float64Array.from(order, (place) => sums.sum(place, measure)),
  );
  return [...codes, ...values];
}
