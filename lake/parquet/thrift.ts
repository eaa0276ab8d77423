/** A value in Thrift's compact protocol, the form of everything in a Parquet file except its columns. */
export interface Thrift {
  readonly type: number;
  readonly write: (output: Output) => void;
}

const [TRUE, FALSE, BYTE, I32, I64, BINARY, LIST, STRUCT] = [1, 2, 3, 5, 6, 8, 9, 12];
const END_OF_STRUCT = 0;
/** From this many items on, a list has its length in further bytes. */
const LONG_LIST = 15;

/** Bytes that are written one after the other: a footer has tens of thousands of them. */
class Output {
  private bytes = new Uint8Array(1 << 12);
  private length = 0;

  add(byte: number): void {
    if (this.length === this.bytes.length) this.grow(1);
    this.bytes[this.length++] = byte;
  }

  addAll(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.bytes.length) this.grow(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Seven bits a byte; not by bits, because offsets in large files have more than 32. */
  addVarint(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.add((rest % 0x80) | 0x80);
    this.add(rest);
  }

  /** @returns the bytes so far, which are then forgotten */
  take(): Uint8Array {
    const taken = this.bytes.slice(0, this.length);
    this.length = 0;
    return taken;
  }

  private grow(more: number): void {
    const bytes = new Uint8Array(2 * (this.length + more));
    bytes.set(this.bytes);
    this.bytes = bytes;
  }
}

const output = new Output();

/** The bytes of a value. */
export function bytesOf(value: Thrift): Uint8Array {
  value.write(output);
  return output.take();
}

export const i8 = (value: number): Thrift => ({ type: BYTE, write: (to) => to.add(value) });
/** @param value not negative */
export const i32 = (value: number): Thrift => ({ type: I32, write: (to) => to.addVarint(2 * value) });
/** @param value not negative */
export const i64 = (value: number): Thrift => ({ type: I64, write: (to) => to.addVarint(2 * value) });
/** Only for a field of a structure: its value is in its type. */
export const bool = (value: boolean): Thrift => ({ type: value ? TRUE : FALSE, write: () => undefined });

export const binary = (value: Uint8Array): Thrift => ({
  type: BINARY,
  write: (to) => {
    to.addVarint(value.length);
    to.addAll(value);
  },
});

export const text = (value: string): Thrift => binary(Buffer.from(value));

const listOf = (type: number, items: readonly Thrift[]): Thrift => ({
  type: LIST,
  write: (to) => {
    const isLong = items.length >= LONG_LIST;
    to.add(((isLong ? LONG_LIST : items.length) << 4) | type);
    if (isLong) to.addVarint(items.length);
    for (const item of items) item.write(to);
  },
});

export const i32s = (values: readonly number[]): Thrift => listOf(I32, values.map(i32));
export const texts = (values: readonly string[]): Thrift => listOf(BINARY, values.map(text));
/** @param items structures */
export const structs = (items: readonly Thrift[]): Thrift => listOf(STRUCT, items);

/** @param fields by their numbers, which differ by at most 15; undefined ones are left out */
export const struct = (fields: Readonly<Record<number, Thrift | undefined>>): Thrift => ({
  type: STRUCT,
  write: (to) => {
    let last = 0;
    for (const [key, value] of Object.entries(fields)) {
      if (value === undefined) continue;
      to.add(((Number(key) - last) << 4) | value.type);
      value.write(to);
      last = Number(key);
    }
    to.add(END_OF_STRUCT);
  },
});

/** A structure that was written before. */
export const structOf = (bytes: Uint8Array): Thrift => ({ type: STRUCT, write: (to) => to.addAll(bytes) });
