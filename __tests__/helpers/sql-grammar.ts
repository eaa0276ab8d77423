import { HiveSQL } from "dt-sql-parser/dist/parser/hive/index.js";
import { SparkSQL } from "dt-sql-parser/dist/parser/spark/index.js";
import { TrinoSQL } from "dt-sql-parser/dist/parser/trino/index.js";

/**
 * Athena reads its data definition like Hive and the rest like Trino. What it adds for Iceberg tables,
 * `PARTITIONED BY (day(...))`, is in Spark's grammar. The package's index would load five more grammars.
 */
const GRAMMARS = { hive: new HiveSQL(), iceberg: new SparkSQL(), trino: new TrinoSQL() };

/** What a grammar finds wrong in a statement; nothing if it is a sentence of it. */
export const syntaxErrors = (grammar: keyof typeof GRAMMARS, sql: string): readonly string[] =>
  // These grammars want the semicolon that Athena does without.
  GRAMMARS[grammar]
    .validate(`${sql.replace(/;\s*$/, "")};`)
    .map(({ startLine, startColumn, message }) => `${startLine}:${startColumn} ${message}`);
