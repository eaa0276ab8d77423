import type { FormatId } from "../formats";
import type { Range } from "../questions/range";
import type { Json } from "../terminal/rows";
import type { CubePlan } from "./cube-plans";
import type { Cube, Domain, Unread } from "./model";
import type { Packings } from "./sql";
import type { Subject } from "./subject";

/** What is counted: the rows of one table in a range. */
export interface Counted {
  readonly subject: Subject;
  readonly range: Range;
  /** SQL of the number of a row's slot. */
  readonly slot: string;
  /** Number of slots. */
  readonly slots: number;
}

/** Rows whose values are replaced by codes. */
export interface CodedRows {
  /** Runs a statement that reads the coded rows as `CODED`. */
  rows(sql: string): Promise<readonly (readonly Json[])[]>;
  /** Sums of each plan: one cube, or none if no shape of the plan fits. */
  cubes(plans: readonly CubePlan[]): Promise<readonly (readonly Cube[])[]>;
}

/** The way of an engine to count: it depends on whether it can keep results. */
export interface Counts {
  /** False if quantiles are approximate. */
  readonly isExact: boolean;
  /** The values of each dimension and list, by its id: those with the most requests, and some with the most errors or time. */
  domains(counted: Counted): Promise<ReadonlyMap<string, Domain>>;
  /** @param domains as this counted them */
  code(counted: Counted, domains: ReadonlyMap<string, Domain>, packings: Packings): Promise<CodedRows>;
  /**
   * A name under which some statements can read the rows of a format's table in a range.
   *
   * @param rows their number
   * @param statements they read the table by its own name
   */
  readable(
    format: FormatId,
    range: Range,
    rows: number,
    statements: readonly string[],
  ): Promise<string>;
  /** The lines of all times that are in no row; `null` if they are not counted. */
  unread(format: FormatId): Promise<Unread | null>;
}
