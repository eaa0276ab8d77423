import { sum } from "../../terminal/quantities";
import { exactCube, measureOf, type Sum, sumBy } from "../cube";
import { type TableReport, TIME } from "../model";
import { type Figures, figuresOf } from "./figures";
import { applied, type State } from "./state";
import type { Slots } from "./time-labels";

/** Requests of each slot by status class. */
export interface OverTime {
  readonly slots: number;
  readonly statuses: readonly string[];
  /** By slot of the cube, then by status. */
  readonly counts: readonly (readonly number[])[];
  /** By slot of the cube. */
  readonly figures: readonly Figures[];
  readonly firstSlot: number;
}

/** @returns `undefined` if the sums do not answer it */
export function overTime(table: TableReport, state: State): OverTime | undefined {
  const { selection, unknown } = applied(table, state);
  const cube = unknown.length > 0 ? undefined : exactCube(table.cubes, [TIME, "status"], selection);
  if (!cube) return undefined;
  const known = table.dimensions.find(({ id }) => id === "status")?.values ?? [];
  const statuses = [...known].sort();
  const places = known.map((status) => statuses.indexOf(status));
  const last = Math.ceil((table.until - table.from) / table.slotMs);
  const from = (selection.time?.from ?? 0) / cube.slots;
  const until = Math.ceil(Math.min(last, selection.time?.until ?? last) / cube.slots);
  const length = Math.max(0, until - from);
  const counts = Array.from({ length }, () => statuses.map(() => 0));
  const sums = Array.from({ length }, (): Sum[] => []);
  for (const sum of sumBy(cube, selection, [TIME, "status"])) {
    const [slot = 0, status = 0] = sum.codes;
    const row = counts[slot - from];
    const place = places[status - 1];
    if (!row || place === undefined) continue;
    row[place] = (row[place] ?? 0) + measureOf(cube, sum.values, "requests");
    sums[slot - from]?.push(sum);
  }
  return {
    slots: cube.slots,
    statuses,
    counts,
    figures: sums.map((one) => figuresOf(table, cube, one)),
    firstSlot: from,
  };
}

/** The time at which a slot begins, in milliseconds. */
export const slotStart = (table: TableReport, { slots, firstSlot }: OverTime, index: number): number =>
  table.from + (firstSlot + index) * slots * table.slotMs;

export const slotsOf = (table: TableReport, over: OverTime): Slots => ({
  count: over.counts.length,
  from: slotStart(table, over, 0),
  slotMs: over.slots * table.slotMs,
});

/** The classes of errors whose share of the requests is shown: those that the table has, unless only some classes are chosen. */
export const errorClasses = ({ statuses }: OverTime, { filters }: State): readonly string[] =>
  filters.has("status") ? [] : statuses.filter((status) => status === "4xx" || status === "5xx");

/** The share of a status class in the requests of each step, in percent; `null` without requests. */
export const sharesOf = ({ counts, statuses }: OverTime, status: string): (number | null)[] =>
  counts.map((ofStep) => {
    const requests = sum(ofStep);
    return requests === 0 ? null : (100 * (ofStep[statuses.indexOf(status)] ?? 0)) / requests;
  });
