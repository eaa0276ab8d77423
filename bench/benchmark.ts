/** Options of a benchmark. */
export interface BenchOptions {
  /** Small inputs and one run each: for trials, not for publication. */
  readonly quick: boolean;
  /** Includes the largest inputs. */
  readonly large: boolean;
  /** Installs missing peers. */
  readonly install: boolean;
  /** Reports progress on standard error. */
  readonly progress: (text: string) => void;
}

/** One measurement of speed or size. */
export interface Benchmark {
  readonly title: string;
  readonly run: (options: BenchOptions) => Promise<Outcome>;
}

/** Outcome of a benchmark. */
export interface Outcome {
  /** Conditions of the measurement: sizes, versions, latencies. */
  readonly input: string;
  readonly tables: readonly Table[];
  readonly targets: readonly Target[];
  /** Notes for the reader: skipped peers, different answers. */
  readonly notes: readonly string[];
  /** A formatted report, and the same as data. */
  readonly report?: { readonly text: string; readonly json: unknown };
}

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A text, one number, or those of several runs. */
export type Cell = string | number | Spread;

/** Cell without a value. */
export const NOTHING = "";

/** Several measurements of one value. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** A number that must be met (`limit`: otherwise the run fails) or that the project aims at (`goal`). */
export interface Target {
  readonly kind: "limit" | "goal";
  readonly name: string;
  readonly value: number;
  readonly bound: { readonly atMost: number } | { readonly atLeast: number };
  readonly unit: string;
  /** The compared values, with medians. */
  readonly detail?: string;
  /** Why it is missed, if it is. */
  readonly reason?: string;
}

export const isMet = ({ value, bound }: Target): boolean =>
  "atMost" in bound ? value <= bound.atMost : value >= bound.atLeast;
