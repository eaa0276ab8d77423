import type { Column, Field, LogFormat } from "./log-format";
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
  "quotedText",
  "quotedWord",
  "request",
  "hostPortList",
  "statusList",
]);

const [SPACE, QUOTE, DASH, DOT, COLON, TAB] = [0x20, 0x22, 0x2d, 0x2e, 0x3a, 0x09];
const [ZERO, NINE, OPEN_BRACKET, CLOSE_BRACKET, BIG_T, BIG_Z] = [0x30, 0x39, 0x5b, 0x5d, 0x54, 0x5a];
const TRACE_ID_START = Buffer.from("TID_");
const MAX_INTEGER_DIGITS = 15;
const MAX_SHORT_DIGITS = 9;
const MAX_FRACTION_DIGITS = 17;
const MAX_PORT_DIGITS = 5;
const DATE_LENGTH = 10;
const CLOCK_LENGTH = 8;
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export const lineScanner = (format: LogFormat): LineScanner => new FieldScanner(format);

/** Every method takes the position where its part begins and returns where it ends, or -1. */
class FieldScanner implements LineScanner {
  readonly separators: Int32Array;
  count = 0;
  private readonly tokens: readonly TokenKind[];
  private readonly firstOptional: number;
  private readonly delimiter: number;
  private input: Uint8Array = new Uint8Array();
  private end = 0;

  constructor(format: LogFormat) {
    this.tokens = format.fields.map(({ token }) => token);
    this.firstOptional = format.fields.findIndex(({ optional }) => optional);
    this.delimiter = format.separator === "\t" ? TAB : SPACE;
    this.separators = new Int32Array(scannedColumns(format).length);
  }

  scan(input: Uint8Array, start: number, end: number): number {
    this.input = input;
    this.end = end;
    this.count = 0;
    let position = this.token(this.tokens[0], start);
    for (let index = 1; index < this.tokens.length && position >= 0; index++) {
      if (position === end) return index < this.firstOptional ? -1 : end;
      if (input[position] !== this.delimiter) return -1;
      this.separate(position);
      position = this.token(this.tokens[index], position + 1);
    }
    // Fields of tomorrow: between tabs anything goes, between spaces quotes must match.
    return position === end || (this.delimiter === TAB && input[position] === TAB) ? position : -1;
  }

  private separate(position: number): void {
    this.separators[this.count++] = position;
  }

  private token(kind: TokenKind | undefined, start: number): number {
    switch (kind) {
      case "word":
        return this.word(start);
      case "instant":
        return this.instant(start);
      case "optionalInstant":
        return this.input[start] === DASH ? start + 1 : this.instant(start);
      case "integer":
        return this.number(start, MAX_INTEGER_DIGITS, 0);
      case "decimal":
        return this.number(start, MAX_INTEGER_DIGITS, MAX_FRACTION_DIGITS);
      case "status":
        return this.input[start] === DASH ? start + 1 : this.atLeastOne(start, this.digits(start, 3));
      case "hostPort":
        return this.hostPort(start);
      case "optionalHostPort":
        return this.input[start] === DASH ? this.noHostPort(start) : this.hostPort(start);
      case "quoted":
      case "quotedText":
        return this.quoted(start);
      case "request":
        return this.request(start);
      case "quotedWord":
        return this.quotedWord(start);
      case "hostPortList":
        return this.input[start + 1] === QUOTE ? -1 : this.quotedWord(start);
      case "statusList":
        return this.quotedStatus(start);
      case "connectionTraceId":
        return this.connectionTraceId(start);
      case "tabbed":
        return this.tabbed(start);
      case "tabbedDate":
        return this.date(start);
      case "tabbedTime":
        return this.timeOfDay(start);
      case "tabbedInteger":
        return this.number(start, MAX_INTEGER_DIGITS, 0);
      case "tabbedShort":
        return this.number(start, MAX_SHORT_DIGITS, 0);
      case "tabbedDecimal":
        return this.number(start, MAX_INTEGER_DIGITS, MAX_FRACTION_DIGITS);
      case undefined:
        return -1;
    }
  }

  /** Up to the next space; a quote has no place in it. */
  private word(start: number): number {
    const { input, end } = this;
    for (let position = start; position < end; position++) {
      const byte = input[position];
      if (byte === SPACE) return position;
      if (byte === QUOTE) return -1;
    }
    return end;
  }

  private tabbed(start: number): number {
    const { input, end } = this;
    let position = start;
    while (position < end && input[position] !== TAB) position++;
    return position;
  }

  private closingQuote(start: number): number {
    const { input, end } = this;
    // Most quoted fields hold a dash alone.
    if (input[start] === DASH && input[start + 1] === QUOTE) return start + 1;
    const close = input.indexOf(QUOTE, start);
    return close < end ? close : -1;
  }

  private quoted(start: number): number {
    if (this.input[start] !== QUOTE) return -1;
    const close = this.closingQuote(start + 1);
    this.separate(start);
    this.separate(close);
    return close < 0 ? -1 : close + 1;
  }

  private quotedWord(start: number): number {
    const end = this.quoted(start);
    for (let position = start; position < end; position++) {
      if (this.input[position] === SPACE) return -1;
    }
    return end;
  }

  private quotedStatus(start: number): number {
    const end = this.quoted(start);
    for (let position = start + 1; position < end - 1; position++) {
      if (this.input[position] !== DASH && !this.isDigit(position)) return -1;
    }
    return end === start + 2 ? -1 : end;
  }

  /** Method, URL and protocol: split at the first and the last space. */
  private request(start: number): number {
    if (this.input[start] !== QUOTE) return -1;
    const close = this.closingQuote(start + 1);
    let first = start + 1;
    while (first < close && this.input[first] !== SPACE) first++;
    let last = close - 1;
    while (last > first && this.input[last] !== SPACE) last--;
    if (last <= first) return -1;
    this.separate(start);
    this.separate(first);
    this.separate(last);
    this.separate(close);
    return close + 1;
  }

  /** The dash itself then stands between two columns without text. */
  private noHostPort(start: number): number {
    this.separate(start);
    return start + 1;
  }

  /** Address and port, split at the last colon. Brackets are another form. */
  private hostPort(start: number): number {
    const end = this.word(start);
    let colon = end - 1;
    while (colon >= start && this.isDigit(colon)) colon--;
    const digits = end - 1 - colon;
    if (colon < start || this.input[colon] !== COLON || digits < 1 || digits > MAX_PORT_DIGITS) return -1;
    for (let position = start; position < colon; position++) {
      const byte = this.input[position];
      if (byte === CLOSE_BRACKET || byte === OPEN_BRACKET) return -1;
    }
    this.separate(colon);
    return end;
  }

  private connectionTraceId(start: number): number {
    const end = this.word(start);
    if (end === start + 1 && this.input[start] === DASH) return end;
    return TRACE_ID_START.every((byte, index) => this.input[start + index] === byte) ? end : -1;
  }

  private isDigit(position: number): boolean {
    const byte = this.input[position] ?? 0;
    return byte >= ZERO && byte <= NINE;
  }

  private digits(start: number, max: number): number {
    const end = Math.min(this.end, start + max);
    let position = start;
    while (position < end && this.isDigit(position)) position++;
    return position;
  }

  private atLeastOne(start: number, end: number): number {
    return end === start ? -1 : end;
  }

  /** A number, a dash alone or nothing; a point without a digit before it is another form. */
  private number(start: number, maxDigits: number, maxFraction: number): number {
    const first = start < this.end && this.input[start] === DASH ? start + 1 : start;
    const whole = this.digits(first, maxDigits);
    const hasPoint = maxFraction > 0 && whole < this.end && this.input[whole] === DOT;
    if (!hasPoint) return whole;
    return whole === first ? -1 : this.digits(whole + 1, maxFraction);
  }

  private instant(start: number): number {
    const date = this.date(start);
    if (date < 0 || this.input[date] !== BIG_T) return -1;
    let end = this.clock(date + 1);
    if (end >= 0 && this.input[end] === DOT) end = this.atLeastOne(end + 1, this.digits(end + 1, 6));
    return end >= 0 && end < this.end && this.input[end] === BIG_Z ? end + 1 : -1;
  }

  /** `YYYY-MM-DD`, a day that exists. */
  private date(start: number): number {
    if (start + DATE_LENGTH > this.end || this.input[start + 4] !== DASH || this.input[start + 7] !== DASH)
      return -1;
    const year = this.twoDigits(start) * 100 + this.twoDigits(start + 2);
    const month = this.twoDigits(start + 5);
    const day = this.twoDigits(start + 8);
    const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
    const exists =
      year >= 1 && day >= 1 && day <= (DAYS[month - 1] ?? 0) && (month !== 2 || day < 29 || isLeap);
    return exists ? start + DATE_LENGTH : -1;
  }

  /** `HH:MM:SS`, a time that exists. */
  private clock(start: number): number {
    if (start + CLOCK_LENGTH > this.end || this.input[start + 2] !== COLON || this.input[start + 5] !== COLON)
      return -1;
    const hour = this.twoDigits(start);
    const minute = this.twoDigits(start + 3);
    const second = this.twoDigits(start + 6);
    const exists = hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60;
    return exists ? start + CLOCK_LENGTH : -1;
  }

  /** The time of day belongs to the date before it: what separates them becomes part of the timestamp. */
  private timeOfDay(start: number): number {
    this.count--;
    return this.clock(start);
  }

  /** @returns far below zero if one of the two is no digit */
  private twoDigits(start: number): number {
    const [tens, ones] = [this.input[start] ?? 0, this.input[start + 1] ?? 0];
    const areDigits = tens >= ZERO && tens <= NINE && ones >= ZERO && ones <= NINE;
    return areDigits ? (tens - ZERO) * 10 + ones - ZERO : -1_000_000;
  }
}
