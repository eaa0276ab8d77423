import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** One finished run of a command. */
export interface Run {
  readonly seconds: number;
  /** Most memory that the process had, in MiB; 0 where the system does not say. */
  readonly peakMiB: number;
}

/** A command as a shell would run it. */
export type Command = readonly [program: string, ...args: string[]];

const TIME = "/usr/bin/time";

/** Runs a command to its end. @throws Error with what it printed if it fails */
export function runOnce([program, ...args]: Command, memoryFile?: string): Run {
  const start = performance.now();
  const measured =
    memoryFile === undefined ? [program, ...args] : [TIME, "-f", "%M", "-o", memoryFile, program, ...args];
  const [first = program, ...rest] = measured;
  const { status, stderr, error } = spawnSync(first, rest, { encoding: "utf8", maxBuffer: 1 << 28 });
  if (error || status !== 0) throw new Error(`${program}: ${error?.message ?? stderr}`);
  const peakMiB = memoryFile === undefined ? 0 : Number(readFileSync(memoryFile, "utf8")) / 1024;
  return { seconds: (performance.now() - start) / 1000, peakMiB };
}

/** Two commands, run in turn, so that a slow minute of the machine hits both. */
export function alternate(runs: number, ours: () => Run, theirs: () => Run): { ours: Run[]; theirs: Run[] } {
  ours();
  theirs();
  const pairs = Array.from({ length: runs }, () => [ours(), theirs()] as const);
  return { ours: pairs.map(([run]) => run), theirs: pairs.map(([, run]) => run) };
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
