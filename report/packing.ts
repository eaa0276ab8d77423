/** Codes of several dimensions in one number of a row. */
export class Packing {
  private readonly places = new Map<string, { readonly factor: number; readonly next: number }>();

  /** @param sizes number of codes of each dimension, without 0 */
  constructor(
    readonly column: string,
    sizes: readonly (readonly [id: string, size: number])[],
  ) {
    let factor = 1;
    for (const [id, size] of sizes) {
      this.places.set(id, { factor, next: factor * (size + 1) });
      factor *= size + 1;
    }
  }

  /** The number of some codes. */
  pack(codes: readonly (readonly [id: string, sql: string])[]): string {
    const terms = codes.flatMap(([id, sql]) => {
      const place = this.places.get(id);
      return place ? [`coalesce(${sql}, 0) * CAST(${place.factor} AS bigint)`] : [];
    });
    return terms.join(" + ") || "CAST(0 AS bigint)";
  }

  /** What of the number depends on one dimension. */
  part(id: string): string {
    const { factor = 1, next = 1 } = this.places.get(id) ?? {};
    return factor === 1
      ? `${this.column} % ${next}`
      : `(${this.column} % ${next} - ${this.column} % ${factor})`;
  }

  /** What of the number depends on the first dimensions, until one. */
  until(id: string): string {
    return `${this.column} % ${this.places.get(id)?.next ?? 1}`;
  }

  /** The code of one dimension. The number is divided without a rest, on engines with and without whole division. */
  code(id: string): string {
    return `CAST(${this.part(id)} / ${this.places.get(id)?.factor ?? 1} AS smallint)`;
  }
}

/** How the codes of a table are packed. */
export interface Packings {
  readonly dimensions: Packing;
  readonly lists: Packing;
}
