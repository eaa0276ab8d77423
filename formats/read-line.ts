import { fieldOrderer } from "./field-order";
import { type Column, columnsOf, type LogFormat } from "./log-format";
import { renderLinePattern } from "./render/line-pattern";

/** A typed value: timestamps and dates are ISO 8601 texts in UTC. */
export type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;

/** What one line of a file is. `header` lines begin with `#`; an empty line is one, too. */
export type Line =
  | { readonly kind: "row"; readonly row: Row }
  | { readonly kind: "header" }
  | { readonly kind: "unparsed" };

const HEADER: Line = { kind: "header" };
const UNPARSED: Line = { kind: "unparsed" };

/** Lines that hold no request: they are neither rows nor unparsed. */
export const isHeaderLine = (line: string): boolean => line === "" || line.startsWith("#");

/** Splits text into lines as every reader of this project does: at CRLF, LF and CR, like Hadoop's text input. */
export const splitLines = (text: string): string[] => text.split(/\r\n|\n|\r/);

/**
 * Makes the reader of one file's lines: the reference that the SQL readers must agree with.
 *
 * A line is a row if the whole of it matches the format's pattern and each of its timestamps is a real one. The
 * lines are to be given in the order of the file, because a CloudFront header may name the fields that follow.
 *
 * @returns a function of one line without its line end; never throws
 */
export function lineReader(format: LogFormat): (line: string) => Line {
  const pattern = new RegExp(`^(?:${renderLinePattern(format)})$`);
  const columns = columnsOf(format);
  const inOwnOrder = fieldOrderer(format);
  return (line) => {
    const ordered = inOwnOrder(line);
    if (isHeaderLine(line)) return HEADER;
    const texts = pattern.exec(ordered)?.slice(1);
    if (!texts) return UNPARSED;
    const row = typedRow(format, columns, texts);
    return row ? { kind: "row", row } : UNPARSED;
  };
}

function typedRow(
  format: LogFormat,
  columns: readonly Column[],
  texts: readonly (string | undefined)[],
): Row | undefined {
  const row: Record<string, Value> = {};
  for (const [index, column] of columns.entries()) {
    const text = texts[index] ?? "";
    const value = text === "" || text === "-" ? null : typedValue(column, text);
    if (value === undefined) return undefined;
    row[column.name] = value;
  }
  if (format.time.length === 1) return row;
  const [date, time] = format.time;
  const instant = isoInstant(`${row[date]}T${row[time]}Z`);
  return instant === undefined ? undefined : { ...row, [time]: instant };
}

/** @returns `undefined` if the text is no value of the column's type */
function typedValue({ type }: Column, text: string): Value | undefined {
  switch (type) {
    case "int":
    case "bigint":
      // Whole numbers have no negative zero.
      return Number(text) + 0;
    case "double":
      return Number.isNaN(Number(text)) ? null : Number(text);
    case "timestamp":
      return isoInstant(text);
    case "date":
    case "string":
      return text;
  }
}

const INSTANT = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?Z$/;

/** The instant with six decimals, e.g. `2026-11-23T07:05:00.123000Z`; `undefined` if there is no such time. */
function isoInstant(text: string): string | undefined {
  const [, seconds = "", fraction = ""] = INSTANT.exec(text) ?? [];
  const instant = Date.parse(`${seconds}Z`);
  const exists = !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(seconds);
  // There is no year 0 in most calendars, and none in SQL.
  return exists && !seconds.startsWith("0000") ? `${seconds}.${fraction.padEnd(6, "0")}Z` : undefined;
}
