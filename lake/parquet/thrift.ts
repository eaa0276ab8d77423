/** A value in Thrift's compact protocol, the form of everything in a Parquet file except its columns. */
export interface Thrift {
  readonly type: number;
  readonly bytes: ArrayLike<number>;
}

const [TRUE, FALSE, BYTE, I32, I64, BINARY, LIST, STRUCT] = [1, 2, 3, 5, 6, 8, 9, 12];
const END_OF_STRUCT = 0;
/** From this many items on, a list has its length in further bytes. */
const LONG_LIST = 15;

/** Loops, not spreads: a footer has tens of thousands of bytes. */
function append(bytes: number[], added: ArrayLike<number>): void {
  for (let index = 0; index < added.length; index++) bytes.push(added[index] as number);
}

/** Seven bits a byte; not by bits, because offsets in large files have more than 32. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return bytes;
}

export const i8 = (value: number): Thrift => ({ type: BYTE, bytes: [value] });
/** @param value not negative */
export const i32 = (value: number): Thrift => ({ type: I32, bytes: varint(2 * value) });
/** @param value not negative */
export const i64 = (value: number): Thrift => ({ type: I64, bytes: varint(2 * value) });
/** Only for a field of a structure: its value is in its type. */
export const bool = (value: boolean): Thrift => ({ type: value ? TRUE : FALSE, bytes: [] });

export function binary(value: Uint8Array): Thrift {
  const bytes = varint(value.length);
  append(bytes, value);
  return { type: BINARY, bytes };
}

export const text = (value: string): Thrift => binary(Buffer.from(value));

function listOf(type: number, items: readonly Thrift[]): Thrift {
  const isLong = items.length >= LONG_LIST;
  const bytes = [((isLong ? LONG_LIST : items.length) << 4) | type];
  if (isLong) append(bytes, varint(items.length));
  for (const item of items) append(bytes, item.bytes);
  return { type: LIST, bytes };
}

export const i32s = (values: readonly number[]): Thrift => listOf(I32, values.map(i32));
export const texts = (values: readonly string[]): Thrift => listOf(BINARY, values.map(text));
/** @param items bytes of structures */
export const structs = (items: readonly Thrift[]): Thrift => listOf(STRUCT, items);

/** @param fields by their numbers, which differ by at most 15; undefined ones are left out */
export function struct(fields: Readonly<Record<number, Thrift | undefined>>): Thrift {
  const bytes: number[] = [];
  let last = 0;
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    bytes.push(((Number(key) - last) << 4) | value.type);
    append(bytes, value.bytes);
    last = Number(key);
  }
  bytes.push(END_OF_STRUCT);
  return { type: STRUCT, bytes };
}

/** A structure that was written before. */
export const structOf = (bytes: Uint8Array): Thrift => ({ type: STRUCT, bytes });
