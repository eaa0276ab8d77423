import { type Hour, hourOf, parseHour } from "../formats/hour";
import type { LogFormat } from "../formats/log-format";
import { isHeaderLine, lineReader } from "../formats/read-line";
import { HOUR_MS } from "../formats/time";
import { lineOrder } from "./line-order";
import { type Columns, newColumns } from "./parquet/columns";
import { beginRows, setOrder } from "./parquet/row-source";
import { rowColumns, rowSource } from "./row-source";

const LINE_FEED = 0x0a;
/** Column with the time of a row. */
const TIME = "time";

/** Lines that follow each other, up to `end`: rows of one hour; a header, an unparsed line, or empty lines. */
export type LinesFound = { readonly end: number } & (
  | { readonly kind: "rows"; readonly hour: Hour; readonly rows: number }
  | { readonly kind: "header"; readonly text: string }
  | { readonly kind: "unparsed" }
  | { readonly kind: "empty" }
);

/**
 * Makes the reader of the hours of one file's lines: those of their own times. Only one file can be read at a time.
 *
 * @returns a function that finds all lines of a block: whole lines in UTF-8, each ended by a line feed, in the order of the file
 */
export async function hourReader(format: LogFormat): Promise<(block: Buffer) => Generator<LinesFound>> {
  program ??= newColumns();
  const columns = await program;
  const source = rowSource(format);
  beginRows(columns, source, []);
  columns.setTimeField(rowColumns(format).findIndex(({ name }) => name === TIME));
  const order = lineOrder(format, (names) => setOrder(columns, source, names));
  const readOther = otherReader(format);

  function* linesOf(block: Buffer): Generator<LinesFound> {
    const first = columns.lineInput(block.length);
    new Uint8Array(columns.memory.buffer).set(block, first);
    for (let start = 0; start < block.length; ) {
      const end = order.canScan ? columns.scanHour(first + start, first + block.length) - first : start;
      if (end > start)
        yield { kind: "rows", end, hour: hourOf(columns.hour() * HOUR_MS), rows: columns.hourLines() };
      start = end;
      if (start === block.length) return;
      const lineEnd = block.indexOf(LINE_FEED, start);
      const line = block.toString("utf8", start, lineEnd);
      start = lineEnd + 1;
      if (line === "") yield { kind: "empty", end: start };
      else if (isHeaderLine(format, line)) {
        if (order.addHeader(line)) readOther(line);
        yield { kind: "header", end: start, text: line };
      } else {
        const hour = readOther(line);
        yield hour === undefined
          ? { kind: "unparsed", end: start }
          : { kind: "rows", end: start, hour, rows: 1 };
      }
    }
  }
  return linesOf;
}

/** Loaded once. */
let program: Promise<Columns> | undefined;

/** Parses the lines that the program does not know, which are passed in order. @returns a function with the hour of a row */
function otherReader(format: LogFormat): (line: string) => Hour | undefined {
  let read: ReturnType<typeof lineReader> | undefined;
  return (line) => {
    read ??= lineReader(format);
    const result = read(line);
    return result.kind === "row"
      ? parseHour(String(result.row[TIME]).slice(0, "YYYY-MM-DDTHH".length))
      : undefined;
  };
}
