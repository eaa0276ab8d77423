import { DATE, DOUBLE, INT, TEXT } from "./column";
import { Bytes, isBefore } from "./memory";

/** Addresses of the least and the greatest value of a column in plain form. A text has its length before it. */
export let least: usize = 0;
export let greatest: usize = 0;

/** @param values at least one */
export function findBounds(type: u32, values: Bytes): void {
  const end = values.start + values.length;
  switch (type) {
    case TEXT: {
      findTexts(values.start, end);
      return;
    }
    case INT:
    case DATE: {
      findNumbers<i32>(values.start, end);
      return;
    }
    case DOUBLE: {
      findNumbers<f64>(values.start, end);
      return;
    }
    default: {
      findNumbers<i64>(values.start, end);
    }
  }
}

function findNumbers<T>(start: usize, end: usize): void {
  least = start;
  greatest = start;
  for (let at = start + sizeof<T>(); at < end; at += sizeof<T>()) {
    const value = load<T>(at);
    if (value < load<T>(least)) least = at;
    if (value > load<T>(greatest)) greatest = at;
  }
}

function findTexts(start: usize, end: usize): void {
  least = start + 4;
  greatest = start + 4;
  let length: usize = 0;
  for (let at = start + 4; at < end; at += length + 4) {
    length = load<u32>(at - 4);
    if (isBefore(at, length, least, load<u32>(least - 4))) least = at;
    else if (isBefore(greatest, load<u32>(greatest - 4), at, length)) greatest = at;
  }
}
