import { isOwnOrder } from "../formats/field-order";
import type { LogFormat } from "../formats/log-format";
import { lineReader } from "../formats/read-line";
import { COLUMN_SEPARATOR, lineScanner, scannedColumns } from "../formats/scan-line";

/** Turns the lines of one file into rows of separated columns. */
export interface RowWriter {
  /** Rows written so far, including those of unparsed lines. */
  readonly lines: number;
  /** Unparsed lines among them. */
  readonly unparsed: number;
  /**
   * @param block whole lines in UTF-8, each ended by a line feed; it is overwritten
   * @returns rows of the lines, in pieces
   */
  rowsOf(block: Buffer): readonly Buffer[];
}

/** What stands before the text of an unparsed line, which is the last field of a row: no such text is then a dash. */
export const UNPARSED_MARK = "u";
/** A row group holds thousands of lines in memory: of a longer unparsed line, only the beginning is kept. */
const MAX_UNPARSED_LENGTH = 16 << 10;
const LINE_FEED = 0x0a;
const HASH = 0x23;
const SEPARATOR_TEXT = String.fromCharCode(COLUMN_SEPARATOR);

/** A negative zero of a line that is parsed stays one, as in the lines that become rows in place. */
const valueText = (value: string | number): string => (Object.is(value, -0) ? "-0" : String(value));

/**
 * Lines of the usual form become rows in place, by overwriting the bytes between their columns. The line
 * reader parses the others.
 */
export function rowWriter(format: LogFormat): RowWriter {
  const scanner = lineScanner(format);
  const read = lineReader(format);
  const columns = scannedColumns(format);
  const beforeUnparsed = SEPARATOR_TEXT.repeat(columns.length) + UNPARSED_MARK;
  let isUsualOrder = true;
  let lines = 0;
  let unparsed = 0;

  /** @returns where the row ends, or -1 */
  const scanInPlace = (block: Buffer, start: number, end: number): number => {
    if (!isUsualOrder || block[start] === HASH) return -1;
    const rowEnd = scanner.scan(block, start, end);
    if (rowEnd < 0) return -1;
    const { separators, count } = scanner;
    for (let index = 0; index < count; index++) block[separators[index] as number] = COLUMN_SEPARATOR;
    return rowEnd;
  };

  /** The row of a line of an unusual form; nothing for a header. */
  const unusualRow = (line: string): string => {
    const result = read(line);
    if (result.kind === "header") {
      isUsualOrder = isOwnOrder(format, line) && isUsualOrder;
      return "";
    }
    lines++;
    if (result.kind === "unparsed") {
      unparsed++;
      return `${beforeUnparsed}${line.slice(0, MAX_UNPARSED_LENGTH)}\n`;
    }
    const texts = columns.map((column) =>
      column === "filler" ? "" : valueText(result.row[column.name] ?? ""),
    );
    return `${texts.join(SEPARATOR_TEXT)}\n`;
  };

  const rowsOf = (block: Buffer): Buffer[] => {
    const pieces: Buffer[] = [];
    let written = 0;
    for (let start = 0; start < block.length; ) {
      const end = block.indexOf(LINE_FEED, start);
      if (end === start) {
        // Without this, a file of nothing but line ends takes minutes.
        if (written < start) pieces.push(block.subarray(written, start));
        while (block[start] === LINE_FEED) start++;
        written = start;
        continue;
      }
      const rowEnd = scanInPlace(block, start, end);
      if (rowEnd === end) {
        lines++;
      } else if (rowEnd >= 0) {
        // Cuts off further fields, which the format does not know.
        block[rowEnd] = LINE_FEED;
        pieces.push(block.subarray(written, rowEnd + 1));
        written = end + 1;
        lines++;
      } else {
        const line = block.toString("utf8", start, end);
        pieces.push(block.subarray(written, start), Buffer.from(unusualRow(line)));
        written = end + 1;
      }
      start = end + 1;
    }
    pieces.push(block.subarray(written));
    return pieces.filter(({ length }) => length > 0);
  };

  return {
    get lines() {
      return lines;
    },
    get unparsed() {
      return unparsed;
    },
    rowsOf,
  };
}
