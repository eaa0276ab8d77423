import { codesOf, keys, slots } from "./batch";
import { addClient } from "./clients";
import { zeroed } from "./memory";
import { KEY_BYTES, NOT_FOUND, newTable, Table } from "./table";

const PART_BYTES: usize = 8;
const MOST_COLUMNS: usize = 32;

/** A column of what is made of the combinations. */
@unmanaged
class Column {
  /** What its code is multiplied by in the key of a row; 0 for a list that rows are not grouped by. */
  factor: u64;
  list: u32;
}

/**
 * Combinations of a few columns of the log. The record of each has what its codes add to the key of a row, and its codes in the
 * lists that rows are not grouped by.
 */
@unmanaged
export class Source {
  combinations: Table;
  /** True if each combination is a client. */
  hasClients: bool;
  private count: usize;
  private columns: usize;
  /** The numbers of the lists. */
  private listCount: usize;
  private lists: usize;
  /** The record of an unknown combination: all codes are 0. */
  private unknown: usize;

  addColumn(factor: u64, list: u32): void {
    if (this.count == MOST_COLUMNS) unreachable();
    const column = this.column(this.count++);
    column.factor = factor;
    column.list = list;
    if (factor == 0) store<u32>(this.lists + (this.listCount++ << 2), list);
  }

  /** Forgets all combinations. @param expected number of those that come */
  clear(expected: u32): void {
    this.combinations.free();
    this.combinations = newTable(PART_BYTES + 2 * this.listCount, expected + 1);
    this.unknown = zeroed(this.combinations.stride);
  }

  /** @param read a column of keys, and one of codes for each column */
  addCombinations(read: usize, length: usize): void {
    for (let row: usize = 0; row < length; row++) {
      const record = this.combinations.at(this.combinations.numberOf(load<u64>(read + row * 8)));
      let part: u64 = 0;
      let ofList = record + KEY_BYTES + PART_BYTES;
      for (let index: usize = 0; index < this.count; index++) {
        const code = load<f64>(read + ((index + 1) * length + row) * 8);
        const factor = this.column(index).factor;
        part += <u64>code * factor;
        if (factor != 0) continue;
        store<u16>(ofList, <u16>code);
        ofList += 2;
      }
      store<u64>(record + KEY_BYTES, part);
    }
  }

  /** Adds the codes of rows of the batch. @param read keys of their combinations */
  addRows(from: usize, read: usize, length: usize): void {
    for (let index: usize = 0; index < length; index++) {
      const row = from + index;
      const number = this.combinations.find(load<u64>(read + index * 8));
      const record = number == NOT_FOUND ? this.unknown : this.combinations.at(number);
      const key = keys + row * 8;
      store<u64>(key, load<u64>(key) + load<u64>(record + KEY_BYTES));
      for (let list: usize = 0; list < this.listCount; list++) {
        const codes = codesOf(load<u32>(this.lists + (list << 2)));
        store<u16>(codes + row * 2, load<u16>(record + KEY_BYTES + PART_BYTES + list * 2));
      }
      if (this.hasClients && number != NOT_FOUND) addClient(load<u32>(slots + row * 4), number);
    }
  }

  private column(index: usize): Column {
    return changetype<Column>(this.columns + index * offsetof<Column>());
  }
}

export function newSource(hasClients: bool): Source {
  const source = changetype<Source>(heap.alloc(offsetof<Source>()));
  source.combinations = newTable(0, 1);
  source.hasClients = hasClients;
  source.count = 0;
  source.columns = heap.alloc(MOST_COLUMNS * offsetof<Column>());
  source.listCount = 0;
  source.lists = heap.alloc(MOST_COLUMNS * 4);
  source.unknown = 0;
  return source;
}
