/** A source of numbers that gives the same sequence for the same seed on every machine. */
export interface Random {
  /** A number from 0 up to, but not including, 1. */
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** The items in random order. */
  shuffled<T>(items: readonly T[]): T[];
  /** True with this probability. */
  chance(probability: number): boolean;
  /** Index from 0 to `count - 1`, small ones far more often, because few clients make most requests. */
  skewed(count: number): number;
  hex(length: number): string;
  /** A text of letters, digits, `-` and `_`. */
  base64(length: number): string;
}

const HEX = "0123456789abcdef";
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** @param seed any number; its 32 low bits count */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  // Mulberry32: short, fast, and good enough for made-up traffic.
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  const text = (alphabet: string, length: number) =>
    Array.from({ length }, () => alphabet[Math.floor(next() * alphabet.length)]).join("");
  return {
    next,
    integer,
    pick: (items) => {
      const item = items[integer(0, items.length - 1)];
      return item === undefined ? items[0] : item;
    },
    // Each item gets its random position first: a sort's comparisons depend on the JavaScript engine.
    shuffled: (items) =>
      items
        .map((item) => ({ item, place: next() }))
        .sort((a, b) => a.place - b.place)
        .map(({ item }) => item),
    chance: (probability) => next() < probability,
    skewed: (count) => Math.min(count - 1, Math.floor(Math.exp(next() * Math.log(count + 1)) - 1)),
    hex: (length) => text(HEX, length),
    base64: (length) => text(BASE64, length),
  };
}
