import { addHours, hourOf, partitionValuesOf } from "../formats/hour";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../formats/time";

/** The range of a question in milliseconds since 1970: from `from` until before `until`. */
export interface Range {
  readonly from: number;
  readonly until: number;
}

/** An instant: a day, an hour, a minute or a second, by the number of its parts. */
const INSTANT = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2})(?::(\d{2})(?::(\d{2}))?)?)?Z?$/;

/** All days that a partition can have. */
export const ALL_TIME: Range = { from: 0, until: Date.UTC(10_000, 0, 1) };

/** The hour of the given time and the 24 hours before it: complete hours, so that the SQL stays the same for a while. */
export const lastDay = (now: Date): Range => ({
  from: addHours(hourOf(now), -24),
  until: addHours(hourOf(now), 1),
});

/**
 * Reads a range whose ends are days, hours, minutes or seconds in UTC, e.g. `2026-11-23`, `2026-11-23T07` or
 * `2026-11-23T07:30`. The range includes both ends completely.
 *
 * @param to default: no end
 * @throws Error that names the end and its problem
 */
export function parseRange(from: string, to: string | undefined): Range {
  const range = {
    from: readEnd("from", from).start,
    until: to === undefined ? ALL_TIME.until : readEnd("to", to).end,
  };
  if (range.until > range.from) return range;
  throw new Error(`--to is before --from: from ${from} to ${to}`);
}

function readEnd(name: string, text: string): { readonly start: number; readonly end: number } {
  const [, day, hour, minute, second] = INSTANT.exec(text) ?? [];
  const written = `${day}T${hour ?? "00"}:${minute ?? "00"}:${second ?? "00"}`;
  const start = Date.parse(`${written}.000Z`);
  if (Number.isNaN(start) || !new Date(start).toISOString().startsWith(written)) {
    throw new Error(
      `"${name}" must be a valid time in UTC: YYYY-MM-DD, YYYY-MM-DDTHH or YYYY-MM-DDTHH:MM, got "${text}"`,
    );
  }
  const length = second ? SECOND_MS : minute ? MINUTE_MS : hour ? HOUR_MS : DAY_MS;
  return { start, end: start + length };
}

export const weekBefore = ({ from, until }: Range): Range => ({
  from: from - 7 * DAY_MS,
  until: until - 7 * DAY_MS,
});

/** First and last day of a range, in the form of `dt`. */
export const daysOf = ({ from, until }: Range): { readonly first: string; readonly last: string } => ({
  first: partitionValuesOf(hourOf(from)).dt,
  last: partitionValuesOf(hourOf(until - 1)).dt,
});

/** True for the first instant of a day. */
export const isMidnight = (instant: number): boolean => instant % DAY_MS === 0;
