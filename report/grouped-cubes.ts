import type { CubePlan } from "./cube-plans";
import { GrowingCube } from "./growing-cube";
import type { Cube } from "./model";
import { groupRows, type ListedRows, listRows, type Rows } from "./row-groups";

/** Rows that are grouped together: so many that most have the codes of others, so few that a processor's cache holds them. */
const BATCH_ROWS = 1 << 14;

/** The cubes of all plans. Rows with the same codes are added up before they are added to each cube. */
export class GroupedCubes {
  private readonly growing: readonly {
    readonly list: string | undefined;
    readonly measures: readonly string[];
    readonly cube: GrowingCube;
  }[];
  /** Rows that are not in the cubes yet. */
  private readonly codes: ReadonlyMap<string, Uint16Array>;
  private readonly measures: ReadonlyMap<string, Float64Array>;
  private length = 0;

  /**
   * @param keys ids of the columns that the rows are grouped by
   * @param sizes number of codes of each key and list by its id
   */
  constructor(
    plans: readonly CubePlan[],
    private readonly keys: readonly string[],
    private readonly sizes: ReadonlyMap<string, number>,
  ) {
    this.growing = plans.map((plan) => ({
      list: plan.list,
      measures: plan.measures.map(({ id }) => id),
      cube: new GrowingCube(plan, sizes),
    }));
    const measures = this.growing.flatMap((one) => one.measures);
    this.codes = new Map([...sizes.keys()].map((id) => [id, new Uint16Array(BATCH_ROWS)]));
    this.measures = new Map(measures.map((id) => [id, new Float64Array(BATCH_ROWS)]));
  }

  /** @param rows not more than a batch */
  add(rows: Rows): void {
    if (this.length + rows.length > BATCH_ROWS) this.addBatch();
    for (const [id, codes] of rows.codes) this.codes.get(id)?.set(codes, this.length);
    for (const [id, values] of rows.measures) this.measures.get(id)?.set(values, this.length);
    this.length += rows.length;
  }

  private addBatch(): void {
    const rows = { codes: this.codes, measures: this.measures, length: this.length };
    this.length = 0;
    const groups = groupRows(rows, this.keys, this.sizes);
    const known = new Map<string, Float64Array>();
    const listed = new Map<string, ListedRows>();
    for (const { list, measures, cube } of this.growing) {
      if (list !== undefined && !listed.has(list))
        listed.set(list, listRows(rows, groups, { list, size: this.sizes.get(list) ?? 1, measures }));
      cube.add(groups, listed.get(list ?? ""), known);
    }
  }

  /** The cubes of each plan. */
  cubes(): readonly (readonly Cube[])[] {
    this.addBatch();
    return this.growing.map(({ cube }) => cube.cubes());
  }
}
