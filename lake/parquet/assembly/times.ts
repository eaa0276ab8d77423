/** Valid dates and times of day. */

import { COLON, DASH, DOT, SLASH, ZERO } from "./ascii";

const BIG_T: u8 = 0x54;
const FIRST_YEAR: u32 = 1000;
const LAST_YEAR: u32 = 2999;
/** Greater than any two digits. */
const NO_DIGITS: u32 = 1 << 16;
const MOST_FRACTION_DIGITS: usize = 6;

/** Lengths of `2026-11-23`, `07:05:12` and `23/Nov/2026`. */
export const DATE_LENGTH: usize = 10;
export const CLOCK_LENGTH: usize = 8;
export const NAMED_DATE_LENGTH: usize = 11;

/** No field can end here. */
export const NOWHERE: usize = 0;

export function isDigit(byte: u8): bool {
  return <u8>(byte - ZERO) <= 9;
}

function twoDigits(at: usize): u32 {
  const tens = load<u8>(at);
  const ones = load<u8>(at, 1);
  return isDigit(tens) && isDigit(ones) ? <u32>(tens - ZERO) * 10 + <u32>(ones - ZERO) : NO_DIGITS;
}

function isDay(year: u32, month: u32, day: u32): bool {
  if (year < FIRST_YEAR || year > LAST_YEAR || month - 1 > 11 || day - 1 > 30) return false;
  if (month == 2) {
    const isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day <= 28 || (day == 29 && isLeap);
  }
  const hasThirty = month == 4 || month == 6 || month == 9 || month == 11;
  return day <= 30 || !hasThirty;
}

/** @returns the end of `YYYY-MM-DD`, a valid day, that starts here */
export function dateEnd(at: usize, end: usize): usize {
  if (at + DATE_LENGTH > end || load<u8>(at, 4) != DASH || load<u8>(at, 7) != DASH) return NOWHERE;
  const year = 100 * twoDigits(at) + twoDigits(at + 2);
  return isDay(year, twoDigits(at + 5), twoDigits(at + 8)) ? at + DATE_LENGTH : NOWHERE;
}

/** @returns the end of `23/Nov/2026`, a valid day, that starts here */
export function namedDateEnd(at: usize, end: usize): usize {
  if (at + NAMED_DATE_LENGTH > end || load<u8>(at, 2) != SLASH || load<u8>(at, 6) != SLASH) return NOWHERE;
  const year = 100 * twoDigits(at + 7) + twoDigits(at + 9);
  return isDay(year, monthOf(at + 3), twoDigits(at)) ? at + NAMED_DATE_LENGTH : NOWHERE;
}

/** @returns the end of `HH:MM:SS`, a valid time, that starts here */
export function clockEnd(at: usize, end: usize): usize {
  if (at + CLOCK_LENGTH > end || load<u8>(at, 2) != COLON || load<u8>(at, 5) != COLON) return NOWHERE;
  const exists = twoDigits(at) < 24 && twoDigits(at + 3) < 60 && twoDigits(at + 6) < 60;
  return exists ? at + CLOCK_LENGTH : NOWHERE;
}

/** @returns the end of `2026-11-23T07:05:12.123456`, a valid instant with or without a fraction, that starts here */
export function instantEnd(at: usize, end: usize): usize {
  const day = dateEnd(at, end);
  if (day == NOWHERE || load<u8>(day) != BIG_T) return NOWHERE;
  const clock = clockEnd(day + 1, end);
  if (clock == NOWHERE || clock == end || load<u8>(clock) != DOT) return clock;
  const fraction = digitsEnd(clock + 1, end, MOST_FRACTION_DIGITS);
  return fraction == clock + 1 ? NOWHERE : fraction;
}

/** @returns the end of at most so many digits, and at most 16 */
export function digitsEnd(at: usize, end: usize, most: usize): usize {
  const bytes = i8x16.sub(v128.load(at), i8x16.splat(ZERO));
  const digits = i8x16.bitmask(i8x16.lt_u(bytes, i8x16.splat(10)));
  return min(at + min(<usize>ctz(~digits), most), end);
}

/** Number of a month by the three letters of its name; 0 if no month has it. */
export function monthOf(name: usize): u32 {
  switch (load<u32>(name) & 0xffffff) {
    case 0x6e614a:
      return 1; // Jan
    case 0x626546:
      return 2; // Feb
    case 0x72614d:
      return 3; // Mar
    case 0x727041:
      return 4; // Apr
    case 0x79614d:
      return 5; // May
    case 0x6e754a:
      return 6; // Jun
    case 0x6c754a:
      return 7; // Jul
    case 0x677541:
      return 8; // Aug
    case 0x706553:
      return 9; // Sep
    case 0x74634f:
      return 10; // Oct
    case 0x766f4e:
      return 11; // Nov
    case 0x636544:
      return 12; // Dec
    default:
      return 0;
  }
}
