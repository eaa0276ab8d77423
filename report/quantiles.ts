import { QUANTILES, TIME } from "./model";
import { Numbering } from "./numbering";
import type { Rows } from "./row-groups";
import { Sums } from "./sums";

/** p50, p95 and p99. */
export type ExactQuantiles = readonly [number, number, number];

/** Number and quantiles of a group. */
export interface Grouped {
  readonly count: number;
  readonly quantiles: ExactQuantiles;
}

/** Times of requests, counted by slot and by path: logs round them, so that there are few different times. */
export class Times {
  private readonly different = new Numbering();
  private readonly slots: TimeCounts;
  private readonly paths: TimeCounts;

  /** @param slots, paths numbers of slots and of codes of paths */
  constructor(slots: number, paths: number) {
    this.slots = { groups: slots, counts: new Sums(1) };
    this.paths = { groups: paths, counts: new Sums(1) };
  }

  add({ codes, seconds, length }: Rows): void {
    const [slots, paths] = [codes.get(TIME), codes.get("path")];
    const [bySlot, byPath] = [new Float64Array(length), new Float64Array(length)];
    let timed = 0;
    for (let row = 0; row < length; row++) {
      const time = seconds[row] ?? -1;
      if (time < 0) continue;
      const number = this.different.number(time);
      bySlot[timed] = number * this.slots.groups + (slots?.[row] ?? 0);
      byPath[timed++] = number * this.paths.groups + (paths?.[row] ?? 0);
    }
    const ones = new Float64Array(timed).fill(1);
    this.slots.counts.add(bySlot.subarray(0, timed), [ones]);
    this.paths.counts.add(byPath.subarray(0, timed), [ones]);
  }

  /** Quantiles of all times; `undefined` without any. */
  all(): ExactQuantiles | undefined {
    const { groups, counts } = this.slots;
    const keys = new Float64Array(counts.length).map((_, place) => Math.floor(counts.key(place) / groups));
    const all = new Sums(1);
    all.add(keys, [counts.column(0, 0, counts.length)]);
    return quantilesBy({ groups: 1, counts: all }, this.different).get(0)?.quantiles;
  }

  bySlot(): ReadonlyMap<number, Grouped> {
    return quantilesBy(this.slots, this.different);
  }

  byPath(): ReadonlyMap<number, Grouped> {
    return quantilesBy(this.paths, this.different);
  }
}

/** Numbers of requests by their group and their time. A key is the number of the time, times `groups`, plus the group. */
interface TimeCounts {
  readonly groups: number;
  readonly counts: Sums;
}

function quantilesBy({ groups, counts }: TimeCounts, different: Numbering): ReadonlyMap<number, Grouped> {
  const byGroup = new Map<number, number[]>();
  for (let place = 0; place < counts.length; place++) {
    const key = counts.key(place);
    const times = byGroup.get(key % groups) ?? [];
    byGroup.set(key % groups, times);
    times.push(different.key(Math.floor(key / groups)));
  }
  return new Map(
    [...byGroup].map(([group, unsorted]) => {
      const times = Float64Array.from(unsorted).sort();
      const numbers = times.map((time) => counts.sumOf(different.number(time) * groups + group, 0));
      return [group, groupedOf(times, numbers)];
    }),
  );
}

/** Exact quantiles, interpolated as DuckDB's `quantile_cont` does. @param times in their order, each with its number of requests */
function groupedOf(times: Float64Array, numbers: Float64Array): Grouped {
  let count = 0;
  const ends = numbers.map((number) => (count += number));
  const at = (place: number) => times[ends.findIndex((end) => end > place)] ?? 0;
  const [p50 = 0, p95 = 0, p99 = 0] = QUANTILES.map((part) => {
    const place = part * (count - 1);
    const share = place - Math.floor(place);
    return at(Math.floor(place)) * (1 - share) + at(Math.ceil(place)) * share;
  });
  return { count, quantiles: [p50, p95, p99] };
}
