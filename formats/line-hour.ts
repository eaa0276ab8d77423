import { isOwnOrder } from "./field-order";
import { type Hour, parseHour } from "./hour";
import type { LogFormat } from "./log-format";
import { lineReader } from "./read-line";
import { lineScanner, scannedColumns } from "./scan-line";

const HASH = 0x23;

/** The hour of a line's own time; lines without one are headers, or unparsed. */
export type LineHour =
  | { readonly kind: "row"; readonly hour: Hour }
  | { readonly kind: "header" }
  | { readonly kind: "unparsed" };

/**
 * Makes the reader of the hours of one file's lines. Pass the lines in the order of the file.
 *
 * Almost all lines are scanned, not parsed: what is before the minutes in the text of their time is the same for all
 * lines of an hour.
 *
 * @returns a function that takes a line from `start` up to, but not including, `end`; in UTF-8, without its line end
 */
export function hourReader(format: LogFormat): (block: Buffer, start: number, end: number) => LineHour {
  const scanner = lineScanner(format);
  const read = lineReader(format);
  const time = format.time.at(-1) ?? "time";
  const column = scannedColumns(format).findIndex((one) => one !== "filler" && one.name === time);
  const hours = new Map<string, LineHour>();
  let isUsualOrder = true;

  const parsed = (line: string): LineHour => {
    const result = read(line);
    if (result.kind === "header") isUsualOrder = isOwnOrder(format, line) && isUsualOrder;
    if (result.kind !== "row") return result;
    const hour = parseHour(String(result.row[time]).slice(0, "YYYY-MM-DDTHH".length));
    return hour === undefined ? { kind: "unparsed" } : { kind: "row", hour };
  };

  return (block, start, end) => {
    const rowEnd = isUsualOrder && block[start] !== HASH ? scanner.scan(block, start, end) : -1;
    if (rowEnd < 0) return parsed(block.toString("utf8", start, end));
    const { separators, count } = scanner;
    const from = column === 0 ? start : (separators[column - 1] as number) + 1;
    const text = block.toString("latin1", from, column < count ? separators[column] : rowEnd);
    const beforeMinutes = text.slice(0, text.lastIndexOf(":", text.lastIndexOf(":") - 1));
    let hour = hours.get(beforeMinutes);
    if (!hour) {
      hour = parsed(block.toString("utf8", start, end));
      hours.set(beforeMinutes, hour);
    }
    return hour;
  };
}
