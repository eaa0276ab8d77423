import { HOUR_MS } from "../formats/time";
import type { CubePlan } from "./cube-plans";
import { GroupedCubes } from "./grouped-cubes";
import { type Cube, type DimensionId, type MeasureId, TIME } from "./model";
import { Times } from "./quantiles";

/** What the numbers of a row mean. */
export interface RowFormat {
  readonly slotMs: number;
  /** Number of slots. */
  readonly slots: number;
  readonly measures: readonly MeasureId[];
  readonly dimensions: readonly DimensionId[];
  /** Number of codes of each dimension and list, with 0. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly coders: readonly Coder[];
  /** The coder whose numbers are those of clients, and how many there are. */
  readonly clients: { readonly coder: number; readonly count: number };
}

/** The codes of what is made of a source, by the number of its combination; number 0 has code 0. */
export type Coder = ReadonlyMap<string, Uint16Array>;

const NONE: Float64Array = new Float64Array(0);

/** Everything that is counted of the rows, in one pass over their numbers. */
export class Tally {
  readonly times: Times;
  /** Requests by hour since the start of the range. */
  readonly hours: number[] = [];
  private readonly grouped: GroupedCubes;
  /** A bit for each client in each slot. */
  private readonly seen: Uint32Array;

  constructor(
    private readonly format: RowFormat,
    plans: readonly CubePlan[],
  ) {
    const { slots, clients, dimensions } = format;
    const sizes = new Map([...format.sizes, [TIME, slots]]);
    this.times = new Times(slots, sizes.get("path") ?? 1);
    this.grouped = new GroupedCubes(plans, [TIME, ...dimensions], sizes);
    this.seen = new Uint32Array(Math.ceil((slots * (clients.count + 1)) / 32));
  }

  /** @param columns of some rows: seconds since the start, the time or -1, the measures, and a number of each coder */
  add([since = NONE, times = NONE, ...others]: readonly Float64Array[]): void {
    const { slotMs, measures, coders, clients } = this.format;
    const numbers = others.slice(measures.length);
    const slots = new Uint16Array(since.length);
    for (let row = 0; row < slots.length; row++) slots[row] = Math.floor(((since[row] ?? 0) * 1000) / slotMs);
    const codes = new Map<string, Uint16Array>([[TIME, slots]]);
    for (const [index, coder] of coders.entries())
      for (const [id, known] of coder) codes.set(id, codesOf(known, numbers[index] ?? NONE));
    this.grouped.add({
      length: since.length,
      codes,
      measures: new Map(measures.map((id, index) => [id, others[index] ?? NONE])),
    });
    this.addClients(slots, numbers[clients.coder] ?? NONE);
    this.addHours(since);
    this.times.add(times, slots, codes.get("path") ?? new Uint16Array(0));
  }

  private addClients(slots: Uint16Array, clients: Float64Array): void {
    const { seen } = this;
    const width = this.format.slots;
    for (let row = 0; row < slots.length; row++) {
      const bit = (clients[row] ?? 0) * width + (slots[row] ?? 0);
      const word = Math.floor(bit / 32);
      seen[word] = (seen[word] ?? 0) | (1 << (bit % 32));
    }
  }

  private addHours(since: Float64Array): void {
    for (let row = 0; row < since.length; row++) {
      const hour = Math.floor(((since[row] ?? 0) * 1000) / HOUR_MS);
      this.hours[hour] = (this.hours[hour] ?? 0) + 1;
    }
  }

  /** The cubes of each plan. */
  cubes(): readonly (readonly Cube[])[] {
    return this.grouped.cubes();
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
function codesOf(known: Uint16Array, numbers: Float64Array): Uint16Array {
  const codes = new Uint16Array(numbers.length);
  for (let row = 0; row < numbers.length; row++) codes[row] = known[numbers[row] ?? 0] ?? 0;
  return codes;
}
