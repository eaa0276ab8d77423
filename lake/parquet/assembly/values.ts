/** Values of texts whose form the reader of the lines has checked. */

import { DASH, DOT, SLASH, SPACE, ZERO } from "./ascii";
import { CLOCK_LENGTH, DATE_LENGTH, isDigit, monthOf, NAMED_DATE_LENGTH } from "./times";

const MICROSECONDS: i64 = 1_000_000;
const MILLISECOND: i64 = 1000;
const DAY_SECONDS: i64 = 86_400;
const FRACTION_DIGITS: usize = 6;
/** A number of so many digits, and a power of ten up to this one, have no rounding error: nor has their quotient. */
const EXACT_DIGITS: usize = 15;
const POWERS: StaticArray<f64> = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
];

/** The number of any text, by the host, for those that are not exact here. */
declare function numberOf(text: usize, length: usize): f64;

function digit(at: usize): i64 {
  return <i64>load<u8>(at) - ZERO;
}

function twoDigits(at: usize): i64 {
  return 10 * digit(at) + digit(at + 1);
}

export function integerOf(text: usize, length: usize): i64 {
  const end = text + length;
  const isNegative = load<u8>(text) == DASH;
  let value: i64 = 0;
  for (let at = text + <usize>isNegative; at < end; at++) value = 10 * value + digit(at);
  return isNegative ? -value : value;
}

export function doubleOf(text: usize, length: usize): f64 {
  if (length > EXACT_DIGITS) return numberOf(text, length);
  const end = text + length;
  const isNegative = load<u8>(text) == DASH;
  let digits: i64 = 0;
  let point = end;
  for (let at = text + <usize>isNegative; at < end; at++) {
    const byte = load<u8>(at);
    if (byte == DOT) point = at + 1;
    else if (byte - ZERO > 9) return numberOf(text, length);
    else digits = 10 * digits + (byte - ZERO);
  }
  const value = <f64>digits / unchecked(POWERS[<i32>(end - point)]);
  return isNegative ? -value : value;
}

/** Days since 1970. @param text `2026-11-23...` */
export function dateOf(text: usize): i32 {
  return <i32>daysOf(100 * twoDigits(text) + twoDigits(text + 2), twoDigits(text + 5), twoDigits(text + 8));
}

/** Microseconds since 1970. @param text `2026-11-23T07:05:12.123Z`, `23/Nov/2026:07:05:12 +0000`, or milliseconds since 1970 */
export function instantOf(text: usize, length: usize): i64 {
  if (isDigit(load<u8>(text + 4))) return MILLISECOND * integerOf(text, length);
  const isNamed = load<u8>(text + 2) == SLASH;
  const days = isNamed
    ? daysOf(100 * twoDigits(text + 7) + twoDigits(text + 9), monthOf(text + 3), twoDigits(text))
    : <i64>dateOf(text);
  const clock = text + (isNamed ? NAMED_DATE_LENGTH : DATE_LENGTH) + 1;
  const seconds = 3600 * twoDigits(clock) + 60 * twoDigits(clock + 3) + twoDigits(clock + 6);
  return (DAY_SECONDS * days + seconds) * MICROSECONDS + fractionOf(clock + CLOCK_LENGTH, text + length);
}

/** Microseconds of a fraction such as `.123`, if there is one. */
function fractionOf(text: usize, end: usize): i64 {
  if (text >= end || load<u8>(text) != DOT) return 0;
  let value: i64 = 0;
  for (let index: usize = 1; index <= FRACTION_DIGITS; index++) {
    const at = text + index;
    value = 10 * value + (at < end && load<u8>(at) - ZERO <= 9 ? digit(at) : 0);
  }
  return value;
}

/** Days of the Gregorian calendar since 1970, counted in years that begin in March: a leap day is then the last. */
function daysOf(year: i64, month: i64, day: i64): i64 {
  const marchYear = year - i64(month <= 2);
  const era = marchYear / 400;
  const yearOfEra = marchYear - 400 * era;
  const dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
  return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468;
}
