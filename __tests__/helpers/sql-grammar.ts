import { HiveSQL } from "dt-sql-parser/dist/parser/hive/index.js";
import { SparkSQL } from "dt-sql-parser/dist/parser/spark/index.js";
import { TrinoSQL } from "dt-sql-parser/dist/parser/trino/index.js";

/**
 * Athena parses data definitions like Hive, and other statements like Trino. Its extension for Iceberg tables,
 * `PARTITIONED BY (day(...))`, is in Spark's grammar. The package's index would load five more grammars.
 */
const GRAMMARS = { hive: new HiveSQL(), iceberg: new SparkSQL(), trino: new TrinoSQL() };

/** The errors that a grammar finds in a statement; empty if the statement is valid. */
export const syntaxErrors = (grammar: keyof typeof GRAMMARS, sql: string): readonly string[] =>
  // These grammars require the semicolon that Athena does not need.
  GRAMMARS[grammar]
    .validate(`${sql.replace(/;\s*$/, "")};`)
    .map(({ startLine, startColumn, message }) => `${startLine}:${startColumn} ${message}`);
