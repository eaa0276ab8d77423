import { DAY_MS, MINUTE_MS, SECOND_MS } from "./time";

/** True for the name of a time zone, e.g. `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Milliseconds by which the zone's clocks are ahead of UTC at an instant. */
export function offsetAt(instant: number, timeZone: string): number {
  const name = formatOf(timeZone)
    .formatToParts(instant)
    .find(({ type }) => type === "timeZoneName")?.value;
  const [, sign, hours = "0", minutes = "0", seconds = "0"] =
    /^GMT(?:([+-])(\d+)(?::(\d+))?(?::(\d+))?)?$/.exec(name ?? "") ?? [];
  const offset = (Number(hours) * 60 + Number(minutes)) * MINUTE_MS + Number(seconds) * SECOND_MS;
  return sign === "-" ? -offset : offset;
}

/** The instant at which the zone's clocks first show a time, or skip it. @param clock the time as if it were UTC */
export function firstInstantOf(clock: number, timeZone: string): number {
  const { byOld, byNew, isOld, isNew } = around(clock, timeZone);
  return isOld(byOld) ? byOld : isNew(byNew) ? byNew : changeBetween(byNew - 1, byOld, isOld);
}

/** The instant from which on the zone's clocks no longer show an earlier time. @param clock the time as if it were UTC */
export function lastInstantOf(clock: number, timeZone: string): number {
  const { byOld, byNew, isOld, isNew } = around(clock, timeZone);
  return isNew(byNew - 1) ? byNew : isOld(byOld - 1) ? byOld : changeBetween(byNew - 1, byOld, isOld);
}

/** A time by the offsets of the day before and the day after: between them, clocks are moved once at most. */
function around(clock: number, timeZone: string) {
  const [old, next] = [offsetAt(clock - DAY_MS, timeZone), offsetAt(clock + DAY_MS, timeZone)];
  return {
    byOld: clock - old,
    byNew: clock - next,
    isOld: (instant: number) => offsetAt(instant, timeZone) === old,
    isNew: (instant: number) => offsetAt(instant, timeZone) === next,
  };
}

/** The first instant after a move of the clocks. */
function changeBetween(before: number, after: number, isBefore: (instant: number) => boolean): number {
  let [low, high] = [before, after];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isBefore(middle)) low = middle;
    else high = middle;
  }
  return high;
}

/** ISO 8601 with an offset, e.g. `2026-07-02T01:30:00.000000+02:00`, for a time in UTC such as `2026-07-01T23:30:00.000000Z`. */
export function inTimeZone(iso: string, timeZone: string): string {
  const instant = Date.parse(iso);
  const offset = offsetAt(instant, timeZone);
  const clock = new Date(instant + offset).toISOString().slice(0, 19);
  const minutes = Math.abs(offset) / MINUTE_MS;
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  return `${clock}${iso.slice(19, -1)}${offset < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/** A format is slow to make. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const format =
    formats.get(timeZone) ?? new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" });
  formats.set(timeZone, format);
  return format;
}
