import type { FormatId } from "../formats";
import type { Range } from "../questions/range";
import type { CubePlan } from "./cube-plans";
import type { ReportEngine } from "./engine";
import type { Cube, Domain, Unread } from "./model";
import type { Subject } from "./subject";

/** What is counted: the rows of one table in a range. */
export interface Counted {
  readonly subject: Subject;
  readonly range: Range;
  /** Length of a slot. */
  readonly slotMs: number;
  /** Number of slots. */
  readonly slots: number;
}

/** Times of some requests in seconds: p50, p95 and p99. */
export type Quantiles = readonly (number | null)[];

/** What is added up of the rows. */
export interface Added {
  /** Sums of each plan: one cube, or none if no shape of the plan fits. */
  readonly cubes: readonly (readonly Cube[])[];
  readonly times: Quantiles;
  /** The slots with requests. */
  readonly slots: readonly { readonly slot: number; readonly clients: number; readonly times: Quantiles }[];
  /** Requests by quarter of an hour, since the one in which the range starts. */
  readonly quarters: readonly (readonly [quarter: number, requests: number])[];
  /** The slowest of the kept paths by their codes, with the number of their timed requests. */
  readonly slowest: readonly {
    readonly path: number;
    readonly requests: number;
    readonly times: Quantiles;
  }[];
}

/** The way of an engine to count: it depends on whether it can keep results. */
export interface Counts {
  readonly engine: ReportEngine;
  /** True if statements should run side by side: while the rows of one table are added up, the engine can work on another. */
  readonly isParallel: boolean;
  /** False if quantiles are approximate. */
  readonly isExact: boolean;
  /**
   * The values of each dimension and list, by its id: those with the most requests, and some with the most errors or time.
   *
   * @param isAlone false if those of another table are counted at the same time
   */
  domains(counted: Counted, isAlone: boolean): Promise<ReadonlyMap<string, Domain>>;
  /** @param domains as this counted them */
  add(counted: Counted, domains: ReadonlyMap<string, Domain>, plans: readonly CubePlan[]): Promise<Added>;
  /**
   * A name under which some statements can read the rows of a format's table in a range.
   *
   * @param rows their number
   * @param statements they read the table by its own name
   */
  readable(format: FormatId, range: Range, rows: number, statements: readonly string[]): Promise<string>;
  /** What a statement can read the requests of each client from; `undefined` for the rows. Valid after `domains`. */
  clientRequests(subject: Subject): string | undefined;
  /** The lines of all times that are in no row; `null` if they are not counted. */
  unread(format: FormatId): Promise<Unread | null>;
}
