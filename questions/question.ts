import type { FormatId } from "../formats";

/** A value that the caller may set. */
export interface Parameter {
  /** snake_case; `--min-paths` of the command is `min_paths`. */
  readonly name: string;
  /** `text` is compared unchanged; `count` is an integer from 1. */
  readonly type: "text" | "count";
  /** Without a default, the parameter is required. */
  readonly default?: string;
  /** A realistic value, for documentation and for saved queries. */
  readonly example: string;
  readonly doc: string;
}

/** A question about access logs, written once for every engine. */
export interface Question {
  /** `<format>_<subject>`, with underscores only: also the name of the prepared statement and of the saved query. */
  readonly name: string;
  readonly format: FormatId;
  /** The question in one sentence. */
  readonly title: string;
  /** How to read the answer, in one or two sentences. */
  readonly explanation: string;
  readonly parameters: readonly Parameter[];
  /**
   * SQL of Athena (Trino), which DuckDB runs unchanged with the functions of `lake/athena-functions.ts`. Placeholders:
   * `{table}`, `{range}` (a condition that selects the range by `time`, and prunes the files of other days by `dt`), `{week_before}`
   * (the same range seven days earlier), and the names of the parameters. All parameters except `limit` must be in a
   * WHERE clause: Athena's prepared statements accept values nowhere else.
   */
  readonly sql: string;
}

/** A question without what its format says: the format, and the start of the name. */
export type FormatQuestion = Omit<Question, "format">;

/** The questions of a format. @param questions their names lack the format */
export const questionsOf = (format: FormatId, questions: readonly FormatQuestion[]): Question[] =>
  questions.map((question) => ({
    ...question,
    name: `${format.replaceAll("-", "_")}_${question.name}`,
    format,
  }));

/** The number of rows in the answer. Fixed in prepared statements. */
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
