/**
 * Finds faults that a failing simulation does not need, and leaves the necessary ones.
 *
 * @param drawn number of drawn faults
 * @param fails runs the simulation with only these faults; true if it still fails
 * @returns the numbers of the necessary faults: without any one of them, the simulation does not fail
 */
export async function neededFaults(
  drawn: number,
  fails: (faults: ReadonlySet<number>) => Promise<boolean>,
): Promise<ReadonlySet<number>> {
  let needed = Array.from({ length: drawn }, (_, fault) => fault);
  // Large ranges first, then smaller ones: most faults are not relevant.
  for (let stretch = Math.ceil(drawn / 2); stretch >= 1; stretch = Math.floor(stretch / 2)) {
    for (let start = 0; start < needed.length; ) {
      const candidate = [...needed.slice(0, start), ...needed.slice(start + stretch)];
      if (await fails(new Set(candidate))) needed = candidate;
      else start += stretch;
    }
  }
  return new Set(needed);
}
