/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Rows of an answer, as they arrive. */
export interface QueryRows {
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<readonly Json[]>;
}

/** Writes text, and waits until it is written. */
export type Write = (text: string) => Promise<void>;

/** A number if it represents the integer exactly, else its digits. */
export const safeInteger = (digits: string): Json =>
  Number.isSafeInteger(Number(digits)) ? Number(digits) : digits;

/** Date and time with up to six decimals; Athena may write more. */
const TIMESTAMP = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.(\d{1,6})\d*)?$/;

/** `2026-11-23 07:05:00.1` as `2026-11-23T07:05:00.100000Z`; other text stays unchanged. */
export const isoInstant = (text: string): string =>
  text.replace(TIMESTAMP, (_, date, time, fraction = "") => `${date}T${time}.${fraction.padEnd(6, "0")}Z`);
