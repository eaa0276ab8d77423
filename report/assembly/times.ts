import { enlarged, zeroed } from "./memory";
import { FEW, NOT_FOUND, newTable, Table } from "./table";

/** An address and a number. */
const GROUP_BYTES: usize = 8;

/** The different times of requests: logs round times, so that there are few. Frequent times come early and have low numbers. */
export const different: Table = newTable(0, FEW);
/** The numbers of the times in the order of the times. */
let ordered: usize = 0;
/** For each group of requests the address of its numbers of requests, by the number of their time, and how many these are. */
let groups: usize = 0;

/** The group that is read, and the number of its requests with a time; a place in the order, and the requests until there. */
let readGroup: usize = 0;
let all: u32 = 0;
let place: u32 = 0;
let requests: u32 = 0;

export function beginTimes(count: usize): void {
  groups = zeroed(count * GROUP_BYTES);
}

export function numberOfTime(seconds: f64): u32 {
  return seconds < 0 ? NOT_FOUND : different.numberOf(reinterpret<u64>(seconds));
}

export function addTime(group: u32, time: u32): void {
  const counts = groups + <usize>group * GROUP_BYTES;
  const length = load<u32>(counts, 4);
  if (time >= length) enlarge(counts, length, 2 * time + 1);
  const at = load<usize>(counts) + ((<usize>time) << 2);
  store<u32>(at, load<u32>(at) + 1);
}

function enlarge(counts: usize, length: u32, larger: u32): void {
  const from = (<usize>length) << 2;
  const to = (<usize>larger) << 2;
  store<usize>(counts, length == 0 ? zeroed(to) : enlarged(load<usize>(counts), from, to));
  store<u32>(counts, larger, 4);
}

/** @param times all different ones in their order */
export function orderTimes(times: usize): void {
  ordered = heap.alloc((<usize>different.length) << 2);
  for (let index: usize = 0; index < different.length; index++)
    store<u32>(ordered + (index << 2), different.find(load<u64>(times + (index << 3))));
}

/** Starts to read the times of a group. @returns the number of its requests with a time */
export function readTimes(group: u32): u32 {
  readGroup = groups + <usize>group * GROUP_BYTES;
  all = 0;
  for (let time: u32 = 0; time < load<u32>(readGroup, 4); time++) all += requestsOf(time);
  place = 0;
  requests = requestsAt(0);
  return all;
}

/** A quantile of the group's times, as DuckDB interpolates it. @param part not less than before */
export function quantile(part: f64): f64 {
  const at = part * <f64>(all - 1);
  const share = at - Math.floor(at);
  while (<f64>requests <= Math.floor(at)) requests += requestsAt(++place);
  let next = place;
  if (<f64>requests <= Math.ceil(at))
    do next++;
    while (requestsAt(next) == 0);
  return timeAt(place) * (1 - share) + timeAt(next) * share;
}

function timeAt(index: u32): f64 {
  return reinterpret<f64>(different.key(numberAt(index)));
}

function numberAt(index: u32): u32 {
  return load<u32>(ordered + ((<usize>index) << 2));
}

function requestsAt(index: u32): u32 {
  return requestsOf(numberAt(index));
}

function requestsOf(time: u32): u32 {
  if (time >= load<u32>(readGroup, 4)) return 0;
  return load<u32>(load<usize>(readGroup) + ((<usize>time) << 2));
}
