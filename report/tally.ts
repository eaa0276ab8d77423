import type { CubePlan } from "./cube-plans";
import { GrowingCube } from "./growing-cube";
import { type Cube, type MeasureId, TIME } from "./model";
import { Times } from "./quantiles";

/** What the numbers of a row mean. */
export interface RowFormat {
  /** Number of slots. */
  readonly slots: number;
  readonly measures: readonly MeasureId[];
  /** Number of codes of each dimension and list, with 0. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly coders: readonly Coder[];
  /** The coder whose numbers are those of clients, and how many there are. */
  readonly clients: { readonly coder: number; readonly count: number };
}

/** The codes of what is made of a source, by the number of its combination; number 0 has code 0. */
export type Coder = ReadonlyMap<string, Uint16Array>;

const NONE = new Float64Array(0);

/** Everything that is counted of the rows, in one pass over their numbers. */
export class Tally {
  readonly times = new Times();
  /** Requests by hour since the start of the range. */
  readonly hours: number[] = [];
  private readonly growing: readonly GrowingCube[];
  /** A bit for each client in each slot. */
  private readonly seen: Uint32Array;

  constructor(
    private readonly format: RowFormat,
    plans: readonly CubePlan[],
  ) {
    const { slots, clients } = format;
    const sizes = new Map([...format.sizes, [TIME, slots]]);
    this.growing = plans.map((plan) => new GrowingCube(plan, sizes));
    this.seen = new Uint32Array(Math.ceil((slots * (clients.count + 1)) / 32));
  }

  /** @param columns of some rows: slot, hour, seconds or -1, the measures, and a number of each coder */
  add([slots = NONE, hours = NONE, seconds = NONE, ...others]: readonly Float64Array[]): void {
    const { measures, coders, clients } = this.format;
    const numbers = others.slice(measures.length);
    const columns = new Map([[TIME as string, slots]]);
    for (const [index, id] of measures.entries()) columns.set(id, others[index] ?? NONE);
    for (const [index, coder] of coders.entries())
      for (const [id, codes] of coder) columns.set(id, codesOf(codes, numbers[index] ?? NONE));
    const known = new Map<string, Float64Array>();
    for (const cube of this.growing) cube.add(columns, known);
    this.addClients(slots, numbers[clients.coder] ?? NONE);
    this.addTimes(slots, hours, seconds, columns.get("path") ?? NONE);
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

  /** The cubes of each plan. */
  cubes(): readonly (readonly Cube[])[] {
    return this.growing.map((cube) => cube.cubes());
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
