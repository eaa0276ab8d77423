import { FEW, KEY_BYTES, newTable, Table } from "./table";

const SECONDS: f64 = 900;

/** Requests by quarter of an hour, since the one in which the range starts. A log can have holes of years. */
export const quarters: Table = newTable(8, FEW);
let last: u64 = u64.MAX_VALUE;
let lastNumber: u32 = 0;

/** @param seconds since the start of the first quarter */
export function addToQuarter(seconds: f64): void {
  const quarter = <u64>(seconds / SECONDS);
  if (quarter != last) lastNumber = quarters.numberOf(quarter);
  last = quarter;
  const requests = quarters.at(lastNumber) + KEY_BYTES;
  store<f64>(requests, load<f64>(requests) + 1);
}
