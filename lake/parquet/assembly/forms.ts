import {
  BACKSLASH,
  CLOSE_BRACKET,
  COLON,
  DASH,
  DOT,
  HASH,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  SPACE,
  TAB,
  ZERO,
} from "./ascii";
import { findLast, Search } from "./find";
import { makeText } from "./made-texts";
import { addPlace } from "./places";
import {
  CLOCK_LENGTH,
  clockEnd,
  DATE_LENGTH,
  dateEnd,
  digitsEnd,
  instantEnd,
  isDigit,
  NOWHERE,
  namedDateEnd,
} from "./times";

/** Forms of a field, as the host numbers them. */
const WORD: u32 = 0;
const FIRST_WORD: u32 = 1;
const INSTANT: u32 = 2;
const ZONELESS_INSTANT: u32 = 3;
const NUMBER: u32 = 4;
const DIGITS: u32 = 5;
const HOST_PORT: u32 = 6;
const QUOTED: u32 = 7;
const STATUS_CODES: u32 = 8;
const QUOTED_LIST: u32 = 9;
const REQUEST: u32 = 10;
const BRACKETED_TIME: u32 = 11;
const TABBED: u32 = 12;
const DATE: u32 = 13;
const TIME_OF_DAY: u32 = 14;
const LETTERS: u32 = 15;
const NO_NUMBER: u32 = 16;
const TENANT: u32 = 17;
const BARE_REQUEST: u32 = 18;
const BARE_STATUS: u32 = 19;
const MILLISECONDS: u32 = 20;
const ARN: u32 = 21;
const QUOTED_OR_BARE: u32 = 22;

const BIG_Z: u8 = 0x5a;
const MOST_PORT_DIGITS: usize = 5;
/** Bytes of ` +0000]`, but the last one. */
const ZONE: u64 = 0x303030302b20;
const ZONE_LENGTH: usize = 6;

/** `dt_` and `arn:` */
const TENANT_START: u32 = 0x5f7464;
const ARN_START: u32 = 0x3a6e7261;

/** Where the date of the row starts, which is one column with its time of day. */
let dateStart: usize = 0;

/** A field of lines: its form, with what the form needs to know. */
@unmanaged
export class Field {
  private form: u32;
  /** True if it may be a dash alone, which is no value. */
  private isOptional: bool;
  /** True if lines can end before it, and objects can lack it. */
  canLack: bool;
  /** Number of digits. */
  private least: u32;
  private most: u32;
  /** Most digits after a point. */
  private fraction: u32;

  set(form: u32, isOptional: bool, canLack: bool, least: u32, most: u32, fraction: u32): void {
    this.form = form;
    this.isOptional = isOptional;
    this.canLack = canLack;
    this.least = least;
    this.most = most;
    this.fraction = fraction;
  }

  /**
   * Adds the places of the field's columns to the row.
   *
   * @returns the end of the field that starts here, or `NOWHERE` if it has another form
   */
  scan(start: usize, end: usize): usize {
    if (this.isOptional && start < end && load<u8>(start) == DASH) {
      addPlace(start, start + 1);
      if (this.form == HOST_PORT) addPlace(start, start + 1);
      return start + 1;
    }
    switch (this.form) {
      case HOST_PORT:
        return hostPort(start, end);
      case QUOTED:
        return quoted(start, end);
      case QUOTED_OR_BARE:
      case STATUS_CODES:
        return quotedOrBare(start, end, this.form == STATUS_CODES);
      case REQUEST:
        return request(start, end);
      case BARE_REQUEST:
        addRequest(start, end);
        return end;
      case BRACKETED_TIME:
        return bracketedTime(start, end);
      case DATE: {
        dateStart = start;
        return dateEnd(start, end);
      }
      case TIME_OF_DAY:
        return timeOfDay(start, end);
      default: {
        const fieldEnd = this.oneColumn(start, end);
        addPlace(start, fieldEnd);
        return fieldEnd;
      }
    }
  }

  /** Adds the empty places of the field's columns to the row. */
  lack(): void {
    const columns = this.form == HOST_PORT ? 2 : this.form == BARE_REQUEST ? 3 : 1;
    for (let index = 0; index < columns; index++) addPlace(0, 0);
  }

  @inline private oneColumn(start: usize, end: usize): usize {
    switch (this.form) {
      case WORD:
        return word(start, end);
      case TABBED:
        return Search.first(TAB, start, end);
      case NUMBER:
        return number(start, end, this.most, this.fraction);
      case DIGITS: {
        const last = digitsEnd(start, end, this.most);
        return last < start + this.least ? NOWHERE : last;
      }
      case INSTANT: {
        const last = instantEnd(start, end);
        return last != NOWHERE && last < end && load<u8>(last) == BIG_Z ? last + 1 : NOWHERE;
      }
      case ZONELESS_INSTANT:
        return instantEnd(start, end);
      case FIRST_WORD:
        return firstWord(start, end);
      case QUOTED_LIST:
        return load<u8>(start) == QUOTE ? Search.first(SPACE, start, end) : word(start, end);
      case LETTERS: {
        while (start < end && isLetter(load<u8>(start))) start++;
        return start;
      }
      case NO_NUMBER: {
        const first = load<u8>(start);
        const isNoNumber = start == end || first == DASH || first == TAB || isLetter(first);
        return isNoNumber ? Search.first(TAB, start, end) : NOWHERE;
      }
      case TENANT:
        return (load<u32>(start) & 0xffffff) == TENANT_START ? Search.first(TAB, start, end) : NOWHERE;
      case BARE_STATUS:
        return statusesEnd(start, end);
      case MILLISECONDS: {
        const last = digitsEnd(start, end, this.most);
        return last < start + this.least || load<u8>(start) == ZERO ? NOWHERE : last;
      }
      case ARN:
        return load<u32>(start) == ARN_START && start + sizeof<u32>() < end ? end : NOWHERE;
      default:
        return NOWHERE;
    }
  }
}

export function newField(): Field {
  return changetype<Field>(heap.alloc(offsetof<Field>()));
}

function isLetter(byte: u8): bool {
  return <u8>((byte | 0x20) - 0x61) < 26;
}

/** Up to the next space, without a quote. */
export function word(start: usize, end: usize): usize {
  const last = Search.either(SPACE, QUOTE, start, end);
  return last < end && load<u8>(last) == QUOTE ? NOWHERE : last;
}

function firstWord(start: usize, end: usize): usize {
  const first = load<u8>(start);
  if (first == HASH || first == OPEN_BRACE) return NOWHERE;
  const last = word(start, end);
  return last == start || Search.first(TAB, start, last) < last ? NOWHERE : last;
}

/** A number, only a dash, or nothing; a point without a digit before it is another form. */
function number(start: usize, end: usize, most: usize, fraction: usize): usize {
  const first = start + usize(start < end && load<u8>(start) == DASH);
  const whole = digitsEnd(first, end, most);
  if (fraction == 0 || whole == end || load<u8>(whole) != DOT) return whole;
  return whole == first ? NOWHERE : digitsEnd(whole + 1, end, fraction);
}

/** Address and port, split at the last colon. An address can be in brackets; other brackets are another form. */
function hostPort(start: usize, end: usize): usize {
  const last = word(start, end);
  if (last == NOWHERE) return NOWHERE;
  const colon = findLast(COLON, start, last);
  if (colon == NOWHERE || colon + 1 == last || digitsEnd(colon + 1, last, MOST_PORT_DIGITS) != last)
    return NOWHERE;
  const brackets = usize(load<u8>(start) == OPEN_BRACKET && load<u8>(colon - 1) == CLOSE_BRACKET);
  const host = start + brackets;
  const hostEnd = colon - brackets;
  if (Search.either(OPEN_BRACKET, CLOSE_BRACKET, host, hostEnd) < hostEnd) return NOWHERE;
  addPlace(host, hostEnd);
  addPlace(colon + 1, last);
  return last;
}

/** @returns the quote after that at the start */
function closingQuote(start: usize, end: usize): usize {
  if (start >= end || load<u8>(start) != QUOTE) return NOWHERE;
  const close = Search.first(QUOTE, start + 1, end);
  // An escaped quote is another form.
  return close == end || load<u8>(close - 1) == BACKSLASH ? NOWHERE : close;
}

/** @returns what follows the quoted text that starts here */
export function quotedEnd(start: usize, end: usize): usize {
  const close = closingQuote(start, end);
  return close == NOWHERE ? NOWHERE : close + 1;
}

function quoted(start: usize, end: usize): usize {
  const close = closingQuote(start, end);
  if (close == NOWHERE) return NOWHERE;
  addPlace(start + 1, close);
  return close + 1;
}

/** @param isStatus true if it must be status codes */
function quotedOrBare(start: usize, end: usize, isStatus: bool): usize {
  const quotes = usize(start < end && load<u8>(start) == QUOTE);
  const last = quotes ? closingQuote(start, end) : word(start, end);
  if (last == NOWHERE) return NOWHERE;
  if (isStatus && statusesEnd(start + quotes, last) != last) return NOWHERE;
  addPlace(start + quotes, last);
  return last + quotes;
}

/** Status codes, separated by spaces: each attempt to send the request to a target has one. */
function statusesEnd(start: usize, end: usize): usize {
  for (; start < end; start++) {
    const byte = load<u8>(start);
    if (byte != DASH && byte != SPACE && !isDigit(byte)) break;
  }
  return start;
}

function request(start: usize, end: usize): usize {
  const close = closingQuote(start, end);
  if (close == NOWHERE) return NOWHERE;
  addRequest(start + 1, close);
  return close + 1;
}

/** Method, URL and protocol: the first word, the last of three or more, and the text between them. */
function addRequest(start: usize, end: usize): void {
  const first = Search.first(SPACE, start, end);
  addPlace(start, first);
  const url = skipSpaces(first, end);
  const rest = skipSpacesBefore(url, end);
  const last = findLast(SPACE, url, rest);
  if (last == 0) {
    addPlace(url, rest);
    addPlace(0, 0);
    return;
  }
  addPlace(url, skipSpacesBefore(url, last));
  addPlace(last + 1, rest);
}

function skipSpaces(at: usize, end: usize): usize {
  while (at < end && load<u8>(at) == SPACE) at++;
  return at;
}

/** @returns where the spaces before the end start */
function skipSpacesBefore(start: usize, end: usize): usize {
  while (end > start && load<u8>(end - 1) == SPACE) end--;
  return end;
}

/** One column with the date, which is right before it in lines by position. */
function timeOfDay(start: usize, end: usize): usize {
  const clock = clockEnd(start, end);
  if (clock == NOWHERE) return NOWHERE;
  if (start == dateStart + DATE_LENGTH + 1) {
    addPlace(dateStart, clock);
    return clock;
  }
  const length = DATE_LENGTH + 1 + CLOCK_LENGTH;
  const text = makeText(length);
  if (!text) return NOWHERE;
  memory.copy(text, dateStart, DATE_LENGTH);
  store<u8>(text + DATE_LENGTH, SPACE);
  memory.copy(text + DATE_LENGTH + 1, start, CLOCK_LENGTH);
  addPlace(text, text + length);
  return clock;
}

/** `[23/Nov/2026:07:05:12 +0000]` */
function bracketedTime(start: usize, end: usize): usize {
  if (start >= end || load<u8>(start) != OPEN_BRACKET) return NOWHERE;
  const day = namedDateEnd(start + 1, end);
  if (day == NOWHERE || load<u8>(day) != COLON) return NOWHERE;
  const clock = clockEnd(day + 1, end);
  if (clock == NOWHERE || clock + ZONE_LENGTH >= end) return NOWHERE;
  const zone = clock + ZONE_LENGTH;
  if ((load<u64>(clock) & 0xffffffffffff) != ZONE || load<u8>(zone) != CLOSE_BRACKET) return NOWHERE;
  addPlace(start + 1, zone);
  return zone + 1;
}
