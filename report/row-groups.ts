import { Numbering } from "./numbering";

/** Rows as columns, by the ids of what is in them. */
export interface Rows {
  readonly length: number;
  /** Codes of the time, and of each dimension and list. */
  readonly codes: ReadonlyMap<string, Uint16Array>;
  readonly measures: ReadonlyMap<string, Float64Array>;
  /** The time that each row took; below 0 if it has none. */
  readonly seconds: Float64Array;
}

/** Rows with the same codes, added up. */
export interface RowGroups {
  /** The codes of each group, and the sums of its measures. */
  readonly columns: ReadonlyMap<string, Float64Array>;
  /** The group of each row. */
  readonly ofRows: Int32Array;
  /** Number of groups. */
  readonly length: number;
}

/** The rows of each group by the values of a list, added up. */
export interface ListedRows {
  readonly groups: Int32Array;
  readonly codes: Int32Array;
  /** Sums of the measures. */
  readonly columns: ReadonlyMap<string, Float64Array>;
}

const NO_CODES = new Uint16Array(0);
const NO_VALUES = new Float64Array(0);

/** @param keys ids of the codes that the rows of a group have in common */
export function groupRows(
  rows: Rows,
  keys: readonly string[],
  sizes: ReadonlyMap<string, number>,
): RowGroups {
  const packed = new Float64Array(rows.length);
  for (const id of keys) {
    const [codes, size] = [rows.codes.get(id) ?? NO_CODES, sizes.get(id) ?? 1];
    for (let row = 0; row < rows.length; row++) packed[row] = (packed[row] ?? 0) * size + (codes[row] ?? 0);
  }
  const numbering = new Numbering(rows.length);
  const ofRows = numbering.numbersOf(packed);
  const { length } = numbering;
  const places = ofRows.map((group) => group + 1);
  const columns = sumsOf(rows, rows.measures.keys(), places, length);
  for (const id of keys) columns.set(id, codesOf(ofRows, rows.codes.get(id) ?? NO_CODES, length));
  return { columns, ofRows, length };
}

function codesOf(groups: Int32Array, codes: Uint16Array, length: number): Float64Array {
  const own = new Float64Array(length);
  for (let row = 0; row < groups.length; row++) own[groups[row] ?? 0] = codes[row] ?? 0;
  return own;
}

/** A list that groups are divided by. */
export interface DividedBy {
  readonly list: string;
  /** Number of its codes. */
  readonly size: number;
  readonly measures: readonly string[];
}

/** Divides groups by the values of lists; rows with code 0 are left out. */
export class GroupDivider {
  /** The place of each group and code, from 1. All are 0 between two lists, so that the memory can be used again. */
  private placeOf = new Int32Array(0);

  divide(rows: Rows, groups: RowGroups, by: DividedBy): ListedRows {
    return groups.columns.has(by.list) ? alreadyDivided(groups, by) : this.divideRows(rows, groups, by);
  }

  private divideRows(
    rows: Rows,
    { ofRows, length }: RowGroups,
    { list, size, measures }: DividedBy,
  ): ListedRows {
    const known = rows.codes.get(list) ?? NO_CODES;
    if (this.placeOf.length < length * size) this.placeOf = new Int32Array(2 * length * size);
    const { placeOf } = this;
    const places = new Int32Array(rows.length);
    const [groups, codes] = [new Int32Array(rows.length), new Int32Array(rows.length)];
    let used = 0;
    for (let row = 0; row < rows.length; row++) {
      const code = known[row] ?? 0;
      if (code === 0) continue;
      const group = ofRows[row] ?? 0;
      const key = group * size + code;
      if (placeOf[key] === 0) {
        [groups[used], codes[used]] = [group, code];
        placeOf[key] = ++used;
      }
      places[row] = placeOf[key] ?? 0;
    }
    for (let place = 0; place < used; place++) placeOf[(groups[place] ?? 0) * size + (codes[place] ?? 0)] = 0;
    return {
      groups: groups.subarray(0, used),
      codes: codes.subarray(0, used),
      columns: sumsOf(rows, measures, places, used),
    };
  }
}

/** All rows of a group have the same code of the list. */
function alreadyDivided({ columns, length }: RowGroups, { list, measures }: DividedBy): ListedRows {
  const known = columns.get(list) ?? NO_VALUES;
  const [groups, codes] = [new Int32Array(length), new Int32Array(length)];
  let used = 0;
  for (let group = 0; group < length; group++) {
    const code = known[group] ?? 0;
    if (code !== 0) [groups[used], codes[used++]] = [group, code];
  }
  const listed = groups.subarray(0, used);
  return {
    groups: listed,
    codes: codes.subarray(0, used),
    columns: new Map(measures.map((id) => [id, ofGroups(columns.get(id) ?? NO_VALUES, listed)])),
  };
}

function ofGroups(values: Float64Array, groups: Int32Array): Float64Array {
  const own = new Float64Array(groups.length);
  for (let place = 0; place < groups.length; place++) own[place] = values[groups[place] ?? 0] ?? 0;
  return own;
}

/** @param places of the sum of each row, from 1; rows with place 0 are left out */
function sumsOf(
  rows: Rows,
  measures: Iterable<string>,
  places: Int32Array,
  length: number,
): Map<string, Float64Array> {
  const sums = new Map<string, Float64Array>();
  for (const id of measures) sums.set(id, summed(rows.measures.get(id) ?? NO_VALUES, places, length));
  return sums;
}

function summed(values: Float64Array, places: Int32Array, length: number): Float64Array {
  const sums = new Float64Array(length + 1);
  for (let row = 0; row < places.length; row++) {
    const place = places[row] ?? 0;
    sums[place] = (sums[place] ?? 0) + (values[row] ?? 0);
  }
  return sums.subarray(1);
}
