import { availableParallelism } from "node:os";
import { parentPort, Worker, workerData } from "node:worker_threads";
import type { Fault } from "./faults";
import { simulate } from "./pipeline";

/** Results of the seeds from `first` on. */
export interface Tally {
  readonly seeds: number;
  readonly faults: Partial<Record<Fault, number>>;
  /** Seeds with a violation, and their first violation. */
  readonly failing: readonly (readonly [seed: number, violation: string])[];
}

interface Work {
  readonly first: number;
  readonly step: number;
  readonly count: number;
  readonly stopAtFirst: boolean;
}

/** Seeds between two reports of a worker. */
const REPORT_EVERY = 20;

/**
 * Simulates seeds on all cores.
 *
 * @param program bundle that calls `workIfWorker` when it is loaded
 * @param onProgress called with the results so far
 */
export async function simulateSeeds(
  program: string,
  { first, count, stopAtFirst }: Omit<Work, "step">,
  onProgress: (tally: Tally) => void = () => undefined,
): Promise<Tally> {
  const step = Math.max(1, Math.min(count, availableParallelism()));
  const tallies: Tally[] = [];
  const workers = Array.from({ length: step }, (_, index) => {
    const work: Work = { first: first + index, step, count: Math.ceil((count - index) / step), stopAtFirst };
    return new Worker(program, { workerData: work });
  });
  await Promise.all(
    workers.map(
      (worker, index) =>
        new Promise<void>((resolve, reject) => {
          worker.on("message", (tally: Tally) => {
            tallies[index] = tally;
            onProgress(sum(tallies));
            if (stopAtFirst && tally.failing.length > 0) for (const other of workers) void other.terminate();
          });
          worker.on("error", reject);
          worker.on("exit", () => resolve());
        }),
    ),
  );
  return sum(tallies);
}

function sum(tallies: readonly Tally[]): Tally {
  const faults: Partial<Record<Fault, number>> = {};
  for (const tally of tallies) addAll(faults, tally?.faults ?? {});
  return {
    seeds: tallies.reduce((total, tally) => total + (tally?.seeds ?? 0), 0),
    faults,
    failing: tallies.flatMap((tally) => tally?.failing ?? []).sort(([a], [b]) => a - b),
  };
}

function addAll(target: Partial<Record<Fault, number>>, counts: Partial<Record<Fault, number>>): void {
  for (const [fault, count] of Object.entries(counts) as [Fault, number][]) {
    target[fault] = (target[fault] ?? 0) + count;
  }
}

/** In a worker, simulates its seeds. @returns false in the main program */
export function workIfWorker(): boolean {
  const port = parentPort;
  if (!port) return false;
  const { first, step, count, stopAtFirst }: Work = workerData;
  const run = async () => {
    const faults: Partial<Record<Fault, number>> = {};
    const failing: [number, string][] = [];
    for (let index = 0; index < count; index++) {
      const seed = first + index * step;
      const result = await simulate({ seed });
      addAll(faults, result.faults);
      const [violation] = result.violations;
      if (violation !== undefined) failing.push([seed, violation]);
      const isLast = index === count - 1 || (stopAtFirst && failing.length > 0);
      if (isLast || index % REPORT_EVERY === 0) port.postMessage({ seeds: index + 1, faults, failing });
      if (isLast) return;
    }
  };
  run().catch((error: unknown) => {
    throw error;
  });
  return true;
}
