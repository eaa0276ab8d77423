import { setImmediate } from "node:timers/promises";
import type { CubePlan } from "./cube-plans";
import { MEASURES_OF_TIME } from "./measures-of-time";
import { type Cube, type CubeShape, type MeasureId, QUANTILES, TIME, VALUE } from "./model";
import { newTallyProgram } from "./tally-program";

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
  /** What each source has codes of. */
  readonly sources: readonly (readonly string[])[];
}

/** Number and quantiles of some times. */
export interface Grouped {
  readonly count: number;
  readonly quantiles: readonly [number, number, number];
}

/** Quantiles of the times: of all, of each slot, and of each code of a path. */
export interface Times {
  readonly all: Grouped | undefined;
  readonly bySlot: readonly (Grouped | undefined)[];
  readonly byPath: readonly (Grouped | undefined)[];
}

/** Cubes that are added up in one turn, and the list that they are about. */
interface Turn {
  readonly list: string | undefined;
  readonly cubes: readonly number[];
}

const NO_CAP = 0xffff;
const BYTES = Float64Array.BYTES_PER_ELEMENT;

/** Everything that is counted of the rows of a table, in one pass over their numbers. The work is done in WebAssembly. */
export class Tally {
  private readonly program = newTallyProgram();
  private readonly columns: readonly string[];
  /** Lists that rows are not grouped by. */
  private readonly lists: readonly string[];
  private readonly sizes: ReadonlyMap<string, number>;
  private readonly sources: readonly number[];
  /** The cube of each plan. */
  private readonly growing: readonly number[];
  private readonly turns: readonly Turn[];
  /** Shapes by their texts: cubes have many in common. */
  private readonly shapes = new Map<string, number>();

  constructor(
    private readonly format: RowFormat,
    private readonly plans: readonly CubePlan[],
  ) {
    const { program } = this;
    const { slotMs, slots, intoQuarter, keys, measures, sizes, sources } = format;
    this.sizes = new Map([...sizes, [TIME, slots]]);
    this.columns = [TIME, ...keys];
    this.lists = [...sizes.keys()].filter((id) => !keys.includes(id));
    for (const id of this.columns) program.addColumn(this.sizes.get(id) ?? 1);
    for (const id of measures) program.addMeasure(MEASURES_OF_TIME.get(id) ?? 0);
    program.setTime(slotMs / 1000, slots, intoQuarter);
    program.setPaths(this.columns.indexOf("path"), sizes.get("path") ?? 1);
    program.begin(this.lists.length);
    this.sources = sources.map((ids) => this.newSource(ids));
    this.growing = plans.map((plan) => this.newCube(plan));
    this.turns = this.turnsOf(plans);
  }

  private newSource(ids: readonly string[]): number {
    const source = this.program.newSource(ids.includes("client"));
    for (const id of ids) {
      if (this.columns.includes(id)) this.program.addCodes(source, this.columns.indexOf(id));
      else this.program.addListCodes(source, this.lists.indexOf(id));
    }
    return source;
  }

  private newCube({ list, shapes: [first, ...next], rows }: CubePlan): number {
    const isNested = next.every(({ caps }) => Object.keys(caps).length === 0);
    const cube = this.program.newCube(rows, isNested);
    for (const shape of [first, ...next]) this.program.addShape(cube, this.shapeOf(shape, list));
    return cube;
  }

  /** A shape without a list's value, which always is the first key. */
  private shapeOf(shape: CubeShape, list: string | undefined): number {
    const keys = shape.keys.filter((key) => key !== VALUE);
    const text = JSON.stringify([keys, shape.slots, shape.caps]);
    const known = this.shapes.get(text);
    if (known !== undefined) return known;
    const made = this.program.newShape();
    for (const key of keys) {
      const merged = key === TIME ? shape.slots : 1;
      const size = this.sizeOf(key, shape, list);
      this.program.addKey(made, this.columns.indexOf(key), size, merged, shape.caps[key] ?? NO_CAP);
    }
    this.shapes.set(text, made);
    return made;
  }

  /** Number of codes of a shape's key. */
  private sizeOf(key: string, { slots }: CubeShape, list: string | undefined): number {
    const size = this.sizes.get(key === VALUE ? (list ?? "") : key) ?? 1;
    return key === TIME ? Math.ceil(size / slots) : size;
  }

  private turnsOf(plans: readonly CubePlan[]): readonly Turn[] {
    const cubesOf = (list: string | undefined) =>
      this.growing.filter((_, index) => plans[index]?.list === list);
    const lists = new Set(plans.flatMap(({ list }) => list ?? []));
    return [
      ...cubesOf(undefined).map((cube) => ({ list: undefined, cubes: [cube] })),
      ...[...lists].map((list) => ({ list, cubes: cubesOf(list) })),
    ];
  }

  /** Forgets the combinations of a source. @param combinations number of those that come */
  clearSource(source: number, combinations: number): void {
    this.program.clearSource(this.sources[source] ?? 0, combinations);
  }

  /**
   * @param columns of some combinations of a source: their keys, and the codes of what it has
   * @returns number of the different keys
   */
  addCombinations(source: number, columns: readonly Float64Array[]): number {
    return this.program.addCombinations(this.sources[source] ?? 0, this.write(columns));
  }

  /**
   * @param columns of some rows: seconds since the start, the time or -1, the measures to read, and a key of each source. A
   * combination that is not known has code 0.
   */
  async add(columns: readonly Float64Array[]): Promise<void> {
    if (this.program.room() < (columns[0]?.length ?? 0)) await this.addBatch();
    const length = this.write(columns);
    this.program.add(length);
    for (const source of this.sources) this.program.addKeys(source, length);
  }

  /** Counts the rows that were added last, too. Others have a turn in between. */
  async addBatch(): Promise<void> {
    const { program } = this;
    program.groupRows();
    for (const { list, cubes } of this.turns) {
      await setImmediate();
      if (list === undefined) for (const cube of cubes) program.addGroups(cube);
      else {
        this.divide(list);
        for (const cube of cubes) program.addPlaces(cube);
      }
    }
  }

  private divide(list: string): void {
    const column = this.columns.indexOf(list);
    if (column >= 0) this.program.divideByColumn(column);
    else this.program.divide(this.lists.indexOf(list));
  }

  /** @returns number of the rows */
  private write(columns: readonly Float64Array[]): number {
    const length = columns[0]?.length ?? 0;
    const start = this.program.input(length * columns.length);
    const input = new Float64Array(this.program.memory.buffer, start, length * columns.length);
    columns.forEach((column, index) => {
      input.set(column, index * length);
    });
    return length;
  }

  /** The cubes of each plan: one, or none if no shape has few enough rows. */
  cubes(): readonly (readonly Cube[])[] {
    return this.plans.map((plan, index) => this.cubesOf(plan, this.growing[index] ?? 0));
  }

  /** The codes and the sums as columns, in the order of the keys. */
  private cubesOf({ list, shapes, measures: asked }: CubePlan, cube: number): readonly Cube[] {
    const { program } = this;
    const shape = shapes[program.shapeOf(cube)];
    if (shape === undefined) return [];
    const length = program.sumCount(cube);
    const keys = Float64Array.from({ length }, (_, number) => program.sumKey(cube, number)).sort();
    const sizes = shape.keys.map((key) => this.sizeOf(key, shape, list));
    const codes = factorsOf(sizes).map((factor, index) =>
      keys.map((key) => Math.floor(key / factor) % (sizes[index] ?? 1)),
    );
    const sums = keys.map((key) => program.sumsOf(cube, key) / BYTES);
    const memory = new Float64Array(program.memory.buffer);
    const measures = asked.map(({ id }) => id);
    const values = measures.map((id) => {
      const measure = this.format.measures.indexOf(id);
      return sums.map((at) => memory[at + measure] ?? 0);
    });
    return [{ ...shape, measures, length, columns: [...codes, ...values] }];
  }

  /** Number of different clients of each slot. */
  clients(): number[] {
    return Array.from({ length: this.format.slots }, (_, slot) => this.program.clientsOf(slot));
  }

  /** Requests by quarter of an hour, since the one in which the range starts. */
  quarters(): (readonly [quarter: number, requests: number])[] {
    const { program } = this;
    return Array.from(
      { length: program.quarterCount() },
      (_, number) => [program.quarter(number), program.quarterRequests(number)] as const,
    );
  }

  /** The quantiles of the rows' times. */
  times(): Times {
    const { program } = this;
    const different = new Float64Array(program.memory.buffer, program.timesStart(), program.timeCount());
    this.write([different.slice().sort()]);
    program.orderInput();
    const [slots, paths] = [this.format.slots, this.sizes.get("path") ?? 1];
    const of = (first: number, groups: number) =>
      Array.from({ length: groups }, (_, group) => this.timesOf(first + group));
    return { all: this.timesOf(0), bySlot: of(1, slots), byPath: of(1 + slots, paths) };
  }

  /** @returns `undefined` without times */
  private timesOf(group: number): Grouped | undefined {
    const count = this.program.readTimes(group);
    if (count === 0) return undefined;
    const [p50 = 0, p95 = 0, p99 = 0] = QUANTILES.map((part) => this.program.quantile(part));
    return { count, quantiles: [p50, p95, p99] };
  }
}

/** What the code of each key is multiplied by. */
function factorsOf(sizes: readonly number[]): readonly number[] {
  const factors = sizes.map(() => 1);
  for (let index = sizes.length - 2; index >= 0; index--)
    factors[index] = (factors[index + 1] ?? 1) * (sizes[index + 1] ?? 1);
  return factors;
}
