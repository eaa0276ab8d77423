import { HOUR_MS } from "../formats/time";
import { offsetAt } from "../formats/time-zone";
import type { Question } from "../questions/question";
import type { Range } from "../questions/range";
import { warn } from "../terminal/write";

/** SQL of rows by hours, which are those of UTC. */
const BY_HOUR = /date_trunc\('hour', |\bhour\(/;

/** Says on standard error that an hour of the time zone, which begins or ends the range, is parts of two hours of the answer. */
export function warnAboutHours({ sql }: Question, { from, until }: Range, timeZone: string): void {
  const isWithinHour = (end: number) => end % HOUR_MS !== 0 && offsetAt(end, timeZone) % HOUR_MS !== 0;
  if (BY_HOUR.test(sql) && (isWithinHour(from) || isWithinHour(until)))
    warn(
      `${timeZone} is not whole hours from UTC: the rows are hours of UTC, and those at the ends of the range are not complete`,
    );
}
