import { factorsOf } from "./keyed-sums";
import { Numbering } from "./numbering";

/** Rows as columns, by the ids of what is in them. */
export interface Rows {
  readonly length: number;
  /** The codes of everything that rows are grouped by, as one number: the first counts most. */
  readonly keys: Float64Array;
  /** Codes of the lists that rows are not grouped by. */
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

/** What rows are grouped by. */
export class RowKeys {
  /** What the code of each key is multiplied by in the number of a row. */
  readonly factors: ReadonlyMap<string, number>;
  private readonly numbering = new Numbering();
  private ofRows = new Int32Array(0);

  /**
   * @param keys ids of the codes that the rows of a group have in common
   * @param sizes number of codes of each key by its id
   */
  constructor(
    private readonly keys: readonly string[],
    private readonly sizes: ReadonlyMap<string, number>,
  ) {
    const factors = factorsOf(keys.map((id) => sizes.get(id) ?? 1));
    this.factors = new Map(keys.map((id, index) => [id, factors[index] ?? 1]));
  }

  /** @returns groups; the groups of the rows are valid until others are grouped */
  group({ length, keys, measures }: Rows): RowGroups {
    const { numbering } = this;
    numbering.clear();
    if (this.ofRows.length < length) this.ofRows = new Int32Array(length);
    const ofRows = numbering.numbersOf(keys.subarray(0, length), this.ofRows).subarray(0, length);
    const columns = new Map<string, Float64Array>();
    for (const [id, values] of measures) columns.set(id, summed(values, ofRows, numbering.length));
    for (const id of this.keys) columns.set(id, this.codesOf(id));
    return { columns, ofRows, length: numbering.length };
  }

  /** The codes of a key of each group. */
  private codesOf(id: string): Float64Array {
    const [factor, size] = [this.factors.get(id) ?? 1, this.sizes.get(id) ?? 1];
    const codes = new Float64Array(this.numbering.length);
    for (let group = 0; group < codes.length; group++)
      codes[group] = Math.floor(this.numbering.key(group) / factor) % size;
    return codes;
  }
}

/** Sums of the rows of each place. */
export function summed(values: Float64Array, places: Int32Array, length: number): Float64Array {
  const sums = new Float64Array(length);
  for (let row = 0; row < places.length; row++) {
    const place = places[row] ?? 0;
    sums[place] = (sums[place] ?? 0) + (values[row] ?? 0);
  }
  return sums;
}
