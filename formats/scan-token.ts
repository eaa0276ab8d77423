import { monthOf } from "./time-form";
import type { TokenKind } from "./tokens";

/** A line during its scan, field by field. */
export interface LineInScan {
  /** Contains the line; UTF-8. */
  readonly input: Uint8Array;
  /** End of the line. */
  readonly end: number;
  /** Marks a byte between two columns. */
  separate(position: number): void;
  /** Removes the last mark. */
  join(): void;
}

/** @returns the end of the field that starts at `start`, or -1 if it has another form */
export type TokenScanner = (line: LineInScan, start: number) => number;

export const [SPACE, QUOTE, TAB] = [0x20, 0x22, 0x09];
const [HASH, OPEN_BRACE] = [0x23, 0x7b];
const [DASH, DOT, COLON, OPEN_BRACKET, BACKSLASH, CLOSE_BRACKET] = [0x2d, 0x2e, 0x3a, 0x5b, 0x5c, 0x5d];
const [ZERO, NINE, BIG_T] = [0x30, 0x39, 0x54];
const [BIG_A, BIG_Z, LOWER_A, LOWER_Z] = [0x41, 0x5a, 0x61, 0x7a];
const TENANT_START = Buffer.from("dt_");
const MAX_INTEGER_DIGITS = 15;
const MAX_SHORT_DIGITS = 9;
const MAX_FRACTION_DIGITS = 17;
const MAX_MICROSECOND_DIGITS = 6;
const STATUS_DIGITS = 3;
const MAX_PORT_DIGITS = 5;
const DATE_LENGTH = 10;
const CLOCK_LENGTH = 8;
/** Lengths of `[23/Nov/2026:07:05:12 +0000]` and of its parts. */
const [BRACKETED_LENGTH, MONTH_AT, YEAR_AT, CLOCK_AT, ZONE_AT] = [28, 4, 8, 13, 21];
const MONTH_LENGTH = 3;
const ZONE_END = Buffer.from(" +0000]");
const SLASH = 0x2f;
const [FIRST_YEAR, LAST_YEAR] = [1000, 2999];
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** Up to this length, a loop over the bytes takes less time than a call of the search for long texts. */
const SHORT_TEXT_BYTES = 24;

/** Up to the next space, without a quote. */
const word: TokenScanner = ({ input, end }, start) => {
  for (let position = start; position < end; position++) {
    const byte = input[position];
    if (byte === SPACE) return position;
    if (byte === QUOTE) return -1;
  }
  return end;
};

const firstWord: TokenScanner = ({ input, end }, start) => {
  if (input[start] === HASH || input[start] === OPEN_BRACE) return -1;
  for (let position = start; position < end; position++) {
    const byte = input[position];
    if (byte === SPACE) return atLeastOne(start, position);
    if (byte === QUOTE || byte === TAB) return -1;
  }
  return atLeastOne(start, end);
};

const tabbed: TokenScanner = ({ input, end }, start) => {
  const near = Math.min(end, start + SHORT_TEXT_BYTES);
  for (let position = start; position < near; position++) if (input[position] === TAB) return position;
  const tab = near < end ? input.indexOf(TAB, near) : -1;
  return tab < 0 || tab > end ? end : tab;
};

const closingQuote: TokenScanner = ({ input, end }, start) => {
  // Most quoted fields contain only a dash.
  if (input[start] === DASH && input[start + 1] === QUOTE) return start + 1;
  const close = input.indexOf(QUOTE, start);
  return close < end ? close : -1;
};

const quoted: TokenScanner = (line, start) => {
  if (line.input[start] !== QUOTE) return -1;
  const close = closingQuote(line, start + 1);
  line.separate(start);
  line.separate(close);
  return close < 0 ? -1 : close + 1;
};

const quotedStatus: TokenScanner = (line, start) => {
  const end = quoted(line, start);
  for (let position = start + 1; position < end - 1; position++) {
    if (line.input[position] !== DASH && !isDigit(line.input[position])) return -1;
  }
  return end;
};

/** An escaped quote is another form. */
const withoutEscapes =
  (other: TokenScanner): TokenScanner =>
  (line, start) => {
    const end = other(line, start);
    return line.input[end - 2] === BACKSLASH ? -1 : end;
  };

const quotedList: TokenScanner = (line, start) => {
  if (line.input[start] !== QUOTE) return word(line, start);
  const space = line.input.indexOf(SPACE, start);
  return space < 0 || space > line.end ? line.end : space;
};

/** Method, URL and protocol: split at the first and the last space, each of them between two words. */
const request: TokenScanner = (line, start) => {
  const { input } = line;
  if (input[start] !== QUOTE) return -1;
  const close = closingQuote(line, start + 1);
  let first = start + 1;
  while (first < close && input[first] !== SPACE) first++;
  let last = close - 1;
  while (last > first && input[last] !== SPACE) last--;
  const isBetweenWords =
    last < close - 1 && input[first + 1] !== SPACE && input[last - 1] !== SPACE && last > first;
  if (!isBetweenWords) return -1;
  line.separate(start);
  line.separate(first);
  line.separate(last);
  line.separate(close);
  return close + 1;
};

/** Address and port, split at the last colon. Brackets are another form. */
const hostPort: TokenScanner = (line, start) => {
  const { input } = line;
  const end = word(line, start);
  let colon = end - 1;
  while (colon >= start && isDigit(input[colon])) colon--;
  const count = end - 1 - colon;
  if (colon < start || input[colon] !== COLON || count < 1 || count > MAX_PORT_DIGITS) return -1;
  for (let position = start; position < colon; position++) {
    const byte = input[position];
    if (byte === CLOSE_BRACKET || byte === OPEN_BRACKET) return -1;
  }
  line.separate(colon);
  return end;
};

/** The dash becomes the separator between two empty columns. */
const noHostPort: TokenScanner = (line, start) => {
  line.separate(start);
  return start + 1;
};

const isDigit = (byte = 0): boolean => byte >= ZERO && byte <= NINE;

function digits({ input, end }: LineInScan, start: number, max: number): number {
  const last = Math.min(end, start + max);
  let position = start;
  while (position < last && isDigit(input[position])) position++;
  return position;
}

const atLeastOne = (start: number, end: number): number => (end === start ? -1 : end);

/** A number, only a dash, or nothing; a point without a digit before it is another form. */
function number(line: LineInScan, start: number, maxDigits: number, maxFraction: number): number {
  const { input, end } = line;
  const first = start < end && input[start] === DASH ? start + 1 : start;
  const whole = digits(line, first, maxDigits);
  const hasPoint = maxFraction > 0 && whole < end && input[whole] === DOT;
  if (!hasPoint) return whole;
  return whole === first ? -1 : digits(line, whole + 1, maxFraction);
}

const integer: TokenScanner = (line, start) => number(line, start, MAX_INTEGER_DIGITS, 0);
const short: TokenScanner = (line, start) => number(line, start, MAX_SHORT_DIGITS, 0);
const decimal: TokenScanner = (line, start) => number(line, start, MAX_INTEGER_DIGITS, MAX_FRACTION_DIGITS);

const instant: TokenScanner = (line, start) => {
  const end = zonelessInstant(line, start);
  return end >= 0 && end < line.end && line.input[end] === BIG_Z ? end + 1 : -1;
};

const zonelessInstant: TokenScanner = (line, start) => {
  const { input } = line;
  const day = date(line, start);
  if (day < 0 || input[day] !== BIG_T) return -1;
  let end = clock(line, day + 1);
  if (end >= 0 && input[end] === DOT) {
    end = atLeastOne(end + 1, digits(line, end + 1, MAX_MICROSECOND_DIGITS));
  }
  return end;
};

/** `YYYY-MM-DD`, a valid day. */
const date: TokenScanner = ({ input, end }, start) => {
  if (start + DATE_LENGTH > end || input[start + 4] !== DASH || input[start + 7] !== DASH) return -1;
  const exists = isDay(
    twoDigits(input, start) * 100 + twoDigits(input, start + 2),
    twoDigits(input, start + 5),
    twoDigits(input, start + 8),
  );
  return exists ? start + DATE_LENGTH : -1;
};

function isDay(year: number, month: number, day: number): boolean {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return (
    year >= FIRST_YEAR &&
    year <= LAST_YEAR &&
    day >= 1 &&
    day <= (DAYS[month - 1] ?? 0) &&
    (month !== 2 || day < 29 || isLeap)
  );
}

/** `[23/Nov/2026:07:05:12 +0000]` */
const bracketedTime: TokenScanner = (line, start) => {
  const { input, end } = line;
  const isBracketed =
    start + BRACKETED_LENGTH <= end &&
    input[start] === OPEN_BRACKET &&
    input[start + MONTH_AT - 1] === SLASH &&
    input[start + YEAR_AT - 1] === SLASH &&
    input[start + CLOCK_AT - 1] === COLON;
  if (!isBracketed || clock(line, start + CLOCK_AT) < 0) return -1;
  for (let index = 0; index < ZONE_END.length; index++) {
    if (input[start + ZONE_AT + index] !== ZONE_END[index]) return -1;
  }
  const month = String.fromCharCode(...input.subarray(start + MONTH_AT, start + MONTH_AT + MONTH_LENGTH));
  const year = twoDigits(input, start + YEAR_AT) * 100 + twoDigits(input, start + YEAR_AT + 2);
  if (!isDay(year, monthOf(month), twoDigits(input, start + 1))) return -1;
  line.separate(start);
  line.separate(start + BRACKETED_LENGTH - 1);
  return start + BRACKETED_LENGTH;
};

/** `HH:MM:SS`, a valid time. */
const clock: TokenScanner = ({ input, end }, start) => {
  if (start + CLOCK_LENGTH > end || input[start + 2] !== COLON || input[start + 5] !== COLON) return -1;
  const hour = twoDigits(input, start);
  const minute = twoDigits(input, start + 3);
  const second = twoDigits(input, start + 6);
  const exists = hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60;
  return exists ? start + CLOCK_LENGTH : -1;
};

/** The time of day belongs to the date before it: their separator becomes part of the timestamp. */
const timeOfDay: TokenScanner = (line, start) => {
  line.join();
  return clock(line, start);
};

/** @returns far below zero if one of the two is not a digit */
function twoDigits(input: Uint8Array, start: number): number {
  const [tens = 0, ones = 0] = [input[start], input[start + 1]];
  return isDigit(tens) && isDigit(ones) ? (tens - ZERO) * 10 + ones - ZERO : -1_000_000;
}

/** Exactly three digits: an empty field is another form. */
const tabbedStatus: TokenScanner = (line, start) =>
  digits(line, start, STATUS_DIGITS) === start + STATUS_DIGITS ? start + STATUS_DIGITS : -1;

const tabbedLetters: TokenScanner = ({ input, end }, start) => {
  let position = start;
  while (position < end && isLetter(input[position])) position++;
  return position;
};

const tabbedNoNumber: TokenScanner = (line, start) => {
  const first = line.input[start];
  return start === line.end || isLetter(first) || first === DASH || first === TAB ? tabbed(line, start) : -1;
};

const tabbedTenant: TokenScanner = (line, start) => {
  for (let index = 0; index < TENANT_START.length; index++) {
    if (line.input[start + index] !== TENANT_START[index]) return -1;
  }
  return tabbed(line, start);
};

const isLetter = (byte = 0): boolean =>
  (byte >= LOWER_A && byte <= LOWER_Z) || (byte >= BIG_A && byte <= BIG_Z);

const orDash =
  (other: TokenScanner): TokenScanner =>
  (line, start) =>
    line.input[start] === DASH ? start + 1 : other(line, start);

/** The usual form of each kind of field. */
export const TOKEN_SCANNERS: Readonly<Record<TokenKind, TokenScanner>> = {
  word,
  firstWord,
  instant,
  optionalInstant: orDash(instant),
  zonelessInstant,
  optionalZonelessInstant: orDash(zonelessInstant),
  integer,
  shortInteger: short,
  decimal,
  port: orDash((line, start) => atLeastOne(start, digits(line, start, MAX_PORT_DIGITS))),
  status: orDash((line, start) => atLeastOne(start, digits(line, start, STATUS_DIGITS))),
  hostPort,
  optionalHostPort: (line, start) => (line.input[start] === DASH ? noHostPort : hostPort)(line, start),
  quoted,
  request,
  escapedQuoted: withoutEscapes(quoted),
  escapedRequest: withoutEscapes(request),
  // A dash without quotes is rare: between the columns it would need two separators.
  unescapedQuoted: quoted,
  unescapedRequest: quoted,
  bracketedTime,
  quotedList,
  quotedOrBare: quoted,
  bareOrQuoted: word,
  statusList: quotedStatus,
  tabbed,
  // Fields of JSON lines, which are never scanned.
  tabbedArn: () => -1,
  tabbedMilliseconds: () => -1,
  tabbedDate: date,
  tabbedTime: timeOfDay,
  tabbedStatus,
  tabbedLetters: orDash(tabbedLetters),
  tabbedNoNumber,
  tabbedTenant: orDash(tabbedTenant),
  tabbedInteger: integer,
  tabbedShort: short,
  tabbedDecimal: decimal,
};
