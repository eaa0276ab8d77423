import { setImmediate } from "node:timers/promises";
import { SECOND_MS } from "../formats/time";
import { Batch } from "./batch";
import type { CubePlan } from "./cube-plans";
import { GroupedCubes } from "./grouped-cubes";
import { MEASURES_OF_TIME } from "./measures-of-time";
import { type Cube, type MeasureId, TIME } from "./model";
import type { Numbering } from "./numbering";
import { Times } from "./quantiles";
import { RowKeys, type Rows } from "./row-groups";
import { QUARTER_MS } from "./zone";

/** What the numbers of a row mean. */
export interface RowFormat {
  readonly slotMs: number;
  /** Number of slots. */
  readonly slots: number;
  /** Seconds between the start of its quarter of an hour and the start of the range. */
  readonly intoQuarter: number;
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

const NO_CODES = new Uint16Array(0);
const NONE: Float64Array = new Float64Array(0);

/** What is looked up of a row by its key in a source. */
interface LookedUp {
  readonly numbers: Numbering;
  /** What the codes of a combination add to the number that rows are grouped by. */
  readonly parts: Float64Array;
  /** The codes of a combination in the lists that rows are not grouped by. */
  readonly lists: readonly (readonly [id: string, codes: Uint16Array])[];
}

/** Everything that is counted of the rows, in one pass over their numbers. */
export class Tally {
  readonly times: Times;
  /** Requests by quarter of an hour, since the one in which the range starts. */
  readonly quarters: number[] = [];
  private readonly rowKeys: RowKeys;
  private readonly grouped: GroupedCubes;
  private readonly sources: readonly LookedUp[];
  /** What gives each measure; `undefined` for those that are read. */
  private readonly measures: readonly (readonly [MeasureId, ((seconds: number) => number) | undefined])[];
  /** Rows that are not counted yet. */
  private readonly batch: Batch;
  /** The slots of the rows that are added, and their combinations of one source. */
  private slots = new Int32Array(0);
  private numbers = new Int32Array(0);
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
    this.rowKeys = new RowKeys([TIME, ...keys], sizes);
    this.grouped = new GroupedCubes(plans, sizes);
    this.sources = coders.map((coder) => lookedUp(coder, this.rowKeys.factors));
    const lists = [...format.sizes.keys()].filter((id) => !keys.includes(id));
    this.measures = measures.map((id) => [id, MEASURES_OF_TIME.get(id)]);
    this.batch = new Batch(lists, measures);
    this.knownClients = coders[clients]?.keys.length ?? 0;
    this.seenWords = Math.ceil(this.knownClients / 32);
    this.seen = new Uint32Array(slots * this.seenWords);
  }

  /** @param columns of some rows: seconds since the start, the time or -1, the measures to read, and a key of each coder */
  async add([since = NONE, times = NONE, ...others]: readonly Float64Array[]): Promise<void> {
    const { length } = since;
    if (this.batch.room < length) await this.addBatch();
    const rows = this.batch.next(length);
    rows.seconds.set(times);
    const read = others.values();
    for (const [id, of] of this.measures) {
      const values = rows.measures.get(id) ?? NONE;
      if (of === undefined) values.set(read.next().value ?? NONE);
      else for (let row = 0; row < length; row++) values[row] = of(times[row] ?? -1);
    }
    this.addSlots(since, rows.keys);
    this.sources.forEach((source, index) => {
      const numbers = this.lookUp(source, read.next().value ?? NONE, rows);
      if (index === this.format.clients) this.addClients(numbers);
    });
    this.addQuarters(since);
  }

  /** Counts the rows that were added last, too. */
  async addBatch(): Promise<void> {
    const rows = this.batch.take();
    const groups = this.rowKeys.group(rows);
    await setImmediate();
    this.times.add(rows.seconds, groups);
    await this.grouped.add(rows, groups);
  }

  private addSlots(since: Float64Array, keys: Float64Array): void {
    if (this.slots.length !== since.length) this.slots = new Int32Array(since.length);
    const { slots } = this;
    const [seconds, factor] = [this.format.slotMs / 1000, this.rowKeys.factors.get(TIME) ?? 1];
    for (let row = 0; row < since.length; row++) {
      const slot = Math.floor((since[row] ?? 0) / seconds);
      slots[row] = slot;
      keys[row] = slot * factor;
    }
  }

  /** Adds the codes of the rows in one source. @returns their combinations */
  private lookUp({ numbers: known, parts, lists }: LookedUp, read: Float64Array, rows: Rows): Int32Array {
    if (this.numbers.length !== read.length) this.numbers = new Int32Array(read.length);
    const numbers = known.numbersOf(read, this.numbers);
    const { keys } = rows;
    for (let row = 0; row < read.length; row++)
      keys[row] = (keys[row] ?? 0) + (parts[numbers[row] ?? 0] ?? 0);
    for (const [id, codes] of lists) copyCodes(codes, numbers, rows.codes.get(id) ?? NO_CODES);
    return numbers;
  }

  private addClients(clients: Int32Array): void {
    const { slots, seen, seenWords, knownClients } = this;
    for (let row = 0; row < clients.length; row++) {
      const client = clients[row] ?? 0;
      if (client >= knownClients) continue;
      const word = (slots[row] ?? 0) * seenWords + (client >>> 5);
      seen[word] = (seen[word] ?? 0) | (1 << (client & 31));
    }
  }

  private addQuarters(since: Float64Array): void {
    const { intoQuarter } = this.format;
    for (let row = 0; row < since.length; row++) {
      const quarter = Math.floor((((since[row] ?? 0) + intoQuarter) * SECOND_MS) / QUARTER_MS);
      this.quarters[quarter] = (this.quarters[quarter] ?? 0) + 1;
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

function lookedUp({ keys, codes }: Coder, factors: ReadonlyMap<string, number>): LookedUp {
  const parts = new Float64Array(keys.length);
  const lists: (readonly [string, Uint16Array])[] = [];
  for (const [id, known] of codes) {
    const factor = factors.get(id);
    if (factor === undefined) {
      lists.push([id, known]);
      continue;
    }
    for (let number = 0; number < parts.length; number++)
      parts[number] = (parts[number] ?? 0) + (known[number] ?? 0) * factor;
  }
  return { numbers: keys, parts, lists };
}

/** Writes the codes of some numbers. */
function copyCodes(known: Uint16Array, numbers: Int32Array, codes: Uint16Array): void {
  for (let row = 0; row < numbers.length; row++) codes[row] = known[numbers[row] ?? 0] ?? 0;
}
