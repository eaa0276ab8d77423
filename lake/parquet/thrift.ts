const [TRUE, FALSE, BYTE, I32, I64, BINARY, LIST, STRUCT] = [1, 2, 3, 5, 6, 8, 9, 12] as const;
const END_OF_STRUCT = 0;
/** From this many items on, a list has its length in further bytes. */
const LONG_LIST = 15;

/**
 * Writes Thrift's compact protocol, the form of everything in a Parquet file except its columns. Values go to memory at
 * once, field by field: a footer has tens of thousands of them.
 *
 * Fields of a structure are written by their numbers in order, which differ by at most 15. Numbers are not negative.
 */
export class ThriftWriter {
  private bytes = new Uint8Array(1 << 12);
  private length = 0;
  /** Number of the last field of the structure that is written, and of those that it is in. */
  private last = 0;
  private readonly outer: number[] = [];

  /** Starts a structure that is in no field: an item of a list, or the value as a whole. */
  begin(): void {
    this.outer.push(this.last);
    this.last = 0;
  }

  /** Ends the structure that was started last. */
  end(): void {
    this.add(END_OF_STRUCT);
    this.last = this.outer.pop() ?? 0;
  }

  /** Starts a structure in a field. */
  beginField(field: number): void {
    this.field(field, STRUCT);
    this.begin();
  }

  /** A structure without fields. */
  empty(field: number): void {
    this.beginField(field);
    this.end();
  }

  bool(field: number, value: boolean): void {
    this.field(field, value ? TRUE : FALSE);
  }

  i8(field: number, value: number): void {
    this.field(field, BYTE);
    this.add(value);
  }

  i32(field: number, value: number): void {
    this.field(field, I32);
    this.varint(2 * value);
  }

  i64(field: number, value: number): void {
    this.field(field, I64);
    this.varint(2 * value);
  }

  binary(field: number, value: Uint8Array): void {
    this.field(field, BINARY);
    this.lengthAndBytes(value);
  }

  text(field: number, value: string): void {
    this.binary(field, Buffer.from(value));
  }

  i32s(field: number, values: readonly number[]): void {
    this.list(field, I32, values.length);
    for (const value of values) this.varint(2 * value);
  }

  texts(field: number, values: readonly string[]): void {
    this.list(field, BINARY, values.length);
    for (const value of values) this.lengthAndBytes(Buffer.from(value));
  }

  /** Starts a list of structures, which follow. */
  structs(field: number, count: number): void {
    this.list(field, STRUCT, count);
  }

  /** A structure that was written before. */
  written(struct: Uint8Array): void {
    this.reserve(struct.length);
    this.bytes.set(struct, this.length);
    this.length += struct.length;
  }

  /** @returns what was written, which is then forgotten */
  take(): Uint8Array {
    const taken = this.bytes.slice(0, this.length);
    this.length = 0;
    return taken;
  }

  private field(field: number, type: number): void {
    this.add(((field - this.last) << 4) | type);
    this.last = field;
  }

  private list(field: number, type: number, count: number): void {
    this.field(field, LIST);
    const isLong = count >= LONG_LIST;
    this.add(((isLong ? LONG_LIST : count) << 4) | type);
    if (isLong) this.varint(count);
  }

  private lengthAndBytes(value: Uint8Array): void {
    this.varint(value.length);
    this.written(value);
  }

  /** Seven bits a byte; not by bits, because offsets in large files have more than 32. */
  private varint(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.add((rest % 0x80) | 0x80);
    this.add(rest);
  }

  private add(byte: number): void {
    this.reserve(1);
    this.bytes[this.length++] = byte;
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const bytes = new Uint8Array(2 * (this.length + more));
    bytes.set(this.bytes);
    this.bytes = bytes;
  }
}
