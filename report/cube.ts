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
  const rows = selectedRows(cube, selection);
  const groups = by.map((key) => columnOf(cube, key));
  const { firsts, places } = placesOf(keysOf(groups, rows));
  const measures = cube.columns
    .slice(cube.keys.length)
    .map((column) => summed(column, rows, places, firsts.size));
  return [...firsts]
    .sort(([a], [b]) => a - b)
    .map(([, first]) => ({
      codes: groups.map((column) => at(column, rows[first] ?? 0)),
      values: measures.map((sums) => at(sums, places[first] ?? 0)),
    }));
}

/** The codes of each row as one number, in short loops over one column: V8 optimises them once. */
function keysOf(groups: readonly (Float64Array | undefined)[], rows: Uint32Array): Float64Array {
  const keys = new Float64Array(rows.length);
  for (const column of groups)
    for (let index = 0; index < rows.length; index++)
      keys[index] = at(keys, index) * 0x10000 + at(column, rows[index] ?? 0);
  return keys;
}

/** The first index of each different key, and for each index the place of its key among them. */
function placesOf(keys: Float64Array): {
  readonly firsts: ReadonlyMap<number, number>;
  readonly places: Uint32Array;
} {
  const firsts = new Map<number, number>();
  const places = new Uint32Array(keys.length);
  for (let index = 0; index < keys.length; index++) {
    const key = at(keys, index);
    const first = firsts.get(key);
    places[index] = first === undefined ? firsts.size : (places[first] ?? 0);
    if (first === undefined) firsts.set(key, index);
  }
  return { firsts, places };
}

function summed(column: Float64Array, rows: Uint32Array, places: Uint32Array, length: number): Float64Array {
  const sums = new Float64Array(length);
  for (let index = 0; index < rows.length; index++) {
    const place = places[index] ?? 0;
    sums[place] = at(sums, place) + at(column, rows[index] ?? 0);
  }
  return sums;
}

/** Numbers of the selected rows: one short loop for each filter, over fewer and fewer rows. */
function selectedRows(cube: Cube, { time, codes }: Selection): Uint32Array {
  const rows = new Uint32Array(cube.length).map((_, row) => row);
  let left = rows.length;
  const keep = (column: Float64Array | undefined, isWanted: (code: number) => boolean) => {
    let kept = 0;
    for (let index = 0; index < left; index++) {
      const row = rows[index] ?? 0;
      if (isWanted(at(column, row))) rows[kept++] = row;
    }
    left = kept;
  };
  if (time !== undefined) {
    const [from, until] = [time.from / cube.slots, time.until / cube.slots];
    keep(columnOf(cube, TIME), (slot) => slot >= from && slot < until);
  }
  for (const [id, chosen] of codes ?? []) keep(columnOf(cube, id), (code) => chosen.has(code));
  return rows.subarray(0, left);
}

const at = (column: Float64Array | undefined, row: number): number => column?.[row] ?? 0;

const columnOf = (cube: Cube, key: CubeColumn): Float64Array | undefined =>
  cube.columns[cube.keys.indexOf(key)];

/** One measure of a sum. */
export const measureOf = (cube: Cube | undefined, values: readonly number[], measure: MeasureId): number =>
  values[cube?.measures.indexOf(measure) ?? -1] ?? 0;
