import { isOwnOrder } from "../formats/field-order";
import { isJsonOnly, type LogFormat } from "../formats/log-format";
import { lineReader } from "../formats/read-line";
import type { RowGroups } from "./parquet/row-groups";
import { COLUMN_SEPARATOR } from "./plain-text";
import { rowColumns, UNPARSED_MARK } from "./row-source";

/** Adds the rows of one file. */
export interface RowWriter {
  /** Rows so far, including those of unparsed lines. */
  readonly lines: number;
  /** Unparsed lines among them. */
  readonly unparsed: number;
  /** @param block whole lines in UTF-8, each ended by a line feed */
  add(block: Buffer): void;
}

/** A row group holds thousands of lines in memory: of a longer unparsed line, only the beginning is kept. */
const MAX_UNPARSED_LENGTH = 16 << 10;
const LINE_FEED = 0x0a;
const SEPARATOR_TEXT = String.fromCharCode(COLUMN_SEPARATOR);

/** A negative zero of a line that is parsed stays one, as in the lines that are not. */
const valueText = (value: string | number): string => (Object.is(value, -0) ? "-0" : String(value));

/** Lines of the usual form are read by the program in WebAssembly. The line reader parses the others. */
export function rowWriter(format: LogFormat, groups: RowGroups): RowWriter {
  const columns = rowColumns(format);
  const beforeUnparsed = SEPARATOR_TEXT.repeat(columns.length) + UNPARSED_MARK;
  const firstRow = groups.rows;
  let read: ReturnType<typeof lineReader> | undefined;
  // JSON lines have no fields by position.
  let isUsualOrder = !isJsonOnly(format);
  let unparsed = 0;

  /** The row of a line of an unusual form; nothing for a header. */
  const unusualRow = (line: string): string => {
    // Most files have no such line.
    read ??= lineReader(format);
    const result = read(line);
    if (result.kind === "header") {
      isUsualOrder &&= isOwnOrder(format, line);
      return "";
    }
    if (result.kind === "unparsed") {
      unparsed++;
      return `${beforeUnparsed}${line.slice(0, MAX_UNPARSED_LENGTH)}\n`;
    }
    return `${columns.map(({ name }) => valueText(result.row[name] ?? "")).join(SEPARATOR_TEXT)}\n`;
  };

  return {
    get lines() {
      return groups.rows - firstRow;
    },
    get unparsed() {
      return unparsed;
    },
    add: (block) => {
      groups.startLines(block);
      const next = (from: number) => (isUsualOrder ? groups.scan(from) : from);
      for (let start = next(0); start < block.length; ) {
        const end = block.indexOf(LINE_FEED, start);
        if (end > start) groups.add(Buffer.from(unusualRow(block.toString("utf8", start, end))));
        start = next(end + 1);
      }
    },
  };
}
