import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../formats/time";
import { byteText, counted } from "../../terminal/quantities";
import { MAX_VALUE } from "../model";
import { visible } from "./node";

/** How a column of a panel is written. */
export type Kind = "text" | "count" | "bytes" | "percent" | "milliseconds";

export type Value = string | number | null;

const NUMBERS = new Intl.NumberFormat("en-US");

/** `12,345`; with one format for all, as the page writes thousands of numbers. */
const count = (value: number): string => NUMBERS.format(value);

export const NOTHING = "–";

/** A value for people. */
export function valueText(value: Value, kind: Kind): string {
  if (value === null) return NOTHING;
  if (typeof value === "string") return value === "" ? "(none)" : cut(visible(value), value.length);
  switch (kind) {
    case "bytes":
      return byteText(value);
    case "percent":
      return `${value > 0 && value < 0.05 ? "<0.1" : value.toFixed(1)} %`;
    case "milliseconds":
      return durationText(value);
    default:
      return count(value);
  }
}

const UNIT_NAMES: Partial<Record<Kind, string>> = { bytes: "bytes", percent: "%", milliseconds: "ms" };

/** The name of a column of numbers without units: `Sent (bytes)`, and `5xx %`, which has its unit. */
export function nameWithUnit(label: string, kind: Kind): string {
  const unit = UNIT_NAMES[kind];
  return unit === undefined || label.endsWith(unit) ? label : `${label} (${unit})`;
}

/** Longer values were cut when they were counted. */
const cut = (text: string, length: number): string => (length === MAX_VALUE ? `${text}…` : text);

/** `48 ms`, `1.25 s`, `3 min 20 s` */
export function durationText(milliseconds: number): string {
  if (milliseconds === 0) return "0 ms";
  if (milliseconds >= HOUR_MS)
    return `${Math.floor(milliseconds / HOUR_MS)} h ${Math.floor((milliseconds % HOUR_MS) / MINUTE_MS)} min`;
  if (milliseconds >= 2 * MINUTE_MS)
    return `${Math.floor(milliseconds / MINUTE_MS)} min ${Math.floor((milliseconds % MINUTE_MS) / 1000)} s`;
  if (milliseconds >= 10_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(2)} s`;
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}

const UNITS = [
  [DAY_MS, "day"],
  [HOUR_MS, "hour"],
  [MINUTE_MS, "minute"],
] as const;

/** `15 minutes` */
export function stepText(milliseconds: number): string {
  const [length, unit] = UNITS.find(([one]) => milliseconds >= one) ?? [MINUTE_MS, "minute"];
  return counted(milliseconds / length, unit);
}

/** `1.2 M`; small numbers in full. */
export function shortCount(value: number): string {
  if (value < 100_000) return count(value);
  const [factor, unit] = value < 1e6 ? [1e3, "k"] : value < 1e9 ? [1e6, "M"] : [1e9, "G"];
  const short = value / factor;
  return `${short < 100 ? short.toFixed(1) : Math.round(short)} ${unit}`;
}

/** Change against the period before: `+12 % against the period before`. */
export function changeText(now: number, before: number): string {
  if (before === 0) return `${now === 0 ? "none, as" : "none"} in the period before`;
  const percent = (100 * (now - before)) / before;
  return `${percent >= 0 ? "+" : "−"}${Math.abs(percent).toFixed(Math.abs(percent) < 10 ? 1 : 0)} % against the period before`;
}

/** Change of a share in percent: `+0.3 points against 3.9 % in the period before`. */
export function pointsText(now: number, before: number): string {
  const points = now - before;
  const size = Math.abs(points).toFixed(Math.abs(points) < 0.1 ? 2 : 1);
  return `${points >= 0 ? "+" : "−"}${size} points against ${valueText(before, "percent")} in the period before`;
}

/** A cell of CSV. A leading character that starts a formula in a spreadsheet is made text with an apostrophe. */
export function csvCell(value: Value): string {
  const text = value === null ? "" : String(value);
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
