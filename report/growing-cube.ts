import type { CubePlan } from "./cube-plans";
import { coarser, cubeOf, factorsOf, type KeyedSums } from "./keyed-sums";
import { type Cube, type CubeShape, TIME, VALUE } from "./model";
import { Sums } from "./sums";

/** Columns of some rows: the codes of each dimension, list and the time, and the measures, by their ids. */
export type CodedColumns = ReadonlyMap<string, Float64Array>;

/** The cube of a plan while rows are added: as soon as it has too many rows, it gets the next, coarser shape. */
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

  /** @param known keys without a list's value that other cubes need, too */
  add(columns: CodedColumns, known: Map<string, Float64Array>): void {
    if (this.from === undefined) return;
    const { shape, sizes, measures, sums } = this.from;
    const values = measures.map((id) => columns.get(id) ?? new Float64Array());
    const name = `${shape.slots} ${shape.keys.filter((key) => key !== VALUE).join()}`;
    const others = known.get(name) ?? packed(columns, shape, sizes);
    known.set(name, others);
    const { list } = this.plan;
    const codes = list === undefined ? undefined : columns.get(list);
    // "(other)", which is what the listed values leave of all, has code 0.
    sums.add(others, values, codes && { codes, factor: factorsOf(sizes)[0] ?? 1 });
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

/** The keys of the rows without a list's value. */
function packed(columns: CodedColumns, { keys, slots }: CubeShape, sizes: readonly number[]): Float64Array {
  const rows = columns.get(TIME)?.length ?? 0;
  const packedKeys = new Float64Array(rows);
  const factors = factorsOf(sizes);
  keys.forEach((key, index) => {
    const codes = columns.get(key);
    if (codes === undefined) return;
    const [factor, merged] = [factors[index] ?? 1, key === TIME ? slots : 1];
    for (let row = 0; row < rows; row++)
      packedKeys[row] = (packedKeys[row] ?? 0) + Math.floor((codes[row] ?? 0) / merged) * factor;
  });
  return packedKeys;
}
