import { Bytes, copyValue, isSame, lastWord, newBytes } from "./memory";

const SLOTS: u32 = 4096;
const MULTIPLIER: u64 = 0x9e3779b97f4a7c15;
const LENGTH_BYTES: usize = 4;
/** No entry has this number. */
export const NOT_FOUND: u32 = u32.MAX_VALUE;

/** The distinct texts of a column in a row group, in the order of their first rows. */
@unmanaged
export class Dictionary {
  /** Each text after its length in four bytes: Parquet's form of texts. */
  texts: Bytes;
  size: u32;
  /** Numbers of entries from 1 by the hashes of their texts; 0 is free. */
  private slots: usize;
  /** Places of the entries in the texts. */
  private places: usize;
  private mostEntries: u32;
  private mostBytes: usize;

  clear(): void {
    this.texts.length = 0;
    this.size = 0;
    memory.fill(this.slots, 0, SLOTS * 2);
  }

  /** Address of an entry's text; its length is in the four bytes before it. */
  text(entry: u32): usize {
    return this.texts.start + load<u32>(this.places + entry * 4);
  }

  length(entry: u32): usize {
    return load<u32>(this.text(entry) - LENGTH_BYTES);
  }

  /** @returns the entry of a text, which is added if it is new, or `NOT_FOUND` if the dictionary is full */
  entryOf(text: usize, length: usize): u32 {
    let slot = hashOf(text, length) & (SLOTS - 1);
    for (;;) {
      const found = <u32>load<u16>(this.slots + slot * 2);
      if (found == 0) break;
      if (this.length(found - 1) == length && isSame(this.text(found - 1), text, length)) return found - 1;
      slot = (slot + 1) & (SLOTS - 1);
    }
    if (this.size == this.mostEntries || this.texts.length + length > this.mostBytes) return NOT_FOUND;
    store<u16>(this.slots + slot * 2, <u16>(this.size + 1));
    store<u32>(this.places + this.size * 4, <u32>(this.texts.length + LENGTH_BYTES));
    appendText(this.texts, text, length);
    return this.size++;
  }
}

export function newDictionary(mostEntries: u32, mostBytes: usize): Dictionary {
  const dictionary = changetype<Dictionary>(heap.alloc(offsetof<Dictionary>()));
  dictionary.texts = newBytes(1024);
  dictionary.slots = heap.alloc(SLOTS * 2);
  dictionary.places = heap.alloc(mostEntries * 4);
  dictionary.mostEntries = mostEntries;
  dictionary.mostBytes = mostBytes;
  dictionary.clear();
  return dictionary;
}

export function appendText(to: Bytes, text: usize, length: usize): void {
  const at = to.reserve(LENGTH_BYTES + length);
  store<u32>(at, <u32>length);
  copyValue(at + LENGTH_BYTES, text, length);
  to.length += LENGTH_BYTES + length;
}

function hashOf(text: usize, length: usize): u32 {
  let hash: u64 = length;
  while (length >= 8) {
    hash = rotl((hash ^ load<u64>(text)) * MULTIPLIER, 29);
    text += 8;
    length -= 8;
  }
  hash = (hash ^ lastWord(text, length)) * MULTIPLIER;
  return <u32>(hash >> 40);
}
