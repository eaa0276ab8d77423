import { type Column, canEndBefore, type Field, fieldsByName, type LogFormat } from "./log-format";
import { type LineInScan, SPACE, TAB, TOKEN_SCANNERS, type TokenScanner } from "./scan-token";
import type { TokenKind } from "./tokens";

/** Separator between two columns of a scanned line: a control character that AWS always escapes. */
export const COLUMN_SEPARATOR = 0x1f;

/**
 * Finds the columns of a line of the usual form, byte by byte, several times faster than a regular expression with a
 * group per column. It accepts only the forms that AWS writes today; the caller uses the line reader for all other
 * lines. For an accepted line, it finds the same columns as the line reader.
 */
export interface LineScanner {
  /** Positions of the bytes that, overwritten with the separator, turn the last scanned line into a row. */
  readonly separators: Int32Array;
  /** Number of positions of that line. */
  readonly count: number;
  /**
   * @param input contains the line from `start` up to, but not including, `end`; UTF-8 without the separator
   * @returns the end of the row, or -1 if the line has another form. A shorter row lacks its last columns.
   */
  scan(input: Uint8Array, start: number, end: number): number;
}

/** The part between two separators of a scanned line: a column, or an empty part next to an overwritten quote. */
export type ScannedColumn = Column | "filler";

/**
 * The columns of a row, in order; a scanned line lacks those that lines have only by name. A date and a time of day are
 * one column, a timestamp.
 */
export const scannedColumns = (format: LogFormat): readonly ScannedColumn[] =>
  fieldsByName(format).flatMap(scannedColumnsOf);

function scannedColumnsOf({ token, columns }: Field): readonly ScannedColumn[] {
  if (token === "tabbedDate") return [];
  return ENCLOSED_TOKENS.has(token) ? ["filler", ...columns, "filler"] : columns;
}

/** Fields between two quotes or brackets. */
const ENCLOSED_TOKENS: ReadonlySet<TokenKind> = new Set<TokenKind>([
  "quoted",
  "quotedOrBare",
  "request",
  "escapedQuoted",
  "escapedRequest",
  "unescapedQuoted",
  "unescapedRequest",
  "bracketedTime",
  "statusList",
]);

export const lineScanner = (format: LogFormat): LineScanner => new FieldScanner(format);

class FieldScanner implements LineScanner, LineInScan {
  readonly separators: Int32Array;
  count = 0;
  input: Uint8Array = new Uint8Array();
  end = 0;
  /** Chosen once: a lookup for each field takes as long as its scan. */
  private readonly scanners: readonly TokenScanner[];
  private readonly canEnd: readonly boolean[];
  private readonly delimiter: number;

  constructor(format: LogFormat) {
    this.scanners = format.fields.map(({ token }) => TOKEN_SCANNERS[token]);
    this.canEnd = format.fields.map((_, index) => canEndBefore(format, index));
    this.delimiter = format.separator === "\t" ? TAB : SPACE;
    this.separators = new Int32Array(scannedColumns(format).length);
  }

  scan(input: Uint8Array, start: number, end: number): number {
    this.input = input;
    this.end = end;
    this.count = 0;
    const { scanners, delimiter } = this;
    // JSON lines have no fields by position.
    let position = scanners.length === 0 ? -1 : start;
    for (let index = 0; index < scanners.length && position >= 0; index++) {
      if (index > 0) {
        if (position === end) return this.canEnd[index] ? end : -1;
        if (input[position] !== delimiter) return -1;
        this.separate(position++);
      }
      position = (scanners[index] as TokenScanner)(this, position);
    }
    // Future fields: any text between tabs; between spaces, quotes must match.
    return position === end || (delimiter === TAB && input[position] === TAB) ? position : -1;
  }

  separate(position: number): void {
    this.separators[this.count++] = position;
  }

  join(): void {
    this.count--;
  }
}
