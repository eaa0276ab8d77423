import { type Column, type Field, type LogFormat, mandatoryFieldsOf } from "./log-format";
import { type LineInScan, SPACE, TAB, TOKEN_SCANNERS, type TokenScanner } from "./scan-token";
import type { TokenKind } from "./tokens";

/** Stands between two columns of a scanned line: a control character that AWS never writes as it is. */
export const COLUMN_SEPARATOR = 0x1f;

/**
 * Finds the columns of a line of the usual form, byte by byte, several times faster than a regular expression with a
 * group per column. It knows only the forms that AWS writes today and refuses any other line, so that whoever calls it
 * then asks the line reader; where it accepts a line, its columns are those of the line reader.
 */
export interface LineScanner {
  /** Positions of the bytes that, overwritten with the separator, turn the line that was scanned last into a row. */
  readonly separators: Int32Array;
  /** How many of them are of that line. */
  readonly count: number;
  /**
   * @param input holds the line from `start` up to, but not including, `end`; UTF-8 without the separator
   * @returns where the row ends, or -1 if the line has another form. A row that ends early lacks its last columns.
   */
  scan(input: Uint8Array, start: number, end: number): number;
}

/** What stands between two separators of a scanned line: a column, or nothing, beside a quote that was overwritten. */
export type ScannedColumn = Column | "filler";

/**
 * The columns of a scanned line, in order. A date and a time of day are one: the timestamp that both make.
 */
export const scannedColumns = (format: LogFormat): readonly ScannedColumn[] =>
  format.fields.flatMap(scannedColumnsOf);

function scannedColumnsOf({ token, columns }: Field): readonly ScannedColumn[] {
  if (token === "tabbedDate") return [];
  return QUOTED_TOKENS.has(token) ? ["filler", ...columns, "filler"] : columns;
}

const QUOTED_TOKENS: ReadonlySet<TokenKind> = new Set<TokenKind>([
  "quoted",
  "quotedOrBare",
  "request",
  "statusList",
]);

export const lineScanner = (format: LogFormat): LineScanner => new FieldScanner(format);

class FieldScanner implements LineScanner, LineInScan {
  readonly separators: Int32Array;
  count = 0;
  input: Uint8Array = new Uint8Array();
  end = 0;
  /** Chosen once: to look a kind up for each field takes as long as to scan it. */
  private readonly scanners: readonly TokenScanner[];
  private readonly mandatory: number;
  private readonly delimiter: number;

  constructor(format: LogFormat) {
    this.scanners = format.fields.map(({ token }) => TOKEN_SCANNERS[token]);
    this.mandatory = mandatoryFieldsOf(format);
    this.delimiter = format.separator === "\t" ? TAB : SPACE;
    this.separators = new Int32Array(scannedColumns(format).length);
  }

  scan(input: Uint8Array, start: number, end: number): number {
    this.input = input;
    this.end = end;
    this.count = 0;
    const { scanners, delimiter } = this;
    let position = start;
    for (let index = 0; index < scanners.length && position >= 0; index++) {
      if (index > 0) {
        if (position === end) return index < this.mandatory ? -1 : end;
        if (input[position] !== delimiter) return -1;
        this.separate(position++);
      }
      position = (scanners[index] as TokenScanner)(this, position);
    }
    // Fields of tomorrow: between tabs anything goes, between spaces quotes must match.
    return position === end || (delimiter === TAB && input[position] === TAB) ? position : -1;
  }

  separate(position: number): void {
    this.separators[this.count++] = position;
  }

  join(): void {
    this.count--;
  }
}
