import { addHours, hourOf, partitionValuesOf } from "../formats/hour";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../formats/time";
import { firstInstantOf, lastInstantOf, offsetAt } from "../formats/time-zone";

/** The range of a question in milliseconds since 1970: from `from` until before `until`. */
export interface Range {
  readonly from: number;
  readonly until: number;
}

/** All days that a partition can have. */
export const ALL_TIME: Range = { from: 0, until: Date.UTC(10_000, 0, 1) };

/** The hour of the given time and the 24 hours before it: complete hours, so that the SQL stays the same for a while. */
export const lastDay = (now: Date): Range => ({
  from: addHours(hourOf(now), -24),
  until: addHours(hourOf(now), 1),
});

/** How the ends of a range are read. */
export interface RangeOptions {
  /**
   * Time zone of days and clock times, by its IANA name.
   *
   * @default UTC
   */
  readonly timeZone?: string | undefined;
  /** @default - the machine's time */
  readonly now?: Date;
}

/** The forms of a range's ends, for help texts. */
export const RANGE_FORMS = "2026-11-23, 2026-11-23T07, 2026-11-23T07:30, today, yesterday, -24h, -7d";

/**
 * Reads a range whose ends are days, hours, minutes or seconds, e.g. `2026-11-23`, `2026-11-23T07:30` or `yesterday`,
 * or a time before now, e.g. `-24h`. The range includes both ends completely.
 *
 * @param from default: no start
 * @param to default: no end
 * @throws Error that names the end and its problem
 */
export function parseRange(
  from: string | undefined,
  to: string | undefined,
  options: RangeOptions = {},
): Range {
  const range = {
    from: from === undefined ? ALL_TIME.from : readEnd("from", from, options).start,
    until: to === undefined ? ALL_TIME.until : readEnd("to", to, options).end,
  };
  if (range.until > range.from) return range;
  if (range.until === range.from && from !== undefined) {
    throw new Error(
      `there is no time from ${from} to ${to} on the clocks of ${options.timeZone ?? UTC}: choose a longer range`,
    );
  }
  throw new Error(
    from === undefined
      ? `"to" must be in 1970 or later, got "${to}"`
      : `--to is before --from: from ${from} to ${to}`,
  );
}

interface End {
  readonly start: number;
  readonly end: number;
}

function readEnd(name: string, text: string, options: RangeOptions): End {
  const end = relativeEnd(text, options) ?? writtenEnd(text, options.timeZone);
  if (end) return end;
  throw new Error(`"${name}" must be a valid time, e.g. ${RANGE_FORMS}, got "${text}"`);
}

/** A day by its name, or a number of minutes, hours or days before now. */
const BEFORE_NOW = /^-(\d{1,6})([mhd])$/;
const UNITS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };
const DAYS_AGO: Readonly<Record<string, number>> = { today: 0, yesterday: 1 };

function relativeEnd(text: string, { timeZone = UTC, now = new Date() }: RangeOptions): End | undefined {
  const daysAgo = DAYS_AGO[text];
  if (daysAgo !== undefined) {
    const clock = now.getTime() + offsetAt(now.getTime(), timeZone);
    return between(clock - (clock % DAY_MS) - daysAgo * DAY_MS, DAY_MS, timeZone);
  }
  const [, number, unit = ""] = BEFORE_NOW.exec(text) ?? [];
  if (number === undefined) return undefined;
  // SQL has full seconds.
  const instant = now.getTime() - (now.getTime() % SECOND_MS) - Number(number) * (UNITS[unit] ?? 0);
  return { start: instant, end: instant };
}

/** A day, an hour, a minute or a second, by the number of its parts; with a Z it is in UTC. */
const WRITTEN = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2})(?::(\d{2})(?::(\d{2}))?)?)?(Z?)$/;

function writtenEnd(text: string, timeZone = UTC): End | undefined {
  const [, day, hour, minute, second, z] = WRITTEN.exec(text) ?? [];
  const written = `${day}T${hour ?? "00"}:${minute ?? "00"}:${second ?? "00"}`;
  const clock = Date.parse(`${written}.000Z`);
  if (Number.isNaN(clock) || !new Date(clock).toISOString().startsWith(written)) return undefined;
  const length = second ? SECOND_MS : minute ? MINUTE_MS : hour ? HOUR_MS : DAY_MS;
  return between(clock, length, z ? UTC : timeZone);
}

const UTC = "UTC";

/** All that the zone's clocks show from a time on, for a length of it: twice where they are moved back, and nothing where they skip it. */
const between = (clock: number, length: number, timeZone: string): End => ({
  start: firstInstantOf(clock, timeZone),
  end: lastInstantOf(clock + length, timeZone),
});

export const weekBefore = ({ from, until }: Range): Range => ({
  from: from - 7 * DAY_MS,
  until: until - 7 * DAY_MS,
});

/** First and last day of a range, in the form of `dt`. */
export const daysOf = ({ from, until }: Range): { readonly first: string; readonly last: string } => ({
  first: partitionValuesOf(hourOf(from)).dt,
  last: partitionValuesOf(hourOf(until - 1)).dt,
});
