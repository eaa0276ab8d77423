import { hourText } from "../../formats/hour";
import type { Partition } from "../../formats/partition-layout";

const number = new Intl.NumberFormat("en-US");
export const count = (value: number): string => number.format(value);

/** `1 file`, `1,200 files` */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

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

const UNITS = [
  { name: "d", ms: 86_400_000, from: 2 * 86_400_000 },
  { name: "h", ms: 3_600_000, from: 2 * 3_600_000 },
  { name: "min", ms: 60_000, from: 60_000 },
  { name: "s", ms: 1_000, from: 0 },
] as const;

/** How long something takes or is ago, in at most six characters: `45 s`, `90 min`, `5 h`, `12 d`. */
export function age(milliseconds: number): string {
  const positive = Math.max(0, milliseconds);
  const unit = UNITS.find(({ from }) => positive >= from) ?? UNITS[3];
  return `${Math.floor(positive / unit.ms)} ${unit.name}`;
}

const SIZES = ["", "k", "M", "G", "T"] as const;

/** A count in at most six characters: `12,345`, `1.2M`. */
export function compact(value: number): string {
  if (value < 100_000) return count(value);
  const power = Math.min(SIZES.length - 1, Math.floor(Math.log10(value) / 3));
  return `${(value / 1000 ** power).toFixed(1)}${SIZES[power]}`;
}

/** Bytes in decimal units: `1.2 GB`. */
export const bytes = (value: number): string => {
  const power = value < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(value) / 3));
  return `${(value / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${["B", "kB", "MB", "GB", "TB"][power]}`;
};
