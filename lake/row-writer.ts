import type { LogFormat } from "../formats/log-format";
import { isHeaderLine, type Line, lineReader } from "../formats/read-line";
import { lineOrder } from "./line-order";
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
  const firstRow = groups.rows;
  const order = lineOrder(format, (names) => groups.setOrder(names));
  let others: OtherLines | undefined;
  let unparsed = 0;

  const readOther = (line: string) => {
    others ??= otherLines(format);
    return others(line);
  };

  const addOther = (line: string): void => {
    if (isHeaderLine(format, line)) {
      if (order.addHeader(line)) readOther(line);
      return;
    }
    const { kind, row } = readOther(line);
    groups.add(Buffer.from(row));
    if (kind === "unparsed") unparsed++;
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
      const next = (from: number) => (order.canScan ? groups.scan(from) : from);
      for (let start = next(0); start < block.length; ) {
        const end = block.indexOf(LINE_FEED, start);
        if (end > start) addOther(block.toString("utf8", start, end));
        start = next(end + 1);
      }
    },
  };
}

/** Parses lines, which are passed in order. A header has no row. */
type OtherLines = (line: string) => { readonly kind: Line["kind"]; readonly row: string };

function otherLines(format: LogFormat): OtherLines {
  const read = lineReader(format);
  const columns = rowColumns(format);
  const beforeUnparsed = SEPARATOR_TEXT.repeat(columns.length) + UNPARSED_MARK;
  return (line) => {
    const result = read(line);
    switch (result.kind) {
      case "header":
        return { kind: "header", row: "" };
      case "unparsed":
        return { kind: "unparsed", row: `${beforeUnparsed}${line.slice(0, MAX_UNPARSED_LENGTH)}\n` };
      case "row": {
        const texts = columns.map(({ name }) => valueText(result.row[name] ?? ""));
        return { kind: "row", row: `${texts.join(SEPARATOR_TEXT)}\n` };
      }
    }
  };
}
