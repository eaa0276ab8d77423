import { utimesSync } from "node:fs";

/** Times are set as fractions of seconds, which are not exact: without this, some would be in the millisecond next to it. */
const PART_OF_MS = 0.1;

/**
 * Sets when a file's content was written: it then reads as exactly this millisecond.
 *
 * @param modified milliseconds since 1970; times before that are negative
 * @param accessed when the file was read
 */
export function setModified(path: string, modified: number, accessed: Date = new Date(modified)): void {
  // Times are read without their fraction of a millisecond, so it must lead away from 1970.
  const seconds = (modified + (modified < 0 ? -PART_OF_MS : PART_OF_MS)) / 1000;
  // As a text: of a negative number, Node makes the current time.
  utimesSync(path, accessed, String(seconds));
}
