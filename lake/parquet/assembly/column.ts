import { DASH } from "./ascii";
import { appendText, Dictionary, NOT_FOUND, newDictionary } from "./dictionary";
import { Bytes, isSame, newBytes } from "./memory";
import { PLACE_BYTES, places, rowBytes, rows } from "./places";
import { dateOf, doubleOf, instantOf, integerOf } from "./values";

/** Types of columns, as the host numbers them. */
export const TEXT: u32 = 0;
export const INT: u32 = 1;
export const BIGINT: u32 = 2;
export const DOUBLE: u32 = 3;
export const DATE: u32 = 4;
export const TIMESTAMP: u32 = 5;

/** The values of one column in a row group. */
@unmanaged
export class Column {
  field: u32;
  type: u32;
  /** Bytes before the text of every value. */
  prefix: u32;
  /** A bit for each row: 1 if it has a value. */
  present: usize;
  /** Rows with a value. */
  count: u32;
  /** True if the column has too many values for a dictionary: it will have them in later row groups, too. */
  isPlain: bool;
  dictionary: Dictionary;
  /** Entries of the dictionary, two bytes for each value. */
  entries: usize;
  /** Values in Parquet's plain form, if there is no dictionary. */
  values: Bytes;

  begin(field: u32, type: u32, prefix: u32, mostRows: u32): void {
    this.field = field;
    this.type = type;
    this.prefix = prefix;
    this.isPlain = false;
    this.clear(mostRows);
  }

  clear(mostRows: u32): void {
    this.count = 0;
    this.values.length = 0;
    this.dictionary.clear();
    memory.fill(this.present, 0, (mostRows + 7) >> 3);
  }

  /** Adds the values of the rows whose places are known. @param first number of the first of them in the row group */
  add(first: u32): void {
    let previous: usize = 0;
    let previousLength: usize = 0;
    let entry: u32 = 0;
    let place = places + <usize>this.field * PLACE_BYTES;
    for (let row: u32 = 0; row < rows; row++, place += rowBytes) {
      const text = <usize>load<u32>(place) + this.prefix;
      const length = <isize>(<usize>load<u32>(place, 4) - text);
      if (length <= 0 || (length == 1 && this.prefix == 0 && load<u8>(text) == DASH)) continue;
      const bit = first + row;
      const byte = this.present + (bit >> 3);
      store<u8>(byte, load<u8>(byte) | ((<u8>1) << (<u8>(bit & 7))));
      if (!this.isPlain) {
        if (length != previousLength || !isSame(text, previous, length)) {
          entry = this.dictionary.entryOf(text, length);
          previous = text;
          previousLength = length;
        }
        if (entry != NOT_FOUND) {
          store<u16>(this.entries + this.count * 2, <u16>entry);
          this.count++;
          continue;
        }
        this.becomePlain();
      }
      this.append(text, length);
      this.count++;
    }
  }

  /** Memory that the values take. */
  get bytes(): usize {
    return this.values.length + this.dictionary.texts.length;
  }

  private becomePlain(): void {
    this.isPlain = true;
    for (let index: u32 = 0; index < this.count; index++) {
      const entry = <u32>load<u16>(this.entries + index * 2);
      this.append(this.dictionary.text(entry), this.dictionary.length(entry));
    }
  }

  /** The values in Parquet's plain form: all of them, or those of the dictionary. */
  plainValues(): Bytes {
    if (this.isPlain) return this.values;
    if (this.type == TEXT) return this.dictionary.texts;
    this.values.length = 0;
    for (let entry: u32 = 0; entry < this.dictionary.size; entry++) {
      this.append(this.dictionary.text(entry), this.dictionary.length(entry));
    }
    return this.values;
  }

  private append(text: usize, length: usize): void {
    const values = this.values;
    switch (this.type) {
      case TEXT: {
        appendText(values, text, length);
        return;
      }
      case INT:
      case DATE: {
        store<i32>(values.reserve(4), this.type == INT ? <i32>integerOf(text, length) : dateOf(text));
        values.length += 4;
        return;
      }
      case DOUBLE: {
        store<f64>(values.reserve(8), doubleOf(text, length));
        values.length += 8;
        return;
      }
      default: {
        store<i64>(
          values.reserve(8),
          this.type == BIGINT ? integerOf(text, length) : instantOf(text, length),
        );
        values.length += 8;
      }
    }
  }
}

export function newColumn(mostRows: u32, mostEntries: u32, mostBytes: usize): Column {
  const column = changetype<Column>(heap.alloc(offsetof<Column>()));
  column.present = heap.alloc((mostRows + 7) >> 3);
  column.entries = heap.alloc(mostRows * 2);
  column.dictionary = newDictionary(mostEntries, mostBytes);
  column.values = newBytes(1024);
  return column;
}
