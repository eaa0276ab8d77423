import type { Json } from "../terminal/rows";

/** A result with the names of its columns. */
export interface ReadTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Json[])[];
}

/** What runs the SQL of a report. The SQL is Athena's, and DuckDB's with the functions of a lake. */
export interface ReportEngine {
  /** Result of a statement whose rows fit into memory. */
  rows(sql: string): Promise<readonly (readonly Json[])[]>;
  table(sql: string): Promise<ReadTable>;
}

/** An engine with tables of its own. */
export interface KeepingEngine extends ReportEngine {
  /** Keeps a result under a name until the engine is closed or the name is used again. */
  keep(name: string, select: string): Promise<void>;
  /** Reads the rows of a SELECT whose values are all doubles, some at a time, as columns; the next ones while their use waits. */
  numbers(select: string, use: (columns: readonly Float64Array[]) => Promise<void> | void): Promise<void>;
}
