import { isOwnOrder } from "../formats/field-order";
import { columnsOf, type LogFormat } from "../formats/log-format";
import { lineReader } from "../formats/read-line";
import { UNPARSED_MARK } from "../formats/render/duckdb-relation";
import { COLUMN_SEPARATOR, lineScanner, SCAN_MARGIN } from "../formats/scan-line";

/** Writes the lines of one file as rows of separated columns. */
export interface RowWriter {
  /** Rows written so far, those of unparsed lines among them. */
  readonly lines: number;
  /**
   * @param block whole lines in UTF-8, each ended by a line feed
   * @returns their rows, in a buffer that the next call uses again
   */
  rowsOf(block: Buffer): Buffer;
}

const LINE_FEED = 0x0a;
const HASH = 0x23;
const SEPARATOR_TEXT = String.fromCharCode(COLUMN_SEPARATOR);

/** Lines of the usual form are scanned; the line reader judges the others. */
export function rowWriter(format: LogFormat): RowWriter {
  const scanner = lineScanner(format);
  const read = lineReader(format);
  const columns = columnsOf(format).map(({ name }) => name);
  const noColumns = SEPARATOR_TEXT.repeat(columns.length);
  let isUsualOrder = true;
  let lines = 0;
  let output = Buffer.alloc(0);
  let at = 0;

  const makeRoom = (bytes: number) => {
    if (at + bytes <= output.length) return;
    const larger = Buffer.allocUnsafe(2 * output.length + bytes);
    output.copy(larger, 0, 0, at);
    output = larger;
  };

  /** The row of a line that is not of the usual form; `undefined` for a header. */
  const unusualRow = (line: string): string | undefined => {
    const result = read(line);
    if (result.kind === "header") {
      isUsualOrder = isOwnOrder(format, line) && isUsualOrder;
      return undefined;
    }
    if (result.kind === "unparsed") return UNPARSED_MARK + line + noColumns;
    return ["", ...columns.map((name) => result.row[name] ?? "")].join(SEPARATOR_TEXT);
  };

  const rowsOf = (block: Buffer): Buffer => {
    at = 0;
    makeRoom(block.length + (block.length >> 2));
    for (let start = 0; start < block.length; ) {
      const end = block.indexOf(LINE_FEED, start);
      makeRoom(end - start + SCAN_MARGIN);
      output[at] = COLUMN_SEPARATOR;
      const scanned =
        isUsualOrder && block[start] !== HASH ? scanner.scan(block, start, end, output, at + 1) : -1;
      if (scanned >= 0) {
        at = scanned;
      } else {
        const row = unusualRow(block.toString("utf8", start, end));
        start = end + 1;
        if (row === undefined) continue;
        makeRoom(Buffer.byteLength(row) + 1);
        at += output.write(row, at);
      }
      output[at++] = LINE_FEED;
      lines++;
      start = end + 1;
    }
    return output.subarray(0, at);
  };

  return {
    get lines() {
      return lines;
    },
    rowsOf,
  };
}
