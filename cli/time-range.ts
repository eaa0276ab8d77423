import type { Command } from "commander";
import { hourOf, hourText } from "../formats/hour";
import { isTimeZone } from "../formats/time-zone";
import { type HourRange, parseHourRange } from "../handlers/core/add-partitions";
import { parseRange, RANGE_FORMS, type Range } from "../questions/range";
import { usageError } from "../terminal/user-error";

/** Options of every command about a range of time. */
export interface TimeOptions {
  readonly from?: string;
  readonly to?: string;
  readonly tz?: string;
}

/** What `--to` means alone. */
export const FROM_FIRST_ROW = "without --from: from the first row of a lake on";
export const NEEDS_FROM = "needs --from";

/** Where `--to` alone is refused. */
export const ON_ATHENA = " on Athena, which bills scanned bytes";

/** Adds `--from` and `--to`. @param allTime what is meant without them @param alone what `--to` means alone */
export const addRangeOptions = (command: Command, allTime: string, alone: string): Command =>
  command
    .option("--from <time>", `first time, included: ${RANGE_FORMS} (default, without --to: ${allTime})`)
    .option("--to <time>", `last time, included; a day means the whole day (default: now); ${alone}`);

/** Adds `--tz`. */
export const addTimeZoneOption = (command: Command): Command =>
  command.option(
    "--tz <name>",
    "time zone of the times that are shown, and of --from and --to (default: UTC)",
  );

/** @throws UserError if there is no such time zone */
export function timeZoneOf({ tz }: Pick<TimeOptions, "tz">): string | undefined {
  if (tz === undefined || isTimeZone(tz)) return tz;
  throw usageError(`--tz: "${tz}" is no time zone; use e.g. Europe/Berlin`);
}

/**
 * @returns `undefined` without options; without `--from`, it begins with the first row
 * @throws UserError if the options are not a range
 */
export function rangeOf(options: TimeOptions, now = new Date()): Range | undefined {
  const { from, to } = options;
  if (from === undefined && to === undefined) return undefined;
  const timeZone = timeZoneOf(options);
  try {
    return parseRange(from, to, { timeZone, now });
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error));
  }
}

/** @throws UserError without `--from`. @param why it is needed */
export function requireStart({ from, to }: TimeOptions, why = ""): void {
  if (from === undefined && to !== undefined)
    throw usageError(`--to needs --from${why}: set the first time, too`);
}

/** The hours of a range, both ends included; one without an end ends now. @throws as `rangeOf` does, and for a range that is too long */
export function hoursOf(options: TimeOptions & { readonly from: string }, now?: Date): HourRange;
export function hoursOf(options: TimeOptions, now?: Date): HourRange | undefined;
export function hoursOf(options: TimeOptions, now = new Date()): HourRange | undefined {
  requireStart(options);
  const range = rangeOf(options, now);
  if (range === undefined) return undefined;
  const end = options.to === undefined ? now.getTime() : range.until - 1;
  return parseHourRange(hourText(hourOf(range.from)), hourText(hourOf(end)));
}
