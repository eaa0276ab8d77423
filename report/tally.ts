import { HOUR_MS } from "../formats/time";
import { Batch } from "./batch";
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
  /** Rows that are not counted yet. */
  private readonly batch: Batch;
  /** A bit for each client in each slot. */
  private readonly seen: Uint32Array;

  constructor(
    private readonly format: RowFormat,
    plans: readonly CubePlan[],
  ) {
    const { slots, clients, dimensions, measures } = format;
    const sizes = new Map([...format.sizes, [TIME, slots]]);
    this.times = new Times(slots, sizes.get("path") ?? 1);
    this.grouped = new GroupedCubes(plans, [TIME, ...dimensions], sizes);
    this.batch = new Batch([...sizes.keys()], measures);
    this.seen = new Uint32Array(Math.ceil((slots * (clients.count + 1)) / 32));
  }

  /** @param columns of some rows: seconds since the start, the time or -1, the measures, and a number of each coder */
  add([since = NONE, times = NONE, ...others]: readonly Float64Array[]): void {
    const { slotMs, measures, coders, clients } = this.format;
    const { batch } = this;
    if (batch.room < since.length) this.addBatch();
    const numbers = others.slice(measures.length);
    const slots = batch.next(TIME);
    for (let row = 0; row < since.length; row++) slots[row] = Math.floor(((since[row] ?? 0) * 1000) / slotMs);
    for (const [index, coder] of coders.entries())
      for (const [id, codes] of coder) lookUp(codes, numbers[index] ?? NONE, batch.next(id));
    batch.add(times, others.slice(0, measures.length));
    this.addClients(slots, numbers[clients.coder] ?? NONE);
    this.addHours(since);
  }

  /** Counts the rows that were added last, too. */
  addBatch(): void {
    const rows = this.batch.take();
    this.grouped.add(rows);
    this.times.add(rows);
  }

  private addClients(slots: Uint16Array, clients: Float64Array): void {
    const { seen } = this;
    const width = this.format.slots;
    for (let row = 0; row < clients.length; row++) {
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

/** Writes the codes of some numbers. */
function lookUp(known: Uint16Array, numbers: Float64Array, codes: Uint16Array): void {
  for (let row = 0; row < numbers.length; row++) codes[row] = known[numbers[row] ?? 0] ?? 0;
}
