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

/** `2026-11-23 07:05` */
export const timeText = (instant: number, timeZone: string): string =>
  `${dayText(instant, timeZone)} ${clockText(instant, timeZone)}`;
