import { exactCube, measureOf, sumBy } from "../cube";
import { type TableReport, TIME } from "../model";
import { applied, type State } from "./state";
import type { Slots } from "./time-labels";

/** Requests of each slot by status class. */
export interface OverTime {
  readonly slots: number;
  readonly statuses: readonly string[];
  /** By slot of the cube, then by status. */
  readonly counts: readonly (readonly number[])[];
  /** Bytes. */
  readonly sent: readonly number[];
  readonly averages: readonly (number | null)[];
  readonly firstSlot: number;
}

/** @returns `undefined` if the sums do not answer it */
export function overTime(table: TableReport, state: State): OverTime | undefined {
  const { selection, isUnknown } = applied(table, state);
  const cube = isUnknown ? undefined : exactCube(table.cubes, [TIME, "status"], selection);
  if (!cube) return undefined;
  const known = table.dimensions.find(({ id }) => id === "status")?.values ?? [];
  const statuses = [...known].sort();
  const places = known.map((status) => statuses.indexOf(status));
  const last = Math.ceil((table.until - table.from) / table.slotMs);
  const from = (selection.time?.from ?? 0) / cube.slots;
  const until = Math.ceil(Math.min(last, selection.time?.until ?? last) / cube.slots);
  const length = Math.max(0, until - from);
  const counts = Array.from({ length }, () => statuses.map(() => 0));
  const sent = Array<number>(length).fill(0);
  const timed = Array.from({ length }, () => ({ milliseconds: 0, requests: 0 }));
  for (const { codes, values } of sumBy(cube, selection, [TIME, "status"])) {
    const [slot = 0, status = 0] = codes;
    const row = counts[slot - from];
    const time = timed[slot - from];
    const place = places[status - 1];
    if (!row || !time || place === undefined) continue;
    const requests = measureOf(cube, values, "requests");
    row[place] = (row[place] ?? 0) + requests;
    sent[slot - from] = (sent[slot - from] ?? 0) + measureOf(cube, values, "sent");
    time.milliseconds += measureOf(cube, values, "milliseconds");
    time.requests += requests - measureOf(cube, values, "untimed");
  }
  return {
    slots: cube.slots,
    statuses,
    counts,
    sent,
    averages: timed.map(({ milliseconds, requests }) => (requests === 0 ? null : milliseconds / requests)),
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
