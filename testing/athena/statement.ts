import type { TableName } from "../glue/table-versions";
import { type HiveStatement, parseHiveDdl } from "./hive-ddl";

/** A table name in a statement, with database and table. */
interface Named {
  readonly name: TableName;
}

/** A statement that Athena accepts, by its handling on Trino. */
export type AthenaStatement =
  | HiveStatement
  | ({ readonly kind: "optimize"; readonly where: string } & Named)
  | ({ readonly kind: "vacuum" } & Named)
  /** Trino accepts these unchanged. */
  | ({ readonly kind: "insert" | "delete" | "view" } & Named)
  | { readonly kind: "select" };

export type StatementKind = AthenaStatement["kind"];

/** Athena's parser rejects a statement: it is refused before a query starts. */
export class RefusedStatement extends Error {}

const BARE = "([a-z_][a-z0-9_]*)";
const QUOTED = '"?([A-Za-z0-9_]+)"?';
const OPTIMIZE = new RegExp(
  `^OPTIMIZE\\s+${BARE}\\.${BARE}\\s+REWRITE\\s+DATA\\s+USING\\s+BIN_PACK\\s*(WHERE\\s[\\s\\S]*)?$`,
  "i",
);
const VACUUM = new RegExp(`^VACUUM\\s+${BARE}\\.${BARE}$`, "i");
const TARGET = `(?:${QUOTED}\\.)?${QUOTED}`;
const INTO: readonly (readonly ["insert" | "delete" | "view", RegExp])[] = [
  ["insert", new RegExp(`^INSERT\\s+INTO\\s+${TARGET}`, "i")],
  ["delete", new RegExp(`^DELETE\\s+FROM\\s+${TARGET}`, "i")],
  ["view", new RegExp(`^CREATE\\s+OR\\s+REPLACE\\s+VIEW\\s+${TARGET}`, "i")],
];
const HIVE = /^(?:CREATE\s+TABLE|ALTER\s+TABLE)\b/i;
const COMMENTS = /^(?:--[^\n]*\n|\s)*/;

/** First words of statements for Trino's parser; OPTIMIZE and VACUUM are not among them. */
const FIRST_WORDS =
  "'ALTER', 'ANALYZE', 'CALL', 'COMMENT', 'COMMIT', 'CREATE', 'DEALLOCATE', 'DELETE', 'DENY', 'DESC', 'DESCRIBE', 'DROP', 'EXECUTE', 'EXPLAIN', 'GRANT', 'INSERT', 'MERGE', 'PREPARE', 'REFRESH', 'RESET', 'REVOKE', 'ROLLBACK', 'SET', 'SHOW', 'START', 'TRUNCATE', 'UNLOAD', 'UPDATE', 'USE', 'USING', <query>";

/**
 * Determines the kind of a statement, and parses kinds that Trino does not know.
 *
 * Athena passes a statement that its first parser rejects to the second, which does not know OPTIMIZE and
 * VACUUM: with quoted names, the second parser's error is returned.
 *
 * @param database database of names without one
 * @throws ParseException, RefusedStatement with the messages of Athena's parsers
 * @see https://docs.aws.amazon.com/athena/latest/ug/vacuum-statement.html
 * @see https://github.com/dbt-labs/dbt-athena/issues/54
 */
export function parseStatement(text: string, database: string): AthenaStatement {
  const sql = text.replace(COMMENTS, "").trimEnd();
  if (HIVE.test(sql) && !/^CREATE\s+TABLE\s+\S+\s+(?:WITH|AS)\b/i.test(sql)) return parseHiveDdl(sql);
  const maintenance = /^(OPTIMIZE|VACUUM)\b/i.exec(sql)?.[1];
  if (maintenance !== undefined) return parseMaintenance(sql, maintenance);
  for (const [kind, pattern] of INTO) {
    const [, named = database, table] = pattern.exec(sql) ?? [];
    if (table !== undefined) return { kind, name: { database: named, table } };
  }
  return { kind: "select" };
}

function parseMaintenance(sql: string, word: string): AthenaStatement {
  const [, ofDatabase, ofTable, where = ""] = OPTIMIZE.exec(sql) ?? [];
  if (ofDatabase !== undefined && ofTable !== undefined) {
    return { kind: "optimize", name: { database: ofDatabase, table: ofTable }, where };
  }
  const [, database, table] = VACUUM.exec(sql) ?? [];
  if (database !== undefined && table !== undefined) return { kind: "vacuum", name: { database, table } };
  throw new RefusedStatement(`line 1:1: mismatched input '${word}'. Expecting: ${FIRST_WORDS}`);
}
