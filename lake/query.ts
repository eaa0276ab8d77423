import { join } from "node:path";
import type { DuckDBResult } from "@duckdb/node-api";
import { FORMATS } from "../formats";
import type { LogFormat } from "../formats/log-format";
import { PARTITION_KEYS } from "../formats/partition-layout";
import { duckdbColumns } from "../formats/render/duckdb-relation";
import { sqlIdentifier, sqlString } from "../formats/render/sql-text";
import { QueryFailedError } from "../handlers/core/errors";
import type { Json, QueryRows } from "../terminal/rows";
import { UserError } from "../terminal/user-error";
import { ATHENA_FUNCTIONS } from "./athena-functions";
import { type DuckdbEngine, openDuckdb } from "./duckdb-engine";
import { hasParquet } from "./has-parquet";
import { jsonConverter } from "./json-values";
import { existingLake, type LakeLayout, TYPED_PREFIX } from "./layout";
import { noRows } from "./no-rows";

/** A lake for queries: each typed table by its name, and its unparsed lines as `<table>_unparsed`. */
export interface OpenLake {
  /**
   * Runs SQL; one statement at a time.
   *
   * @param use called with the result; the rows can be read until it resolves
   * @throws UserError without SQL, or with DuckDB's reason if it refuses the SQL
   */
  query<T>(sql: string, use: (result: QueryRows) => Promise<T>): Promise<T>;
  close(): void;
}

/** @throws UserError if the lake does not exist */
export async function openLake(folder: string): Promise<OpenLake> {
  const lake = await existingLake(folder);
  const engine = await openDuckdb();
  try {
    await createFunctions(engine);
    await createViews(engine, lake);
  } catch (error) {
    engine.close();
    throw error;
  }
  return {
    query: async (sql, use) => {
      if (sql.trim() === "") {
        throw new UserError('the SQL is empty; try "SELECT count(*) FROM alb_access_logs"');
      }
      const result = await streamOf(engine, sql);
      return use({ columns: result.deduplicatedColumnNames(), rows: rowsOf(result) });
    },
    close: () => engine.close(),
  };
}

async function streamOf(engine: DuckdbEngine, sql: string): Promise<DuckDBResult> {
  try {
    return await engine.stream(sql);
  } catch (error) {
    if (!(error instanceof QueryFailedError)) throw error;
    const reason = error.reason.replace("Failed to extract statements: ", "");
    throw new UserError(`SQL failed: ${reason}`, undefined, { cause: error });
  }
}

/** Opens a lake for one statement. @throws as `openLake` and its `query` do */
export async function queryLake<T>(
  folder: string,
  sql: string,
  use: (result: QueryRows) => Promise<T>,
): Promise<T> {
  const lake = await openLake(folder);
  try {
    return await lake.query(sql, use);
  } finally {
    lake.close();
  }
}

async function createFunctions(engine: DuckdbEngine): Promise<void> {
  const macros = ATHENA_FUNCTIONS.map((definition) => `CREATE MACRO ${definition}`);
  await engine.run({ sql: macros.join("; "), token: "functions" });
}

async function createViews(engine: DuckdbEngine, lake: LakeLayout): Promise<void> {
  for (const format of Object.values(FORMATS)) {
    const files = (await hasParquet(join(lake.root, TYPED_PREFIX, format.table)))
      ? storedFiles(lake, format)
      : noFiles(format);
    const typed = [
      ...duckdbColumns(format).map(({ name }) => name),
      "log_file",
      ...PARTITION_KEYS.map(({ name }) => name),
    ];
    const views = {
      [format.table]: `SELECT ${typed.map(sqlIdentifier).join(", ")} FROM (${files}) WHERE unparsed IS NULL`,
      [`${format.table}_unparsed`]: `SELECT unparsed AS line, log_file FROM (${files}) WHERE unparsed IS NOT NULL`,
    };
    for (const [name, select] of Object.entries(views)) {
      await engine.run({ sql: `CREATE VIEW ${sqlIdentifier(name)} AS ${select}`, token: name });
    }
  }
}

/**
 * Reads columns by name, and missing ones as NULL: files written before a column was added stay readable,
 * even while no file has it.
 */
function storedFiles(lake: LakeLayout, format: LogFormat): string {
  const keys = PARTITION_KEYS.map(({ name }) => `${sqlString(name)}: VARCHAR`).join(", ");
  return `SELECT * FROM read_parquet(${sqlString(lake.typedFiles(format))},
    union_by_name = true, hive_partitioning = true, hive_types = {${keys}})
UNION ALL BY NAME ${noFiles(format)}`;
}

/** A table without files can still be queried. */
const noFiles = (format: LogFormat): string =>
  noRows(
    format,
    PARTITION_KEYS.map(({ name }) => name),
  );

async function* rowsOf(result: DuckDBResult): AsyncGenerator<readonly Json[]> {
  for await (const rows of result.yieldConvertedRows(jsonConverter)) yield* rows;
}
