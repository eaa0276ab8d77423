import type { FormatId } from "../formats";

/** A value that whoever asks may give. */
export interface Parameter {
  /** snake_case; `--min-paths` of the command is `min_paths`. */
  readonly name: string;
  /** `text` is compared as it stands; `count` is a whole number from 1. */
  readonly type: "text" | "count";
  /** Left out: it must be given. */
  readonly default?: string;
  /** A value that makes sense, for documentation and for saved queries. */
  readonly example: string;
  readonly doc: string;
}

/** A question about access logs, written once for every engine. */
export interface Question {
  /** `<format>_<subject>`: also the name of the prepared statement and of the saved query. */
  readonly name: string;
  readonly format: FormatId;
  /** The question in one sentence. */
  readonly title: string;
  /** How to read the answer, in one or two sentences. */
  readonly explanation: string;
  readonly parameters: readonly Parameter[];
  /**
   * SQL of Athena (Trino), which DuckDB runs unchanged with the functions of `lake/athena-functions.ts`. Placeholders:
   * `{table}`, `{range}` (what is asked for, by `dt`, so that other files stay unread), `{week_before}` (the same range
   * seven days earlier), and the parameters' names. A parameter other than `limit` stands in a WHERE clause: Athena's
   * prepared statements take values nowhere else.
   */
  readonly sql: string;
}

/** How many rows are given. Fixed in prepared statements. */
export const limit = (rows: number): Parameter => ({
  name: "limit",
  type: "count",
  default: String(rows),
  example: String(rows),
  doc: "maximum number of rows",
});

/** A threshold. */
export const atLeast = (name: string, count: number, doc: string): Parameter => ({
  name,
  type: "count",
  default: String(count),
  example: String(count),
  doc,
});
