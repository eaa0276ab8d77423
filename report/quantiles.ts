import { QUANTILES } from "./model";
import { enlarged } from "./sums";

/** p50, p95 and p99. */
export type ExactQuantiles = readonly [number, number, number];

/** Times that were collected one by one, each with its slot and its path. */
export class Times {
  private values = new Float64Array(4096);
  private slots = new Uint16Array(4096);
  private paths = new Uint16Array(4096);
  private length = 0;

  add(value: number, slot: number, path: number): void {
    if (this.length === this.values.length) {
      this.values = enlarged(this.values, this.length * 2);
      this.slots = enlargedCodes(this.slots, this.length * 2);
      this.paths = enlargedCodes(this.paths, this.length * 2);
    }
    this.slots[this.length] = slot;
    this.paths[this.length] = path;
    this.values[this.length++] = value;
  }

  /** Quantiles of all values; `undefined` without any. */
  all(): ExactQuantiles | undefined {
    return quantilesOf(this.values.slice(0, this.length));
  }

  bySlot(): ReadonlyMap<number, Grouped> {
    return this.by(this.slots);
  }

  byPath(): ReadonlyMap<number, Grouped> {
    return this.by(this.paths);
  }

  private by(groups: Uint16Array): ReadonlyMap<number, Grouped> {
    const counts = new Uint32Array(0x10000);
    for (let at = 0; at < this.length; at++) {
      const group = groups[at] ?? 0;
      counts[group] = (counts[group] ?? 0) + 1;
    }
    const own = Array.from(counts, (count) => new Float64Array(count));
    counts.fill(0);
    for (let at = 0; at < this.length; at++) {
      const group = groups[at] ?? 0;
      const place = counts[group] ?? 0;
      counts[group] = place + 1;
      const values = own[group];
      if (values) values[place] = this.values[at] ?? 0;
    }
    return new Map(
      own.flatMap((values, group) => {
        const quantiles = quantilesOf(values);
        return quantiles ? [[group, { count: values.length, quantiles }] as const] : [];
      }),
    );
  }
}

/** Number and quantiles of a group. */
export interface Grouped {
  readonly count: number;
  readonly quantiles: ExactQuantiles;
}

function enlargedCodes(codes: Uint16Array, length: number): Uint16Array<ArrayBuffer> {
  const larger = new Uint16Array(length);
  larger.set(codes);
  return larger;
}

/** Exact quantiles, interpolated as DuckDB's `quantile_cont` does. Sorts the values. */
function quantilesOf(values: Float64Array): ExactQuantiles | undefined {
  if (values.length === 0) return undefined;
  values.sort();
  const [p50 = 0, p95 = 0, p99 = 0] = QUANTILES.map((part) => {
    const place = part * (values.length - 1);
    const low = values[Math.floor(place)] ?? 0;
    const high = values[Math.ceil(place)] ?? 0;
    const share = place - Math.floor(place);
    return low * (1 - share) + high * share;
  });
  return [p50, p95, p99];
}
