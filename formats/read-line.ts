import { fieldOrderer } from "./field-order";
import { type Column, columnsOf, headerStarts, type LogFormat } from "./log-format";
import { rememberLast } from "./remember-last";
import { renderLinePattern, renderNamedLinePattern } from "./render/line-pattern";
import { TIME_FORMS } from "./time-form";

/** A typed value: timestamps and dates are ISO 8601 texts in UTC. */
export type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;

/** The result of reading a line. `header` lines are those of a header that the format has, or are empty. */
export type Line =
  | { readonly kind: "row"; readonly row: Row }
  | { readonly kind: "header" }
  | { readonly kind: "unparsed" };

const HEADER: Line = { kind: "header" };
const UNPARSED: Line = { kind: "unparsed" };

/** True for lines without a request: they are neither rows nor unparsed lines. */
export const isHeaderLine = (format: LogFormat, line: string): boolean =>
  line === "" || headerStarts(format).some((start) => line.startsWith(start));

/**
 * Text whose lines end with line feeds alone. In every reader of this project a line ends at CRLF, LF or CR, like in
 * Hadoop's text input. Empty lines are left out: to read a file of nothing else would take minutes.
 */
export const withLineFeeds = (text: string): string => text.replaceAll(/[\r\n]+/g, "\n");

/**
 * Makes the reader of one file's lines: the reference that the SQL readers must agree with.
 *
 * A line is a row if the complete line matches the format's pattern. Pass the lines in the order of the file, because
 * a CloudFront header may name the fields of the lines after it.
 *
 * @returns a function that takes one line without its line end; never throws
 */
export function lineReader(format: LogFormat): (line: string) => Line {
  const { byPosition, byName, columns } = partsOf(format);
  const inOwnOrder = fieldOrderer(format);
  return (line) => {
    const ordered = inOwnOrder(line);
    if (isHeaderLine(format, line)) return HEADER;
    const pattern = ordered?.isNamed ? byName : byPosition;
    const texts = ordered === undefined ? undefined : pattern.exec(ordered.text)?.slice(1);
    return texts ? { kind: "row", row: typedRow(format, columns, texts) } : UNPARSED;
  };
}

/** To make them, and to compile the patterns, takes longer than to read a small file. */
const partsOf = rememberLast((format: LogFormat) => ({
  byPosition: new RegExp(`^(?:${renderLinePattern(format)})$`),
  byName: new RegExp(`^(?:${renderNamedLinePattern(format)})$`),
  columns: columnsOf(format),
}));

function typedRow(
  format: LogFormat,
  columns: readonly Column[],
  texts: readonly (string | undefined)[],
): Row {
  const row: Record<string, Value> = {};
  for (const [index, column] of columns.entries()) {
    const text = texts[index] ?? "";
    row[column.name] = text === "" || text === "-" ? null : typedValue(column, text);
  }
  if (format.time.length === 1) return row;
  const [date, time] = format.time;
  return { ...row, [time]: isoInstant(`${row[date]}T${row[time]}Z`) };
}

function typedValue({ type, form }: Column, text: string): Value {
  switch (type) {
    case "int":
    case "bigint":
      // Integers have no negative zero.
      return Number(text) + 0;
    case "double":
      return Number.isNaN(Number(text)) ? null : Number(text);
    case "timestamp":
      return isoInstant(form === undefined ? text : TIME_FORMS[form].iso(text));
    case "date":
    case "string":
      return text;
  }
}

/** The instant with six decimals, e.g. `2026-11-23T07:05:00.123000Z`. @param text valid instant, in UTC, with its zone or without */
function isoInstant(text: string): string {
  const [seconds, fraction = ""] = text.replace("Z", "").split(".");
  return `${seconds}.${fraction.padEnd(6, "0")}Z`;
}
