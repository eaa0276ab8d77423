import { columnsOf, type LogFormat } from "./log-format";
import type { TokenKind } from "./tokens";

/** Stands between two columns of a scanned line: a control character that AWS never writes as it is. */
export const COLUMN_SEPARATOR = 0x1f;

/**
 * Takes lines of the usual form apart, byte by byte, several times faster than a regular expression with a group per
 * column. It knows only the forms that AWS writes today and refuses any other line, so that whoever calls it then
 * asks the line reader; where it accepts a line, its columns are those of the line reader.
 */
export interface LineScanner {
  /**
   * Writes the columns of a line, with a separator after each but the last, as text that a cast reads: a date and
   * time of day become one timestamp, `-` and nothing stand for NULL.
   *
   * @param input holds the line from `start` up to, but not including, `end`; UTF-8 without the separator
   * @param output has room for the line and `SCAN_MARGIN` bytes from `at` on
   * @returns where the output ends, or -1 if the line has another form
   */
  scan(input: Uint8Array, start: number, end: number, output: Uint8Array, at: number): number;
}

/** Bytes that a scanned line can be longer than the line: separators of missing columns, and a date copied. */
export const SCAN_MARGIN = 128;

const [SPACE, QUOTE, DASH, DOT, COLON, TAB] = [0x20, 0x22, 0x2d, 0x2e, 0x3a, 0x09];
const [ZERO, NINE, OPEN_BRACKET, CLOSE_BRACKET, BIG_T, BIG_Z] = [0x30, 0x39, 0x5b, 0x5d, 0x54, 0x5a];
const MAX_INTEGER_DIGITS = 15;
const MAX_SHORT_DIGITS = 9;
const MAX_FRACTION_DIGITS = 17;
const MAX_PORT_DIGITS = 5;
const DATE_LENGTH = 10;
const CLOCK_LENGTH = 8;
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export const lineScanner = (format: LogFormat): LineScanner => new FieldScanner(format);

class FieldScanner implements LineScanner {
  private readonly tokens: readonly TokenKind[];
  private readonly columnsBefore: readonly number[];
  private readonly firstOptional: number;
  private readonly separator: number;
  private readonly columnCount: number;
  private input: Uint8Array = new Uint8Array();
  private output: Uint8Array = new Uint8Array();
  private end = 0;
  private at = 0;
  /** Where the line's date stands in the output, for the column `time`. */
  private dateAt = 0;

  constructor(format: LogFormat) {
    this.tokens = format.fields.map(({ token }) => token);
    this.columnsBefore = format.fields.map((_, index) =>
      format.fields.slice(0, index).reduce((count, { columns }) => count + columns.length, 0),
    );
    this.firstOptional = format.fields.findIndex(({ optional }) => optional);
    this.separator = format.separator === "\t" ? TAB : SPACE;
    this.columnCount = columnsOf(format).length;
  }

  scan(input: Uint8Array, start: number, end: number, output: Uint8Array, at: number): number {
    this.input = input;
    this.output = output;
    this.end = end;
    this.at = at;
    let position = start;
    for (let index = 0; index < this.tokens.length; index++) {
      if (index > 0) {
        if (position === end) return index < this.firstOptional ? -1 : this.withoutColumnsFrom(index);
        if (input[position] !== this.separator) return -1;
        position++;
        output[this.at++] = COLUMN_SEPARATOR;
      }
      position = this.token(this.tokens[index], position);
      if (position < 0) return -1;
    }
    // Fields of tomorrow: between tabs anything goes, between spaces quotes must match.
    return position === end || (this.separator === TAB && input[position] === TAB) ? this.at : -1;
  }

  private withoutColumnsFrom(field: number): number {
    const missing = this.columnCount - (this.columnsBefore[field] ?? 0);
    for (let count = 0; count < missing; count++) this.output[this.at++] = COLUMN_SEPARATOR;
    return this.at;
  }

  /** @returns where the field ends, or -1 */
  private token(kind: TokenKind | undefined, start: number): number {
    switch (kind) {
      case "word":
        return this.word(start, this.end);
      case "instant":
        return this.instant(start);
      case "optionalInstant":
        return this.input[start] === DASH ? this.copy(start, start + 1) : this.instant(start);
      case "integer":
        return this.number(start, MAX_INTEGER_DIGITS, 0);
      case "decimal":
        return this.number(start, MAX_INTEGER_DIGITS, MAX_FRACTION_DIGITS);
      case "status":
        return this.input[start] === DASH ? this.copy(start, start + 1) : this.digits(start, 1, 3);
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
        return this.quotedWord(start, 0);
      case "hostPortList":
        return this.quotedWord(start, 1);
      case "statusList":
        return this.quotedStatus(start);
      case "connectionTraceId":
        return this.connectionTraceId(start);
      case "tabbed":
        return this.tabbed(start);
      case "tabbedDate":
        this.dateAt = this.at;
        return this.date(start);
      case "tabbedTime":
        return this.timeOfDay(start);
      case "tabbedInteger":
        return this.number(this.afterSpace(start), MAX_INTEGER_DIGITS, 0);
      case "tabbedShort":
        return this.number(this.afterSpace(start), MAX_SHORT_DIGITS, 0);
      case "tabbedDecimal":
        return this.number(this.afterSpace(start), MAX_INTEGER_DIGITS, MAX_FRACTION_DIGITS);
      case undefined:
        return -1;
    }
  }

  private copy(start: number, end: number): number {
    for (let position = start; position < end; position++) this.output[this.at++] = this.input[position] ?? 0;
    return end;
  }

  /** Up to the next space; a quote has no place in it. */
  private word(start: number, end: number): number {
    let position = start;
    for (; position < end; position++) {
      const byte = this.input[position] ?? 0;
      if (byte === SPACE) break;
      if (byte === QUOTE) return -1;
      this.output[this.at++] = byte;
    }
    return position;
  }

  private tabbed(start: number): number {
    let position = start;
    for (; position < this.end; position++) {
      const byte = this.input[position] ?? 0;
      if (byte === TAB) break;
      this.output[this.at++] = byte;
    }
    return position;
  }

  private quoted(start: number): number {
    if (this.input[start] !== QUOTE) return -1;
    let position = start + 1;
    for (; position < this.end; position++) {
      const byte = this.input[position] ?? 0;
      if (byte === QUOTE) return position + 1;
      this.output[this.at++] = byte;
    }
    return -1;
  }

  private quotedWord(start: number, minLength: number): number {
    if (this.input[start] !== QUOTE) return -1;
    const end = this.word(start + 1, this.closingQuote(start + 1));
    return end - start - 1 < minLength || this.input[end] !== QUOTE ? -1 : end + 1;
  }

  private closingQuote(start: number): number {
    let position = start;
    while (position < this.end && this.input[position] !== QUOTE) position++;
    return position;
  }

  private quotedStatus(start: number): number {
    if (this.input[start] !== QUOTE) return -1;
    let position = start + 1;
    for (; this.isDigit(position) || this.input[position] === DASH; position++)
      this.output[this.at++] = this.input[position] ?? 0;
    return position === start + 1 || this.input[position] !== QUOTE ? -1 : position + 1;
  }

  /** Method, URL and protocol: split at the first and the last space. */
  private request(start: number): number {
    const at = this.at;
    const end = this.quoted(start);
    if (end < 0) return -1;
    const first = this.output.indexOf(SPACE, at);
    const hasSpace = first >= 0 && first < this.at;
    const last = hasSpace ? this.output.lastIndexOf(SPACE, this.at - 1) : -1;
    if (hasSpace) this.output[first] = COLUMN_SEPARATOR;
    if (last > first) this.output[last] = COLUMN_SEPARATOR;
    for (let columns = hasSpace ? (last > first ? 3 : 2) : 1; columns < 3; columns++)
      this.output[this.at++] = COLUMN_SEPARATOR;
    return end;
  }

  private noHostPort(start: number): number {
    this.output[this.at++] = COLUMN_SEPARATOR;
    return start + 1;
  }

  /** Address and port, split at the last colon. Brackets are another form. */
  private hostPort(start: number): number {
    const at = this.at;
    const end = this.word(start, this.end);
    if (end < 0) return -1;
    let colon = this.at - 1;
    while (colon >= at && this.isDigitOf(this.output[colon])) colon--;
    const digits = this.at - 1 - colon;
    if (colon < at || this.output[colon] !== COLON || digits < 1 || digits > MAX_PORT_DIGITS) return -1;
    for (let position = at; position < colon; position++) {
      if (this.output[position] === CLOSE_BRACKET || this.output[position] === OPEN_BRACKET) return -1;
    }
    this.output[colon] = COLUMN_SEPARATOR;
    return end;
  }

  private connectionTraceId(start: number): number {
    const at = this.at;
    const end = this.word(start, this.end);
    const isDash = this.at === at + 1 && this.output[at] === DASH;
    // T, I, D, _
    const isId =
      this.output[at] === BIG_T &&
      this.output[at + 1] === 0x49 &&
      this.output[at + 2] === 0x44 &&
      this.output[at + 3] === 0x5f;
    return end >= 0 && (isDash || (isId && this.at - at >= 4)) ? end : -1;
  }

  private isDigit(position: number): boolean {
    return position < this.end && this.isDigitOf(this.input[position]);
  }

  private isDigitOf(byte: number | undefined): boolean {
    return byte !== undefined && byte >= ZERO && byte <= NINE;
  }

  private digits(start: number, min: number, max: number): number {
    let position = start;
    for (; position - start < max && this.isDigit(position); position++)
      this.output[this.at++] = this.input[position] ?? 0;
    return position - start < min ? -1 : position;
  }

  private afterSpace(start: number): number {
    return this.input[start] === SPACE && start < this.end ? start + 1 : start;
  }

  /** A number, a dash alone or nothing; a point without a digit is another form. */
  private number(start: number, maxDigits: number, maxFraction: number): number {
    let position = start < this.end && this.input[start] === DASH ? this.copy(start, start + 1) : start;
    const whole = this.digits(position, 0, maxDigits);
    const hasPoint = maxFraction > 0 && whole < this.end && this.input[whole] === DOT;
    if (!hasPoint) return whole;
    if (whole === position) return -1;
    position = this.copy(whole, whole + 1);
    return this.digits(position, 0, maxFraction);
  }

  private instant(start: number): number {
    const date = this.date(start);
    if (date < 0 || this.input[date] !== BIG_T) return -1;
    const clock = this.clock(this.copy(date, date + 1));
    if (clock < 0) return -1;
    let end = clock;
    if (this.input[end] === DOT) {
      end = this.digits(this.copy(end, end + 1), 1, 6);
      if (end < 0) return -1;
    }
    return end < this.end && this.input[end] === BIG_Z ? this.copy(end, end + 1) : -1;
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
      year >= 0 && day >= 1 && day <= (DAYS[month - 1] ?? 0) && (month !== 2 || day < 29 || isLeap);
    return exists ? this.copy(start, start + DATE_LENGTH) : -1;
  }

  /** `HH:MM:SS`, a time that exists. */
  private clock(start: number): number {
    if (start + CLOCK_LENGTH > this.end || this.input[start + 2] !== COLON || this.input[start + 5] !== COLON)
      return -1;
    const hour = this.twoDigits(start);
    const minute = this.twoDigits(start + 3);
    const second = this.twoDigits(start + 6);
    const exists = hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60;
    return exists ? this.copy(start, start + CLOCK_LENGTH) : -1;
  }

  /** @returns far below zero if one of the two is no digit */
  private twoDigits(start: number): number {
    const tens = this.input[start] ?? 0;
    const ones = this.input[start + 1] ?? 0;
    return this.isDigitOf(tens) && this.isDigitOf(ones) ? (tens - ZERO) * 10 + ones - ZERO : -1_000_000;
  }

  /** The line's date again, then the time of day: what a timestamp is read from. */
  private timeOfDay(start: number): number {
    this.output.copyWithin(this.at, this.dateAt, this.dateAt + DATE_LENGTH);
    this.at += DATE_LENGTH;
    this.output[this.at++] = SPACE;
    return this.clock(start);
  }
}
