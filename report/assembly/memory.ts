/** Address of so many bytes, all 0. */
export function zeroed(bytes: usize): usize {
  const start = heap.alloc(bytes);
  memory.fill(start, 0, bytes);
  return start;
}

/** Moves what is at an address to one with room for more, where all new bytes are 0. */
export function enlarged(start: usize, bytes: usize, larger: usize): usize {
  const moved = heap.realloc(start, larger);
  memory.fill(moved + bytes, 0, larger - bytes);
  return moved;
}
