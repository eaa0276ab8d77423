import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Spread } from "./benchmark";

/** One finished run of a command. */
export interface Run {
  readonly seconds: number;
  /** CPU time of the process and its children, which a busy machine changes least. */
  readonly cpuSeconds: number;
  /** Peak memory of its largest process. */
  readonly peakMiB: number;
  readonly output: string;
}

/** A command with its arguments. */
export type Command = readonly [program: string, ...args: string[]];

/** GNU time: Node does not report the resources of its children. */
const TIME = "/usr/bin/time";
const MAX_OUTPUT_BYTES = 1 << 28;

/**
 * Runs a command to its end.
 *
 * @param environment variables in addition to those of this process
 * @throws Error with its output if it fails
 */
export function runOnce(command: Command, environment: Readonly<Record<string, string>> = {}): Run {
  const folder = mkdtempSync(join(tmpdir(), "bench-run-"));
  const report = join(folder, "report");
  try {
    const { status, stdout, stderr, error } = spawnSync(
      TIME,
      ["-f", "%e %U %S %M", "-o", report, ...command],
      { encoding: "utf8", maxBuffer: MAX_OUTPUT_BYTES, env: { ...process.env, ...environment } },
    );
    if (error && !existsSync(TIME)) {
      throw new Error(
        `${TIME} is missing: it tells what processes take; install the package "time" (GNU time)`,
      );
    }
    if (error || status !== 0) {
      throw new Error(`${command[0]}: ${error?.message ?? (stderr.trim() || `exit code ${status}`)}`);
    }
    const [seconds = Number.NaN, user = Number.NaN, system = Number.NaN, kibibytes = Number.NaN] =
      readFileSync(report, "utf8").trim().split(" ").map(Number);
    return { seconds, cpuSeconds: user + system, peakMiB: kibibytes / 1024, output: stdout };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A candidate of a comparison. */
export interface Contestant<Result> {
  readonly name: string;
  readonly run: () => Result | Promise<Result>;
  /** Fewer runs than the others, for slow candidates; 0 means one run without a warm-up. */
  readonly rounds?: number;
}

/** The runs of each contestant, or the reason why it has none. */
export type Measured<Result> = ReadonlyMap<string, readonly Result[] | Error>;

/**
 * Runs contestants in turn, so that a slow minute of the machine affects all of them. The first run of each
 * does not count. A contestant that fails is not run again.
 */
export async function alternate<Result>(
  rounds: number,
  contestants: readonly Contestant<Result>[],
  progress: (text: string) => void,
): Promise<Measured<Result>> {
  const measured = new Map<string, Result[] | Error>();
  for (let round = 0; round <= rounds; round++) {
    for (const { name, run, rounds: own = rounds } of contestants) {
      const runs = measured.get(name) ?? [];
      if (runs instanceof Error || round > Math.max(own, 0)) continue;
      progress(`${name}, ${round === 0 ? "warm-up" : `run ${round} of ${own}`}`);
      try {
        const result = await run();
        measured.set(name, round === 0 && own > 0 ? [] : [...runs, result]);
      } catch (error) {
        measured.set(name, error instanceof Error ? error : new Error(String(error)));
      }
    }
  }
  return measured;
}

/** @throws the contestant's own error if it failed */
export function runsOf<Result>(measured: Measured<Result>, name: string): readonly Result[] {
  const runs = measured.get(name);
  if (runs instanceof Error) throw runs;
  if (runs === undefined || runs.length === 0) throw new Error(`${name} was not measured`);
  return runs;
}

/** @throws Error without values */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const [min, median, max] = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  if (min === undefined || median === undefined || max === undefined) throw new Error("nothing was measured");
  return { median, min, max };
}

/** Ratios of consecutive runs, or of the medians if one side has fewer runs. */
export const ratio = (values: readonly number[], others: readonly number[]): Spread =>
  values.length === others.length
    ? spread(values.map((value, index) => value / (others[index] ?? Number.NaN)))
    : spread([spread(values).median / spread(others).median]);
