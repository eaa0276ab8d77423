import { zeroed } from "./memory";

/** A record starts with its key. */
export const KEY_BYTES: usize = 8;
/** No record has this number. */
export const NOT_FOUND: u32 = u32.MAX_VALUE;
export const FEW: u32 = 512;

/** With more than every second place in use, many other keys would be met on the way to one. */
const PLACES_PER_RECORD: u32 = 2;
const MULTIPLIER: u64 = 0x9e3779b97f4a7c15;

/**
 * Records of one size by their keys, with numbers from 0 in the order in which the keys came. The places are apart from the
 * records: those of many keys fit into the processor's cache.
 */
@unmanaged
export class Table {
  /** Number of records. */
  length: u32;
  /** Address of the first record, and bytes from one to the next. */
  start: usize;
  stride: usize;
  /** The number of the record at each place, and 1; 0 at a free one. */
  private places: usize;
  private mask: u32;

  at(number: u32): usize {
    return this.start + <usize>number * this.stride;
  }

  key(number: u32): u64 {
    return load<u64>(this.at(number));
  }

  /** The number of a key. A new one gets a record of zeros. */
  numberOf(key: u64): u32 {
    const place = this.placeOf(key);
    const number = load<u32>(place);
    return number == 0 ? this.added(key, place) : number - 1;
  }

  /** The number of a key, or `NOT_FOUND`. */
  find(key: u64): u32 {
    return load<u32>(this.placeOf(key)) - 1;
  }

  /** Forgets all records, and keeps their room. */
  clear(): void {
    memory.fill(this.places, 0, bytesOf(this.mask));
    this.length = 0;
  }

  free(): void {
    heap.free(this.start);
    heap.free(this.places);
    heap.free(changetype<usize>(this));
  }

  /** Address of the place of a key, or of the one for it. */
  private placeOf(key: u64): usize {
    const mask = this.mask;
    let place = <u32>(((key ^ (key >> 32)) * MULTIPLIER) >> 32) & mask;
    let at = this.places + ((<usize>place) << 2);
    for (let number = load<u32>(at); number != 0 && this.key(number - 1) != key; number = load<u32>(at)) {
      place = (place + 1) & mask;
      at = this.places + ((<usize>place) << 2);
    }
    return at;
  }

  private added(key: u64, place: usize): u32 {
    const number = this.length++;
    store<u32>(place, this.length);
    const record = this.at(number);
    store<u64>(record, key);
    for (let at = record + KEY_BYTES; at < record + this.stride; at += 8) store<u64>(at, 0);
    if (this.length * PLACES_PER_RECORD > this.mask) this.grow();
    return number;
  }

  private grow(): void {
    const mask = 2 * this.mask + 1;
    this.start = heap.realloc(this.start, recordBytes(mask, this.stride));
    heap.free(this.places);
    this.places = zeroed(bytesOf(mask));
    this.mask = mask;
    for (let number: u32 = 0; number < this.length; number++)
      store<u32>(this.placeOf(this.key(number)), number + 1);
  }
}

/**
 * @param bytes of a record without its key
 * @param expected records that it has room for at first
 */
export function newTable(bytes: usize, expected: u32): Table {
  const table = changetype<Table>(heap.alloc(offsetof<Table>()));
  const mask: u32 = u32.MAX_VALUE >> clz(PLACES_PER_RECORD * expected);
  table.length = 0;
  table.stride = KEY_BYTES + ((bytes + 7) & ~7);
  table.start = heap.alloc(recordBytes(mask, table.stride));
  table.places = zeroed(bytesOf(mask));
  table.mask = mask;
  return table;
}

function bytesOf(mask: u32): usize {
  return (<usize>mask + 1) << 2;
}

function recordBytes(mask: u32, stride: usize): usize {
  return ((<usize>mask + 1) / PLACES_PER_RECORD) * stride;
}
