import type { DuckDBConnection, DuckDBResult } from "@duckdb/node-api";
import { UserError } from "../terminal/user-error";
import { duckdb } from "./duckdb-library";

/** Spaces and comments. A comment inside of a comment could hide the start of the statement. */
const START = "^(?:\\s|--[^\\n]*\\n|/\\*(?:(?!\\*/|/\\*)[^])*\\*/)*";
const EXPLAIN = "EXPLAIN\\s+(?:ANALYZE\\s+)?(?:\\((?:\\s*(?:FORMAT\\s+\\w+|ANALYZE)\\s*,?)+\\)\\s*)?";
const READS = "(?:SELECT|WITH|FROM|VALUES|TABLE|PIVOT|UNPIVOT|DESCRIBE|DESC|SHOW|SUMMARIZE)\\b";
const READING = new RegExp(`${START}(?:\\(|(?:${EXPLAIN})?${READS})`, "i");

/** True if the text is one SELECT, in any of its forms: its rows can be read as a relation, by `plain-columns.ts`. */
export async function isOneSelect(connection: DuckDBConnection, sql: string): Promise<boolean> {
  if (!READING.test(sql)) return false;
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1) return false;
  return (await statements.prepare(0)).statementType === duckdb().StatementType.SELECT;
}

/**
 * Starts one statement that only reads: SELECT, WITH, FROM, PIVOT, DESCRIBE, SHOW, SUMMARIZE, or EXPLAIN of it.
 *
 * The text is checked first, because DuckDB already creates folders when it prepares EXPORT. EXPLAIN ANALYZE runs
 * the explained statement.
 *
 * @throws UserError for another statement, or more than one
 */
export async function streamReadOnly(connection: DuckDBConnection, sql: string): Promise<DuckDBResult> {
  const { StatementType } = duckdb();
  const statements = await connection.extractStatements(sql);
  if (!READING.test(sql)) throw notReadOnly("another statement");
  const last = statements.count - 1;
  // DuckDB divides a PIVOT into the creation of a type and a SELECT.
  for (let index = 0; index < last; index++) {
    const part = await statements.prepare(index);
    if (part.statementType !== StatementType.CREATE) throw notReadOnly("more than one statement");
    await part.run();
  }
  const statement = await statements.prepare(last);
  if (![StatementType.SELECT, StatementType.EXPLAIN].includes(statement.statementType))
    throw notReadOnly("another statement");
  return statement.stream();
}

const notReadOnly = (got: string): UserError =>
  new UserError(
    `query takes one statement that reads (SELECT, WITH, FROM, PIVOT, DESCRIBE, SHOW, SUMMARIZE, or EXPLAIN of it), got ${got}; --unsafe runs any SQL`,
  );
