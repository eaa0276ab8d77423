import type { CubePlan } from "./cube-plans";
import { coarser, cubeOf, factorsOf, type KeyedSums } from "./keyed-sums";
import type { ListedRows } from "./listed-rows";
import { type Cube, type CubeShape, TIME, VALUE } from "./model";
import type { RowGroups } from "./row-groups";
import { Sums } from "./sums";

const NONE = new Float64Array(0);

/** The cube of a plan while groups of rows are added: as soon as it has too many rows, it gets the next, coarser shape. */
export class GrowingCube {
  private from: KeyedSums | undefined;
  /** Shapes that come next. */
  private next: readonly CubeShape[];
  /** False if a shape cannot be made of the one before. */
  private readonly isNested: boolean;

  /** @param sizes number of codes of each dimension and list with 0, and of slots, by their ids */
  constructor(
    private readonly plan: CubePlan,
    sizes: ReadonlyMap<string, number>,
  ) {
    const [shape, ...next] = plan.shapes;
    const measures = plan.measures.map(({ id }) => id);
    this.next = next;
    this.isNested = next.every(({ caps }) => Object.keys(caps).length === 0);
    this.from = {
      shape,
      sizes: shape.keys.map((key) => sizes.get(this.idOf(key)) ?? 1),
      measures,
      sums: new Sums(measures.length),
    };
  }

  private idOf(key: string): string {
    return key === VALUE ? (this.plan.list ?? "") : key;
  }

  /**
   * @param listed the rows of the groups by the plan's list, if it has one; "(other)" is what they leave of all
   * @param known keys of the groups that other cubes need, too
   */
  add(
    { columns }: Pick<RowGroups, "columns">,
    listed: ListedRows | undefined,
    known: Map<string, Float64Array>,
  ): void {
    if (this.from === undefined) return;
    const { shape, sizes, measures, sums } = this.from;
    const name = `${shape.slots} ${shape.keys.filter((key) => key !== VALUE).join()}`;
    const groups = known.get(name) ?? packed(columns, shape, sizes);
    known.set(name, groups);
    const keys = listed ? listedKeys(groups, listed, factorsOf(sizes)[0] ?? 1) : groups;
    sums.add(
      keys,
      measures.map((id) => (listed?.columns ?? columns).get(id) ?? NONE),
    );
    if (this.isNested) this.shrink();
  }

  private shrink(): void {
    while (this.from && this.from.sums.length > this.plan.rows) {
      const [shape, ...next] = this.next;
      const made = shape && coarser(this.from, shape, this.plan.rows);
      this.next = next;
      // A shape that has too many rows, too, is left out.
      if (made || next.length === 0) this.from = made;
    }
  }

  /** With the first shape that has few enough rows; nothing without such a shape. */
  cubes(): readonly Cube[] {
    this.shrink();
    return this.from ? [cubeOf(this.from)] : [];
  }
}

/** The keys of groups without a list's value. */
function packed(
  columns: RowGroups["columns"],
  { keys, slots }: CubeShape,
  sizes: readonly number[],
): Float64Array {
  const packedKeys = new Float64Array(columns.get(TIME)?.length ?? 0);
  const factors = factorsOf(sizes);
  keys.forEach((key, index) => {
    const codes = columns.get(key);
    const [factor, merged] = [factors[index] ?? 1, key === TIME ? slots : 1];
    if (codes === undefined) return;
    for (let group = 0; group < packedKeys.length; group++) {
      const code = codes[group] ?? 0;
      packedKeys[group] =
        (packedKeys[group] ?? 0) + (merged === 1 ? code : Math.floor(code / merged)) * factor;
    }
  });
  return packedKeys;
}

function listedKeys(keys: Float64Array, { groups, codes }: ListedRows, factor: number): Float64Array {
  const own = new Float64Array(groups.length);
  for (let row = 0; row < own.length; row++)
    own[row] = (keys[groups[row] ?? 0] ?? 0) + (codes[row] ?? 0) * factor;
  return own;
}
