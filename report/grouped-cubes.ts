import type { CubePlan } from "./cube-plans";
import { GrowingCube } from "./growing-cube";
import type { Cube } from "./model";
import { GroupDivider, groupRows, type ListedRows, type Rows } from "./row-groups";

/** The cubes of all plans. Rows with the same codes are added up before they are added to each cube. */
export class GroupedCubes {
  private readonly growing: readonly {
    readonly list: string | undefined;
    readonly measures: readonly string[];
    readonly cube: GrowingCube;
  }[];
  private readonly divider = new GroupDivider();

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
  }

  add(rows: Rows): void {
    const groups = groupRows(rows, this.keys, this.sizes);
    const known = new Map<string, Float64Array>();
    const listed = new Map<string, ListedRows>();
    for (const { list, measures, cube } of this.growing) {
      if (list !== undefined && !listed.has(list))
        listed.set(
          list,
          this.divider.divide(rows, groups, { list, size: this.sizes.get(list) ?? 1, measures }),
        );
      cube.add(groups, listed.get(list ?? ""), known);
    }
  }

  /** The cubes of each plan. */
  cubes(): readonly (readonly Cube[])[] {
    return this.growing.map(({ cube }) => cube.cubes());
  }
}
