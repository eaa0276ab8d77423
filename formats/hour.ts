import { rememberLast } from "./remember-last";
import { HOUR_MS } from "./time";

declare const hourBrand: unique symbol;

/** One UTC hour: the milliseconds since 1970 at which it starts. Made only by the functions of this file. */
export type Hour = number & { readonly [hourBrand]: true };

const HOUR_TEXT = /^\d{4}-\d{2}-\d{2}T\d{2}$/;

/** The hour that contains an instant. */
export const hourOf = (instant: Date | number): Hour =>
  (Math.floor(Number(instant) / HOUR_MS) * HOUR_MS) as Hour;

export const addHours = (hour: Hour, hours: number): Hour => (hour + hours * HOUR_MS) as Hour;

/** The hours from `first` to `last`, both included; empty when `last` is earlier. */
export const hoursFrom = (first: Hour, last: Hour): Hour[] =>
  Array.from({ length: Math.max(0, (last - first) / HOUR_MS + 1) }, (_, index) => addHours(first, index));

/** The values of the partition keys, e.g. `{ dt: "2026-11-23", hour: "07" }`. */
export const partitionValuesOf = rememberLast(
  (hour: Hour): { readonly dt: string; readonly hour: string } => {
    const text = new Date(hour).toISOString();
    return { dt: text.slice(0, 10), hour: text.slice(11, 13) };
  },
);

/**
 * Reads `YYYY-MM-DDTHH` (UTC).
 *
 * @returns `undefined` if the text has another form or the hour does not exist, e.g. 2026-02-30T00
 */
export const parseHour = rememberLast((text: string): Hour | undefined => {
  if (!HOUR_TEXT.test(text)) return undefined;
  const instant = Date.parse(`${text}:00:00.000Z`);
  const exists = !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(text);
  return exists ? hourOf(instant) : undefined;
});

/** `YYYY-MM-DDTHH`, the form that `parseHour` reads. */
export const hourText = (hour: Hour): string => new Date(hour).toISOString().slice(0, 13);
