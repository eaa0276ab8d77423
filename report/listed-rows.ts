import { type RowGroups, type Rows, summed } from "./row-groups";

/** The rows of each group by the values of a list, added up. */
export interface ListedRows {
  readonly groups: Int32Array;
  readonly codes: Int32Array;
  /** Sums of the measures. */
  readonly columns: ReadonlyMap<string, Float64Array>;
}

/** A list that groups are divided by. */
export interface DividedBy {
  readonly list: string;
  /** Number of its codes. */
  readonly size: number;
  readonly measures: readonly string[];
}

const NO_CODES = new Uint16Array(0);
const NO_VALUES = new Float64Array(0);

/** Divides groups by the values of lists; rows with code 0 are left out. */
export class GroupDivider {
  /** The place of each group and code, from 1. All are 0 between two lists, so that the memory can be used again. */
  private placeOf = new Int32Array(0);
  /** The place of each row; the group and the code of each place. */
  private places = new Int32Array(0);
  private groups = new Int32Array(0);
  private codes = new Int32Array(0);

  /** @returns groups and codes that are valid until others are divided */
  divide(rows: Rows, groups: RowGroups, by: DividedBy): ListedRows {
    if (this.places.length < rows.length) {
      this.places = new Int32Array(rows.length);
      this.groups = new Int32Array(rows.length + 1);
      this.codes = new Int32Array(rows.length + 1);
    }
    return groups.columns.has(by.list) ? this.alreadyDivided(groups, by) : this.divideRows(rows, groups, by);
  }

  private divideRows(
    rows: Rows,
    { ofRows, length }: RowGroups,
    { list, size, measures }: DividedBy,
  ): ListedRows {
    const known = rows.codes.get(list) ?? NO_CODES;
    if (this.placeOf.length < length * size) this.placeOf = new Int32Array(2 * length * size);
    const { placeOf, places, groups, codes } = this;
    let used = 0;
    for (let row = 0; row < rows.length; row++) {
      const code = known[row] ?? 0;
      if (code === 0) {
        places[row] = 0;
        continue;
      }
      const group = ofRows[row] ?? 0;
      const key = group * size + code;
      let place = placeOf[key] ?? 0;
      if (place === 0) {
        place = ++used;
        groups[place] = group;
        codes[place] = code;
        placeOf[key] = place;
      }
      places[row] = place;
    }
    for (let place = 1; place <= used; place++)
      placeOf[(groups[place] ?? 0) * size + (codes[place] ?? 0)] = 0;
    const placed = places.subarray(0, rows.length);
    return {
      groups: groups.subarray(1, used + 1),
      codes: codes.subarray(1, used + 1),
      columns: new Map(
        measures.map((id) => [id, summed(rows.measures.get(id) ?? NO_VALUES, placed, used + 1).subarray(1)]),
      ),
    };
  }

  /** All rows of a group have the same code of the list. */
  private alreadyDivided({ columns, length }: RowGroups, { list, measures }: DividedBy): ListedRows {
    const known = columns.get(list) ?? NO_VALUES;
    const { groups, codes } = this;
    let used = 0;
    for (let group = 0; group < length; group++) {
      const code = known[group] ?? 0;
      if (code === 0) continue;
      groups[used] = group;
      codes[used++] = code;
    }
    const listed = groups.subarray(0, used);
    return {
      groups: listed,
      codes: codes.subarray(0, used),
      columns: new Map(measures.map((id) => [id, ofGroups(columns.get(id) ?? NO_VALUES, listed)])),
    };
  }
}

function ofGroups(values: Float64Array, groups: Int32Array): Float64Array {
  const own = new Float64Array(groups.length);
  for (let place = 0; place < groups.length; place++) own[place] = values[groups[place] ?? 0] ?? 0;
  return own;
}
