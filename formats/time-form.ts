import { MINUTE_MS } from "./time";

/** Forms of times (UTC) other than ISO 8601: `23/Nov/2026:07:05:12 +0000`, and milliseconds since 1970. */
export type TimeForm = "day-month-year" | "milliseconds";

interface OtherForm {
  /** SQL of the timestamp for Trino. @param text SQL of the time; it may have another form */
  readonly trino: (text: string) => string;
  /** @param text a valid time. @returns the same in ISO 8601, without a zone */
  readonly iso: (text: string) => string;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
export const MONTHS_OF_30: readonly string[] = ["Apr", "Jun", "Sep", "Nov"];
export const MONTHS_OF_31 = MONTHS.filter((month) => month !== "Feb" && !MONTHS_OF_30.includes(month));

/** Number of a month, from 1; 0 if no month has this name. */
const monthOf = (name: string): number => MONTHS.indexOf(name) + 1;

const isoOfDayMonthYear = (text: string): string => {
  const [day = "", month = "", year = ""] = text.slice(0, 11).split("/");
  return `${year}-${String(monthOf(month)).padStart(2, "0")}-${day}T${text.slice(12, 20)}`;
};

export const TIME_FORMS: Readonly<Record<TimeForm, OtherForm>> = {
  "day-month-year": {
    trino: (text) => `date_parse(${text}, '%d/%b/%Y:%H:%i:%s +0000')`,
    iso: isoOfDayMonthYear,
  },
  milliseconds: {
    // Trino adds at most 2^31 of a unit.
    trino: (text) => {
      const [time, minute] = [`CAST(${text} AS bigint)`, String(MINUTE_MS)];
      return `date_add('millisecond', ${time} % ${minute}, date_add('minute', ${time} / ${minute}, TIMESTAMP '1970-01-01 00:00:00.000'))`;
    },
    iso: (text) => new Date(Number(text)).toISOString().replace("Z", ""),
  },
};
