import { DAY_MS, HOUR_MS, MINUTE_MS } from "../formats/time";
import { inTimeZone, offsetAt } from "../formats/time-zone";
import type { Range } from "../questions/range";

/** The hours of a week are counted in quarters: the clocks of all time zones differ from UTC by whole ones. */
export const QUARTER_MS = 15 * MINUTE_MS;

/** Start of the quarter of an hour. */
export const quarterOf = (instant: number): number => Math.floor(instant / QUARTER_MS) * QUARTER_MS;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const format = formats.get(timeZone);
  if (format) return format;
  const made = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
  });
  formats.set(timeZone, made);
  return made;
}

export const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** Known parts: the format is slow, and a page writes the same times again and again. */
const known = new Map<string, Readonly<Record<string, string>>>();

function partsOf(instant: number, timeZone: string): Readonly<Record<string, string>> {
  const key = `${instant} ${timeZone}`;
  const parts =
    known.get(key) ??
    Object.fromEntries(
      formatOf(timeZone)
        .formatToParts(instant)
        .map(({ type, value }) => [type, value]),
    );
  known.set(key, parts);
  return parts;
}

/** Hour of the week, 0 to 167, from Monday 0:00. */
export function hourOfWeek(instant: number, timeZone: string): number {
  const { weekday = "", hour } = partsOf(instant, timeZone);
  return WEEKDAYS.indexOf(weekday) * 24 + Number(hour);
}

/** Number of days of the range, whole or in part, by day of the week from Monday. */
export function daysOfWeek({ from, until }: Range, timeZone: string): number[] {
  const [first = 0, last = 0] = [from, until - 1].map((instant) => daysSinceMonday(instant, timeZone));
  return WEEKDAYS.map((_, day) => Math.floor((last - day) / 7) - Math.floor((first - 1 - day) / 7));
}

/** Days since a Monday: the first day of 1970 was a Thursday. */
const daysSinceMonday = (instant: number, timeZone: string): number =>
  Date.parse(dayText(instant, timeZone)) / DAY_MS + 3;

/** `2026-11-23` */
export function dayText(instant: number, timeZone: string): string {
  const { year, month, day } = partsOf(instant, timeZone);
  return `${year}-${month}-${day}`;
}

/** `07:05` */
export function clockText(instant: number, timeZone: string): string {
  const { hour, minute } = partsOf(instant, timeZone);
  return `${hour}:${minute}`;
}

/** `2026-11-23 07:05`, and `2026-10-25 02:05 +01:00` where the clocks show a time twice */
export function timeText(instant: number, timeZone: string): string {
  const text = (at: number) => `${dayText(at, timeZone)} ${clockText(at, timeZone)}`;
  const shown = text(instant);
  const isTwice = [-HOUR_MS, HOUR_MS].some((away) => text(instant + away) === shown);
  return isTwice ? `${shown} ${offsetText(instant, timeZone)}` : shown;
}

/** `2026-11-23 07:05:12` */
export const secondText = (instant: number, timeZone: string): string =>
  timeText(instant, timeZone).replace(
    /:\d\d(?= |$)/,
    (minutes) => `${minutes}:${pad(Math.floor(instant / 1000) % 60)}`,
  );

const pad = (value: number): string => String(value).padStart(2, "0");

/** `+02:00` */
const offsetText = (instant: number, timeZone: string): string =>
  inTimeZone(new Date(instant).toISOString(), timeZone).slice(-"+02:00".length);

/** Known changes: each panel of a table asks for the same. */
const knownChanges = new Map<string, readonly number[]>();

/** The instants of a range at which the zone's clocks are moved. */
export function clockChanges(range: Range, timeZone: string): readonly number[] {
  const key = `${range.from} ${range.until} ${timeZone}`;
  const changes = knownChanges.get(key) ?? changesIn(range, timeZone);
  knownChanges.set(key, changes);
  return changes;
}

/** Clocks are moved at most once a day, at a quarter of an hour. */
function changesIn({ from, until }: Range, timeZone: string): number[] {
  const changes: number[] = [];
  for (let start = quarterOf(from); start < until; start += DAY_MS) {
    const end = Math.min(start + DAY_MS, until);
    const offset = offsetAt(start, timeZone);
    if (offsetAt(end, timeZone) === offset) continue;
    let change = start + QUARTER_MS;
    while (offsetAt(change, timeZone) === offset) change += QUARTER_MS;
    changes.push(change);
  }
  return changes;
}
