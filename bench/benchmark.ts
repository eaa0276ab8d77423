/** How a benchmark is to be run. */
export interface BenchOptions {
  /** Small inputs and one run of each: to try things, not to publish. */
  readonly quick: boolean;
  /** The largest inputs, too. */
  readonly large: boolean;
  /** Peers that are missing are installed. */
  readonly install: boolean;
  /** Tells what is being done, on standard error. */
  readonly progress: (text: string) => void;
}

/** One question of speed or size, and how it is measured. */
export interface Benchmark {
  readonly title: string;
  readonly run: (options: BenchOptions) => Promise<Outcome>;
}

/** What came of a benchmark. */
export interface Outcome {
  /** What was measured on: sizes, versions, latencies. */
  readonly input: string;
  readonly tables: readonly Table[];
  readonly targets: readonly Target[];
  /** What a reader must know: peers that were skipped, answers that differ. */
  readonly notes: readonly string[];
  /** A report that is laid out already, and the same as data. */
  readonly report?: { readonly text: string; readonly json: unknown };
}

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A text, one number, or those of several runs. */
export type Cell = string | number | Spread;

/** Stands in a table where there is no value. */
export const NOTHING = "";

/** Several measurements of the same. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** A number that the project keeps (`limit`: a run fails without it) or aims at (`goal`). */
export interface Target {
  readonly kind: "limit" | "goal";
  readonly name: string;
  readonly value: number;
  readonly bound: { readonly atMost: number } | { readonly atLeast: number };
  readonly unit: string;
  /** What was compared, with medians. */
  readonly detail?: string;
  /** Why it is missed, if it is. */
  readonly reason?: string;
}

export const isMet = ({ value, bound }: Target): boolean =>
  "atMost" in bound ? value <= bound.atMost : value >= bound.atLeast;
