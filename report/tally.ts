import { HOUR_MS } from "../formats/time";
import { Batch } from "./batch";
import type { CubePlan } from "./cube-plans";
import { GroupedCubes } from "./grouped-cubes";
import { type Cube, type MeasureId, TIME } from "./model";
import type { Numbering } from "./numbering";
import { Times } from "./quantiles";

/** What the numbers of a row mean. */
export interface RowFormat {
  readonly slotMs: number;
  /** Number of slots. */
  readonly slots: number;
  readonly measures: readonly MeasureId[];
  /** What rows are grouped by, with the time: the dimensions, and lists that make few more groups. */
  readonly keys: readonly string[];
  /** Number of codes of each dimension and list, with 0. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly coders: readonly Coder[];
  /** Index of the coder whose combinations are clients. */
  readonly clients: number;
}

/** Numbers the combinations of a source by their keys, and has the codes of each; a later combination has code 0. */
export interface Coder {
  readonly keys: Numbering;
  readonly codes: ReadonlyMap<string, Uint16Array>;
}

const NONE: Float64Array = new Float64Array(0);
const NO_NUMBERS = new Int32Array(0);

/** Everything that is counted of the rows, in one pass over their numbers. */
export class Tally {
  readonly times: Times;
  /** Requests by hour since the start of the range. */
  readonly hours: number[] = [];
  private readonly grouped: GroupedCubes;
  /** Rows that are not counted yet. */
  private readonly batch: Batch;
  /** A bit for each client, in so many words for each slot. */
  private readonly seen: Uint32Array;
  private readonly seenWords: number;
  private readonly knownClients: number;

  constructor(
    private readonly format: RowFormat,
    plans: readonly CubePlan[],
  ) {
    const { slots, coders, clients, keys, measures } = format;
    const sizes = new Map([...format.sizes, [TIME, slots]]);
    this.times = new Times(slots, sizes.get("path") ?? 1);
    this.grouped = new GroupedCubes(plans, [TIME, ...keys], sizes);
    this.batch = new Batch([...sizes.keys()], measures);
    this.knownClients = coders[clients]?.keys.length ?? 0;
    this.seenWords = Math.ceil(this.knownClients / 32);
    this.seen = new Uint32Array(slots * this.seenWords);
  }

  /** @param columns of some rows: seconds since the start, the time or -1, the measures, and a key of each coder */
  add([since = NONE, times = NONE, ...others]: readonly Float64Array[]): void {
    const { slotMs, measures, coders, clients } = this.format;
    const { batch } = this;
    if (batch.room < since.length) this.addBatch();
    const numbers = coders.map(({ keys }, index) => keys.numbersOf(others[measures.length + index] ?? NONE));
    const slots = batch.next(TIME);
    for (let row = 0; row < since.length; row++) slots[row] = Math.floor(((since[row] ?? 0) * 1000) / slotMs);
    for (const [index, coder] of coders.entries())
      for (const [id, codes] of coder.codes) lookUp(codes, numbers[index] ?? NO_NUMBERS, batch.next(id));
    batch.add(times, others.slice(0, measures.length));
    this.addClients(slots, numbers[clients] ?? NO_NUMBERS);
    this.addHours(since);
  }

  /** Counts the rows that were added last, too. */
  addBatch(): void {
    const rows = this.batch.take();
    this.grouped.add(rows);
    this.times.add(rows);
  }

  private addClients(slots: Uint16Array, clients: Int32Array): void {
    const { seen, seenWords, knownClients } = this;
    for (let row = 0; row < clients.length; row++) {
      const client = clients[row] ?? 0;
      if (client >= knownClients) continue;
      const word = (slots[row] ?? 0) * seenWords + (client >>> 5);
      seen[word] = (seen[word] ?? 0) | (1 << (client & 31));
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
    return Array.from({ length: this.format.slots }, (_, slot) => {
      let clients = 0;
      for (let word = slot * this.seenWords; word < (slot + 1) * this.seenWords; word++)
        for (let bits = this.seen[word] ?? 0; bits !== 0; bits &= bits - 1) clients++;
      return clients;
    });
  }
}

/** Writes the codes of some numbers. */
function lookUp(known: Uint16Array, numbers: Int32Array, codes: Uint16Array): void {
  for (let row = 0; row < numbers.length; row++) codes[row] = known[numbers[row] ?? 0] ?? 0;
}
