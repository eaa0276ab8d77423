/** Codes of several dimensions in one number of a row, a bigint of the engine. */
export class Packing {
  private readonly places = new Map<string, { readonly factor: bigint; readonly next: bigint }>();

  /** @param sizes number of codes of each dimension, without 0 */
  constructor(
    readonly column: string,
    sizes: readonly (readonly [id: string, size: number])[],
  ) {
    let factor = 1n;
    for (const [id, size] of sizes) {
      const next = factor * BigInt(size + 1);
      this.places.set(id, { factor, next });
      factor = next;
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
    const { factor = 1n, next = 1n } = this.places.get(id) ?? {};
    return factor === 1n
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
