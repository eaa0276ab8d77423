/** A key of a shape. */
@unmanaged
class Key {
  /** Its column in the codes of a group. */
  column: u32;
  /** Number of slots that are added up to one; 1 for everything else. */
  merged: u32;
  /** Highest code; those above it are added to code 0. */
  cap: u32;
  /** What its code is multiplied by. */
  factor: u64;
}

export const MOST_KEYS: usize = 32;

/** What cubes are grouped by: the codes of its keys are one number, the first counts most. */
@unmanaged
export class Shape {
  /** Number of all possible numbers: the value of a list is multiplied by it. */
  size: u64;
  private count: usize;
  private keys: usize;
  /** The numbers of the codes of a batch. */
  private numbers: usize;
  private room: u32;
  private batch: u32;

  /** Adds a key, which counts less than those before. */
  add(column: u32, size: u32, merged: u32, cap: u32): void {
    if (this.count == MOST_KEYS) unreachable();
    for (let index: usize = 0; index < this.count; index++) this.key(index).factor *= size;
    const key = this.key(this.count++);
    key.column = column;
    key.merged = merged;
    key.cap = cap;
    key.factor = 1;
    this.size *= size;
  }

  /** The number of some codes. */
  pack(codes: usize): u64 {
    let number: u64 = 0;
    for (let index: usize = 0; index < this.count; index++) {
      const key = this.key(index);
      const code = <u32>load<u16>(codes + ((<usize>key.column) << 1));
      if (code <= key.cap) number += <u64>(key.merged == 1 ? code : code / key.merged) * key.factor;
    }
    return number;
  }

  /** The codes of a number. Of slots that were added up, it is the first one. */
  unpack(number: u64, codes: usize): void {
    for (let index: usize = 0; index < this.count; index++) {
      const key = this.key(index);
      const code = number / key.factor;
      store<u16>(codes + ((<usize>key.column) << 1), <u16>(<u32>code * key.merged));
      number -= code * key.factor;
    }
  }

  /** What the code of a column is multiplied by; 0 if no key has it. */
  factorOf(column: u32): u64 {
    for (let index: usize = 0; index < this.count; index++)
      if (this.key(index).column == column) return this.key(index).factor;
    return 0;
  }

  /**
   * Address of the numbers of several codes.
   *
   * @param stride bytes from some codes to the next
   * @param batch number of the batch that they are of, not 0: several cubes need the same ones
   */
  numbersOf(codes: usize, stride: usize, length: u32, batch: u32): usize {
    if (this.batch == batch) return this.numbers;
    this.batch = batch;
    if (this.room < length) {
      if (this.room > 0) heap.free(this.numbers);
      this.room = length + length / 2;
      this.numbers = heap.alloc((<usize>this.room) << 3);
    }
    for (let index: usize = 0; index < length; index++)
      store<u64>(this.numbers + (index << 3), this.pack(codes + index * stride));
    return this.numbers;
  }

  private key(index: usize): Key {
    return changetype<Key>(this.keys + index * offsetof<Key>());
  }
}

export function newShape(): Shape {
  const shape = changetype<Shape>(heap.alloc(offsetof<Shape>()));
  shape.size = 1;
  shape.count = 0;
  shape.keys = heap.alloc(MOST_KEYS * offsetof<Key>());
  shape.room = 0;
  shape.batch = 0;
  return shape;
}
