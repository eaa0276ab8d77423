import { LINE_FEED } from "./ascii";
import { Search } from "./find";
import { scanLine } from "./lines";
import { PLACE_BYTES, places, startBlock } from "./places";
import { instantOf } from "./values";

const HOUR: i64 = 3_600_000_000;

/** Where the text of the time is, of the line that was scanned last. */
let time: usize = 0;

/** The last lines that were found: their hour, in hours since 1970, and their number. */
export let hour: i64 = 0;
export let lineCount: u32 = 0;

/** @param field the time of a row */
export function setTimeField(field: u32): void {
  time = places + <usize>field * PLACE_BYTES;
}

/**
 * Finds lines of one hour, from the first one on.
 *
 * @returns where the first line starts that is of another hour, or of another form, or empty
 */
export function scanHour(from: usize, end: usize): usize {
  lineCount = 0;
  let start = from;
  while (start < end) {
    const lineEnd = Search.first(LINE_FEED, start, end);
    // No row ends: the next line has the same places.
    startBlock();
    store<u64>(time, 0);
    if (lineEnd == start || !scanLine(start, lineEnd)) break;
    const text = <usize>load<u32>(time);
    const textEnd = <usize>load<u32>(time, 4);
    if (text == textEnd) break;
    const found = hourOf(instantOf(text, textEnd - text));
    if (lineCount > 0 && found != hour) break;
    hour = found;
    lineCount++;
    start = lineEnd + 1;
  }
  return start;
}

/** Hours before 1970 are negative. */
function hourOf(instant: i64): i64 {
  return (instant < 0 ? instant - HOUR + 1 : instant) / HOUR;
}
