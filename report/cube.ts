import { type Cube, type CubeColumn, type DimensionId, type MeasureId, TIME } from "./model";

/** Which requests are meant: slots from `from` until before `until`, and codes of dimensions. */
export interface Selection {
  readonly time?: { readonly from: number; readonly until: number };
  readonly codes?: ReadonlyMap<DimensionId, ReadonlySet<number>>;
}

/** Sums of all measures for one combination of codes. */
export interface Sum {
  readonly codes: readonly number[];
  readonly values: readonly number[];
}

/**
 * The first cube that answers exactly: it has the keys that a panel needs, and those of the selection. `undefined` if
 * there is none.
 */
export const exactCube = (
  cubes: readonly Cube[],
  needed: readonly CubeColumn[],
  selection: Selection,
): Cube | undefined =>
  cubes.find(
    (cube) =>
      needed.every((key) => cube.keys.includes(key) && cube.caps[key] === undefined) &&
      hasTime(cube, selection) &&
      hasCodes(cube, selection),
  );

const hasTime = ({ keys, slots }: Cube, { time }: Selection): boolean =>
  time === undefined || (keys.includes(TIME) && time.from % slots === 0 && time.until % slots === 0);

const hasCodes = ({ keys, caps }: Cube, { codes }: Selection): boolean =>
  [...(codes ?? [])].every(
    ([id, chosen]) => keys.includes(id) && Math.max(...chosen) <= (caps[id] ?? Number.POSITIVE_INFINITY),
  );

/** Sums of the selected rows by some of the cube's keys, in the order of the codes. */
export function sumBy(cube: Cube, selection: Selection, by: readonly CubeColumn[]): Sum[] {
  const groups = by.map((key) => columnOf(cube, key));
  const tests = testsOf(cube, selection);
  const measures = cube.columns.slice(cube.keys.length);
  const sums = new Map<number, { codes: number[]; values: number[] }>();
  for (let row = 0; row < cube.length; row++) {
    if (!tests.every((test) => test(row))) continue;
    let key = 0;
    for (const column of groups) key = key * 0x10000 + at(column, row);
    let sum = sums.get(key);
    if (!sum) {
      sum = { codes: groups.map((column) => at(column, row)), values: measures.map(() => 0) };
      sums.set(key, sum);
    }
    for (let index = 0; index < measures.length; index++) {
      sum.values[index] = (sum.values[index] ?? 0) + at(measures[index], row);
    }
  }
  return [...sums].sort(([a], [b]) => a - b).map(([, sum]) => sum);
}

function testsOf(cube: Cube, { time, codes }: Selection): ((row: number) => boolean)[] {
  const tests = [...(codes ?? [])].map(([id, chosen]) => {
    const column = columnOf(cube, id);
    return (row: number) => chosen.has(at(column, row));
  });
  if (time === undefined) return tests;
  const column = columnOf(cube, TIME);
  const from = time.from / cube.slots;
  const until = time.until / cube.slots;
  return [(row) => at(column, row) >= from && at(column, row) < until, ...tests];
}

const at = (column: Float64Array | undefined, row: number): number => column?.[row] ?? 0;

const columnOf = (cube: Cube, key: CubeColumn): Float64Array | undefined =>
  cube.columns[cube.keys.indexOf(key)];

/** One measure of a sum. */
export const measureOf = (cube: Cube | undefined, values: readonly number[], measure: MeasureId): number =>
  values[cube?.measures.indexOf(measure) ?? -1] ?? 0;
