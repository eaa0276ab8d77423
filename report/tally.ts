import type { CubePlan } from "./cube-plans";
import { cubeOf, factorsOf, type KeyedSums } from "./keyed-sums";
import { type Cube, type CubeColumn, type MeasureId, TIME, VALUE } from "./model";
import { Times } from "./quantiles";
import { Sums } from "./sums";

/** What the numbers of a row mean. */
export interface RowFormat {
  /** Number of slots. */
  readonly slots: number;
  readonly dimensions: readonly CubeColumn[];
  readonly measures: readonly MeasureId[];
  /** Number of codes of each dimension and list, with 0. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly coders: readonly Coder[];
  /** The coder whose numbers are those of clients, and how many there are. */
  readonly clients: { readonly coder: number; readonly count: number };
}

/** The codes of what is made of a source, by the number of its combination; number 0 has code 0. */
export type Coder = ReadonlyMap<string, Uint16Array>;

/** Columns of some rows, with the codes of their values. */
interface CodedColumns {
  readonly codes: ReadonlyMap<string, Float64Array>;
  readonly measures: ReadonlyMap<string, Float64Array>;
}

/** Sums that grow with each row, of all rows or of the rows with a value of a list. */
interface Growing extends KeyedSums {
  readonly list: string | undefined;
}

const NONE = new Float64Array(0);

/** Everything that is counted of the rows, in one pass over their numbers. */
export class Tally {
  readonly times = new Times();
  private readonly growing: readonly Growing[];
  private readonly seen: Uint32Array;
  /** Requests by hour since the start of the range. */
  readonly hours: number[] = [];

  constructor(
    private readonly format: RowFormat,
    plans: readonly CubePlan[],
  ) {
    const { slots, clients, dimensions, measures } = format;
    const lists = plans.flatMap(({ list, shapes: [{ keys }], measures: own }) =>
      list === undefined
        ? []
        : [
            this.growingOf(
              list,
              keys,
              own.map(({ id }) => id),
            ),
          ],
    );
    this.growing = [this.growingOf(undefined, [TIME, ...dimensions], measures), ...lists];
    this.seen = new Uint32Array(Math.ceil((slots * (clients.count + 1)) / 32));
  }

  private growingOf(
    list: string | undefined,
    columns: readonly CubeColumn[],
    measures: readonly MeasureId[],
  ): Growing {
    const { slots, sizes } = this.format;
    const sizeOf = (column: CubeColumn) =>
      column === TIME ? slots : (sizes.get(column === VALUE ? (list ?? "") : column) ?? 1);
    return { list, columns, sizes: columns.map(sizeOf), measures, sums: new Sums(measures.length) };
  }

  /** @param columns of some rows: slot, hour, seconds or -1, the measures, and a number of each coder */
  add([slots = NONE, hours = NONE, seconds = NONE, ...others]: readonly Float64Array[]): void {
    const { measures, coders, clients } = this.format;
    const numbers = others.slice(measures.length);
    const codes = new Map([[TIME as string, slots]]);
    coders.forEach((coder, index) => {
      for (const [id, known] of coder) codes.set(id, codesOf(known, numbers[index] ?? NONE));
    });
    const coded = { codes, measures: new Map(measures.map((id, index) => [id, others[index] ?? NONE])) };
    const known = new Map<string, Float64Array>();
    for (const growing of this.growing) addRows(growing, coded, known);
    this.addClients(slots, numbers[clients.coder] ?? NONE);
    this.addTimes(slots, hours, seconds, codes.get("path") ?? NONE);
  }

  private addClients(slots: Float64Array, clients: Float64Array): void {
    const { seen } = this;
    const width = this.format.slots;
    for (let row = 0; row < slots.length; row++) {
      const bit = (clients[row] ?? 0) * width + (slots[row] ?? 0);
      const word = Math.floor(bit / 32);
      seen[word] = (seen[word] ?? 0) | (1 << (bit % 32));
    }
  }

  private addTimes(
    slots: Float64Array,
    hours: Float64Array,
    seconds: Float64Array,
    paths: Float64Array,
  ): void {
    for (let row = 0; row < slots.length; row++) {
      const hour = hours[row] ?? 0;
      this.hours[hour] = (this.hours[hour] ?? 0) + 1;
      if ((seconds[row] ?? -1) >= 0) this.times.add(seconds[row] ?? 0, slots[row] ?? 0, paths[row] ?? 0);
    }
  }

  /** The cube of a plan: the first shape that has few enough rows. */
  cubes({ list, shapes, measures, rows }: CubePlan): readonly Cube[] {
    const [{ keys }] = shapes;
    const from = this.growing.find(
      (one) => one.list === list && (list === undefined || one.columns === keys),
    );
    if (from === undefined) return [];
    const ids = measures.map(({ id }) => id);
    for (const shape of shapes) {
      const cube = cubeOf(from, shape, ids, rows);
      if (cube) return [cube];
    }
    return [];
  }

  /** Number of different clients of each slot. */
  clients(): number[] {
    const { slots, clients } = this.format;
    const counts = Array<number>(slots).fill(0);
    for (let bit = 0; bit < slots * (clients.count + 1); bit++) {
      const isSeen = ((this.seen[Math.floor(bit / 32)] ?? 0) >>> (bit % 32)) & 1;
      if (isSeen) counts[bit % slots] = (counts[bit % slots] ?? 0) + 1;
    }
    return counts;
  }
}

/** The codes of some numbers. */
function codesOf(known: Uint16Array, numbers: Float64Array): Float64Array {
  const codes = new Float64Array(numbers.length);
  for (let row = 0; row < numbers.length; row++) codes[row] = known[numbers[row] ?? 0] ?? 0;
  return codes;
}

/** @param known numbers of the same columns, which several lists need */
function addRows(
  { list, columns, sizes, measures, sums }: Growing,
  coded: CodedColumns,
  known: Map<string, Float64Array>,
): void {
  const others = columns.filter((column) => column !== VALUE);
  const rest = known.get(others.join()) ?? packed(coded.codes, columns, sizes);
  known.set(others.join(), rest);
  const values = measures.map((id) => coded.measures.get(id) ?? NONE);
  const keys =
    list === undefined ? rest : withValue(rest, coded.codes.get(list) ?? NONE, factorsOf(sizes)[0] ?? 1);
  sums.add(keys, values);
}

/** The numbers of the columns other than a list's value. */
function packed(
  codes: ReadonlyMap<string, Float64Array>,
  columns: readonly CubeColumn[],
  sizes: readonly number[],
): Float64Array {
  const rows = codes.get(TIME)?.length ?? 0;
  const numbers = new Float64Array(rows);
  const factors = factorsOf(sizes);
  columns.forEach((column, index) => {
    const own = codes.get(column);
    if (own === undefined) return;
    const factor = factors[index] ?? 1;
    for (let row = 0; row < rows; row++) numbers[row] = (numbers[row] ?? 0) + (own[row] ?? 0) * factor;
  });
  return numbers;
}

/** Adds a list's value. "(other)", which is what the listed values leave of all, is left out. */
function withValue(rest: Float64Array, values: Float64Array, factor: number): Float64Array {
  const keys = new Float64Array(rest.length);
  for (let row = 0; row < rest.length; row++) {
    const value = values[row] ?? 0;
    keys[row] = value === 0 ? -1 : value * factor + (rest[row] ?? 0);
  }
  return keys;
}
