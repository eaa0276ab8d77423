import { QUANTILES, TIME } from "./model";
import { enlarged, Numbering } from "./numbering";
import type { RowGroups } from "./row-groups";

/** p50, p95 and p99. */
export type ExactQuantiles = readonly [number, number, number];

/** Number and quantiles of a group. */
export interface Grouped {
  readonly count: number;
  readonly quantiles: ExactQuantiles;
}

/** Times of requests, counted by slot and by path: logs round times, so that there are few different times. */
export class Times {
  private readonly different = new Numbering();
  private readonly slots: TimeCounts;
  private readonly paths: TimeCounts;

  /** @param slots, paths numbers of slots and of codes of paths */
  constructor(slots: number, paths: number) {
    this.slots = new TimeCounts(slots);
    this.paths = new TimeCounts(paths);
  }

  /** @param seconds of rows; below 0 for those without a time */
  add(seconds: Float64Array, { columns, ofRows }: Pick<RowGroups, "columns" | "ofRows">): void {
    const [slots, paths] = [columns.get(TIME), columns.get("path")];
    const numbers = this.different.numbersOf(seconds);
    for (let row = 0; row < seconds.length; row++) {
      if ((seconds[row] ?? -1) < 0) continue;
      const [group, number] = [ofRows[row] ?? 0, numbers[row] ?? 0];
      this.slots.add(slots?.[group] ?? 0, number);
      this.paths.add(paths?.[group] ?? 0, number);
    }
  }

  /** Quantiles of all times; `undefined` without any. */
  all(): ExactQuantiles | undefined {
    const all = new TimeCounts(1);
    for (const counts of this.slots.groups)
      for (let time = 0; time < counts.length; time++) all.add(0, time, counts[time]);
    return this.quantilesBy(all).get(0)?.quantiles;
  }

  bySlot(): ReadonlyMap<number, Grouped> {
    return this.quantilesBy(this.slots);
  }

  byPath(): ReadonlyMap<number, Grouped> {
    return this.quantilesBy(this.paths);
  }

  /** Of the groups with times. */
  private quantilesBy({ groups }: TimeCounts): ReadonlyMap<number, Grouped> {
    const times = Float64Array.from({ length: this.different.length }, (_, number) =>
      this.different.key(number),
    ).sort();
    const numbers = this.different.numbersOf(times);
    return new Map(
      groups.flatMap((counts, group) =>
        counts.length === 0 ? [] : [[group, groupedOf(times, numbers, counts)]],
      ),
    );
  }
}

/** Numbers of requests by their group and the number of their time: frequent times come early and have low numbers. */
class TimeCounts {
  readonly groups: Float64Array[];

  constructor(groups: number) {
    this.groups = Array.from({ length: groups }, () => new Float64Array(0));
  }

  add(group: number, time: number, requests = 1): void {
    let counts = this.groups[group];
    if (counts === undefined) return;
    if (time >= counts.length) {
      counts = enlarged(counts, 2 * time + 1);
      this.groups[group] = counts;
    }
    counts[time] = (counts[time] ?? 0) + requests;
  }
}

/**
 * Exact quantiles, interpolated as DuckDB's `quantile_cont` does.
 *
 * @param times in their order, with the number of each
 * @param counts requests by the number of their time
 */
function groupedOf(times: Float64Array, numbers: Int32Array, counts: Float64Array): Grouped {
  let count = 0;
  const ends = Float64Array.from(numbers, (number) => (count += counts[number] ?? 0));
  const at = (place: number) => times[ends.findIndex((end) => end > place)] ?? 0;
  const [p50 = 0, p95 = 0, p99 = 0] = QUANTILES.map((part) => {
    const place = part * (count - 1);
    const share = place - Math.floor(place);
    return at(Math.floor(place)) * (1 - share) + at(Math.ceil(place)) * share;
  });
  return { count, quantiles: [p50, p95, p99] };
}
