/** Forms of times (UTC) other than ISO 8601, as the engines' functions name them. */
export const TIME_FORMS = {
  /** `23/Nov/2026:07:05:12 +0000` */
  "day-month-year": { trino: "%d/%b/%Y:%H:%i:%s +0000", duckdb: "%d/%b/%Y:%H:%M:%S +0000" },
} as const;
export type TimeForm = keyof typeof TIME_FORMS;

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
export const MONTHS_OF_30: readonly string[] = ["Apr", "Jun", "Sep", "Nov"];
export const MONTHS_OF_31 = MONTHS.filter((month) => month !== "Feb" && !MONTHS_OF_30.includes(month));

/** Number of a month, from 1; 0 if no month has this name. */
export const monthOf = (name: string): number => MONTHS.indexOf(name) + 1;

/** @param text a valid time, as `23/Nov/2026:07:05:12 +0000`. @returns the same in ISO 8601, without a zone */
export const isoOfDayMonthYear = (text: string): string => {
  const [day = "", month = "", year = ""] = text.slice(0, 11).split("/");
  return `${year}-${String(monthOf(month)).padStart(2, "0")}-${day}T${text.slice(12, 20)}`;
};
