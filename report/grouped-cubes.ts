import { setImmediate } from "node:timers/promises";
import type { CubePlan } from "./cube-plans";
import { GrowingCube } from "./growing-cube";
import { type DividedBy, GroupDivider } from "./listed-rows";
import type { Cube } from "./model";
import type { RowGroups, Rows } from "./row-groups";

/** The cubes of all plans. Rows with the same codes are added up before they are added to each cube. */
export class GroupedCubes {
  private readonly growing: readonly GrowingCube[];
  /** The cubes of no list, and those of each. */
  private readonly main: readonly GrowingCube[];
  private readonly listed: readonly { readonly by: DividedBy; readonly cubes: readonly GrowingCube[] }[];
  private readonly divider = new GroupDivider();

  /** @param sizes number of codes of each key and list by its id */
  constructor(plans: readonly CubePlan[], sizes: ReadonlyMap<string, number>) {
    this.growing = plans.map((plan) => new GrowingCube(plan, sizes));
    const cubesOf = (list: string | undefined) =>
      this.growing.filter((_, index) => plans[index]?.list === list);
    this.main = cubesOf(undefined);
    const lists = new Map(
      plans.flatMap(({ list, measures }) => (list === undefined ? [] : [[list, measures]])),
    );
    this.listed = [...lists].map(([list, measures]) => ({
      by: { list, size: sizes.get(list) ?? 1, measures: measures.map(({ id }) => id) },
      cubes: cubesOf(list),
    }));
  }

  /**
   * Adds rows, a cube at a time: in between, others have a turn.
   *
   * @param groups of the rows
   */
  async add(rows: Rows, groups: RowGroups): Promise<void> {
    const known = new Map<string, Float64Array>();
    for (const cube of this.main) {
      await setImmediate();
      cube.add(groups, undefined, known);
    }
    for (const { by, cubes } of this.listed) {
      await setImmediate();
      const listed = this.divider.divide(rows, groups, by);
      for (const cube of cubes) cube.add(groups, listed, known);
    }
  }

  /** The cubes of each plan. */
  cubes(): readonly (readonly Cube[])[] {
    return this.growing.map((cube) => cube.cubes());
  }
}
