import { HiveSQL, SparkSQL, TrinoSQL } from "dt-sql-parser";

/**
 * Athena reads its data definition like Hive and the rest like Trino. What it adds for Iceberg tables,
 * `PARTITIONED BY (day(...))`, is in Spark's grammar.
 */
const GRAMMARS = { hive: new HiveSQL(), iceberg: new SparkSQL(), trino: new TrinoSQL() };

/** What a grammar finds wrong in a statement; nothing if it is a sentence of it. */
export const syntaxErrors = (grammar: keyof typeof GRAMMARS, sql: string): readonly string[] =>
  // These grammars want the semicolon that Athena does without.
  GRAMMARS[grammar]
    .validate(`${sql.replace(/;\s*$/, "")};`)
    .map(({ startLine, startColumn, message }) => `${startLine}:${startColumn} ${message}`);
