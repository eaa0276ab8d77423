import { isSame, SLACK } from "./memory";

/** No value of an object has this name, or none of a name has a field. */
export const NO_NAME: usize = 0;
export const NO_FIELD: u32 = u32.MAX_VALUE;

/** A letter in upper case has this bit less. */
const LOWER_CASE: u8 = 0x20;

/** What stands at a place in JSON objects, as far as columns need it. */
@unmanaged
export class Name {
  /** Bytes in front of its value, e.g. `"elb":` of a member, or `host` of the list's items that have this text. */
  text: usize;
  length: usize;
  /** Number of the field that gets its text. */
  field: u32;
  /** True if it is in a list: the field gets the texts of all of them. */
  isInList: bool;
  /** True if an object with its text is of the format. */
  isProof: bool;
  /** The object that had it last: none can have it twice. */
  seen: u32;
  /** Items of the list that it is; with a text if it is chosen by a member which of them they are. */
  items: usize;
  /** Members of the object that it is, or choices of items: the next one expected, in a ring. */
  private expected: usize;
  private count: u32;
  private next: usize;

  begin(field: u32, isInList: bool, isProof: bool): void {
    this.length = 0;
    this.field = field;
    this.isInList = isInList;
    this.isProof = isProof;
    this.seen = 0;
    this.items = NO_NAME;
    this.expected = NO_NAME;
    this.count = 0;
  }

  /** Adds a member after those before. */
  append(name: Name): void {
    const last = changetype<Name>(this.expected);
    name.next = this.count == 0 ? changetype<usize>(name) : last.next;
    if (this.count > 0) last.next = changetype<usize>(name);
    this.expected = changetype<usize>(name);
    this.count++;
  }

  /** True if its text is here. */
  @inline isAt(at: usize, end: usize): bool {
    return at + this.length <= end && isSame(at, this.text, this.length);
  }

  /** @returns the member whose key is here. Most objects have the same order: it is nearly always the next one. */
  member(at: usize, end: usize): usize {
    let name = this.expected;
    for (let left = this.count; left > 0; left--) {
      name = changetype<Name>(name).next;
      if (!changetype<Name>(name).isAt(at, end)) continue;
      this.expected = name;
      return name;
    }
    return NO_NAME;
  }

  /** @returns the choice with a text, in whatever letter case */
  choice(start: usize, end: usize): usize {
    let name = this.expected;
    for (let left = this.count; left > 0; left--) {
      name = changetype<Name>(name).next;
      if (changetype<Name>(name).isInAnyCase(start, end)) return name;
    }
    return NO_NAME;
  }

  private isInAnyCase(start: usize, end: usize): bool {
    if (end - start != this.length) return false;
    for (let index: usize = 0; index < this.length; index++) {
      const byte = load<u8>(start + index);
      const isUpper = <u8>(byte - 0x41) < 26;
      if ((isUpper ? byte | LOWER_CASE : byte) != load<u8>(this.text + index)) return false;
    }
    return true;
  }
}

const MOST_NAMES: i32 = 256;
const MOST_TEXT_BYTES: usize = 128;
const names: StaticArray<usize> = new StaticArray<usize>(MOST_NAMES);
let count: u32 = 0;

/** Forgets the names of another format; only the object itself is left. */
export function forgetNames(): void {
  count = 0;
  newName(NO_FIELD, false, false);
}

/** @returns number of the name */
export function newName(field: u32, isInList: bool, isProof: bool): u32 {
  if (count == MOST_NAMES) unreachable();
  if (!unchecked(names[count])) {
    const name = changetype<Name>(heap.alloc(offsetof<Name>()));
    name.text = heap.alloc(MOST_TEXT_BYTES + SLACK);
    unchecked((names[count] = changetype<usize>(name)));
  }
  nameAt(count).begin(field, isInList, isProof);
  return count++;
}

export function nameAt(index: u32): Name {
  return changetype<Name>(unchecked(names[index]));
}

/** @returns an address for the text of a name */
export function nameText(index: u32, length: usize): usize {
  if (length > MOST_TEXT_BYTES) unreachable();
  nameAt(index).length = length;
  return nameAt(index).text;
}
