import { Bytes } from "./memory";

/**
 * Parquet's split block Bloom filter: which texts a column may have. A text has a bit in each of the eight words of one block.
 *
 * @see https://parquet.apache.org/docs/file-format/bloomfilter/
 */

const BLOCK_BYTES: usize = 32;
const BLOCK_BITS: usize = 8 * BLOCK_BYTES;
const WORDS: i32 = 8;
const SALTS: StaticArray<u32> = [
  0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31,
];
/** With more of its bits set, a filter takes more than one other text in thirty for one of the column. */
const MOST_SET: f64 = 0.65;
const LENGTH_BYTES: usize = 4;

/** Address of the filter. */
export let filter: usize = 0;
export let filterBytes: usize = 0;
let mostBytes: usize = 0;

/** @param rows most rows of a row group: each has a byte of the filter, of which few different texts leave a part */
export function newFilter(rows: usize): void {
  mostBytes = (rows + BLOCK_BYTES - 1) & ~(BLOCK_BYTES - 1);
  filter = heap.alloc(mostBytes);
}

/** @param texts each after its length */
export function fillFilter(texts: Bytes): void {
  let blocks = mostBytes / BLOCK_BYTES;
  memory.fill(filter, 0, mostBytes);
  const end = texts.start + texts.length;
  for (let at = texts.start; at < end; ) {
    const length = <usize>load<u32>(at);
    at += LENGTH_BYTES;
    addHash(hashOf(at, length), blocks);
    at += length;
  }
  // A block of half as many has the bits of two.
  while ((blocks & 1) == 0 && bitsOfPairs(blocks) <= MOST_SET * <f64>(blocks * (BLOCK_BITS / 2))) {
    blocks >>= 1;
    for (let block: usize = 0; block < blocks; block++) joinPair(block);
  }
  filterBytes = blocks * BLOCK_BYTES;
}

export function noFilter(): void {
  filterBytes = 0;
}

function addHash(hash: u64, blocks: usize): void {
  const block = filter + <usize>(((hash >> 32) * <u64>blocks) >> 32) * BLOCK_BYTES;
  for (let word = 0; word < WORDS; word++) {
    const at = block + 4 * <usize>word;
    store<u32>(at, load<u32>(at) | (1 << ((<u32>hash * unchecked(SALTS[word])) >> 27)));
  }
}

/** Number of set bits if each block had those of two. */
function bitsOfPairs(blocks: usize): f64 {
  let bits: u64 = 0;
  for (let pair = filter; pair < filter + blocks * BLOCK_BYTES; pair += 2 * BLOCK_BYTES)
    for (let at = pair; at < pair + BLOCK_BYTES; at += 8)
      bits += popcnt(load<u64>(at) | load<u64>(at, BLOCK_BYTES));
  return <f64>bits;
}

function joinPair(block: usize): void {
  const to = filter + block * BLOCK_BYTES;
  const from = filter + 2 * block * BLOCK_BYTES;
  for (let at: usize = 0; at < BLOCK_BYTES; at += 8)
    store<u64>(to + at, load<u64>(from + at) | load<u64>(from + at, BLOCK_BYTES));
}

const P1: u64 = 0x9e3779b185ebca87;
const P2: u64 = 0xc2b2ae3d27d4eb4f;
const P3: u64 = 0x165667b19e3779f9;
const P4: u64 = 0x85ebca77c2b2ae63;
const P5: u64 = 0x27d4eb2f165667c5;
const STRIPE: usize = 32;

/** XXH64 with the seed 0. https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md */
function hashOf(text: usize, length: usize): u64 {
  const end = text + length;
  let hash = P5;
  if (length >= STRIPE) {
    let a = P1 + P2;
    let b = P2;
    let c: u64 = 0;
    let d: u64 = 0 - P1;
    do {
      a = round(a, load<u64>(text));
      b = round(b, load<u64>(text, 8));
      c = round(c, load<u64>(text, 16));
      d = round(d, load<u64>(text, 24));
      text += STRIPE;
    } while (text + STRIPE <= end);
    hash = rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18);
    hash = merge(merge(merge(merge(hash, a), b), c), d);
  }
  hash += length;
  for (; text + 8 <= end; text += 8) hash = rotl(hash ^ round(0, load<u64>(text)), 27) * P1 + P4;
  if (text + 4 <= end) {
    hash = rotl(hash ^ (<u64>load<u32>(text) * P1), 23) * P2 + P3;
    text += 4;
  }
  for (; text < end; text++) hash = rotl(hash ^ (<u64>load<u8>(text) * P5), 11) * P1;
  hash = (hash ^ (hash >> 33)) * P2;
  hash = (hash ^ (hash >> 29)) * P3;
  return hash ^ (hash >> 32);
}

function round(sum: u64, input: u64): u64 {
  return rotl(sum + input * P2, 31) * P1;
}

function merge(hash: u64, sum: u64): u64 {
  return (hash ^ round(0, sum)) * P1 + P4;
}
