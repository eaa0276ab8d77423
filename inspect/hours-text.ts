import { hourText } from "../formats/hour";
import type { Partition } from "../formats/partition-layout";
import { counted } from "../terminal/quantities";

/** `2026-11-23T07`, or `3 hours, 2026-11-23T05 to 2026-11-23T09` */
export function hoursText(partitions: readonly Partition[]): string {
  const { from, to } = ends(partitions);
  return partitions.length === 1 ? from : `${counted(partitions.length, "hour")}, ${from} to ${to}`;
}

/** The first and the last hour, as `backfill` takes them. */
export function ends(partitions: readonly Partition[]): { readonly from: string; readonly to: string } {
  const hours = partitions.map(({ hour }) => hour).sort((a, b) => a - b);
  const text = (index: number) => {
    const hour = hours.at(index);
    return hour === undefined ? "" : hourText(hour);
  };
  return { from: text(0), to: text(-1) };
}
