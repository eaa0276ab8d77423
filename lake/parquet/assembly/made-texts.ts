import { SLACK } from "./memory";

/** Room for the texts of a block: with more of them, lines are read by the host. */
const MOST_BYTES: usize = 1 << 16;
const texts: usize = heap.alloc(MOST_BYTES + SLACK);
let length: usize = 0;

/** Forgets the texts of the block before. */
export function forgetTexts(): void {
  length = 0;
}

/** @returns where a text goes that is not in the lines as it is, but made of several; 0 if there is no room */
export function makeText(bytes: usize): usize {
  if (length + bytes > MOST_BYTES) return 0;
  length += bytes;
  return texts + length - bytes;
}
