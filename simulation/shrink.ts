/**
 * Finds faults that can be left out of a failing simulation: what remains is what it takes.
 *
 * @param drawn how many faults there were
 * @param fails runs the simulation with these faults alone; true if it still fails
 * @returns the numbers of the faults that happen, none of which can be spared by itself
 */
export async function neededFaults(
  drawn: number,
  fails: (faults: ReadonlySet<number>) => Promise<boolean>,
): Promise<ReadonlySet<number>> {
  let needed = Array.from({ length: drawn }, (_, fault) => fault);
  // Whole stretches first, then smaller ones: most faults have nothing to do with it.
  for (let stretch = Math.ceil(drawn / 2); stretch >= 1; stretch = Math.floor(stretch / 2)) {
    for (let start = 0; start < needed.length; ) {
      const candidate = [...needed.slice(0, start), ...needed.slice(start + stretch)];
      if (await fails(new Set(candidate))) needed = candidate;
      else start += stretch;
    }
  }
  return new Set(needed);
}
