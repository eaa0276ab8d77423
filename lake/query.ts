import { join } from "node:path";
import { FORMATS } from "../formats";
import { duckdbColumns } from "../formats/column-type";
import { type LogFormat, unparsedViewOf } from "../formats/log-format";
import { PARTITION_KEYS } from "../formats/partition-layout";
import { sqlIdentifier, sqlString } from "../formats/render/sql-text";
import { QueryFailedError } from "../handlers/core/errors";
import type { Json, QueryRows, Write } from "../terminal/rows";
import { UserError } from "../terminal/user-error";
import { ATHENA_FUNCTIONS } from "./athena-functions";
import { commonColumns } from "./common-columns";
import { type DuckdbEngine, openDuckdb } from "./duckdb-engine";
import { jsonConverter } from "./json-values";
import { existingLake, type LakeLayout, TYPED_PREFIX } from "./layout";
import { noRows, storedColumns } from "./no-rows";
import { numberColumns } from "./number-columns";
import { requireOwnFiles } from "./own-files";
import type { TextOptions } from "./plain-columns";
import { makeFilesPrivate } from "./private-files";
import { chunksOf, type Stream } from "./result-chunks";
import { type SaveOptions, saveRows } from "./save-rows";
import { deleteSpills, spillFolder } from "./spill-folder";
import { textRows } from "./text-rows";
import { lastTypedFile } from "./typed-files";

/** A result in memory. */
export interface ReadRows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Json[])[];
}

/** Uses the columns of some rows. */
export type UseNumbers = (columns: readonly Float64Array[]) => Promise<void> | void;

/** A lake for queries: each typed table by its name, and its unparsed lines as `<table>_unparsed`. */
export interface OpenLake {
  /**
   * Runs SQL; one statement at a time.
   *
   * @param use called with the result; the rows can be read until it resolves
   * @throws UserError without SQL, or with DuckDB's reason if it refuses the SQL
   */
  query<T>(sql: string, use: (result: QueryRows) => Promise<T>): Promise<T>;
  /**
   * True if the SQL is one SELECT, whose rows `text` and `save` can take; EXPLAIN is not, nor is a PIVOT that takes its
   * columns from the values.
   *
   * @throws as `query` does
   */
  isOneSelect(sql: string): Promise<boolean>;
  /** Writes the rows of one SELECT as CSV or JSON, as fast as the engine. @throws as `query` does */
  text(select: string, options: TextOptions, write: Write): Promise<void>;
  /**
   * Writes the rows of one SELECT to the file of the option `file`.
   *
   * @returns the number of rows
   * @throws as `query` does
   */
  save(select: string, options: SaveOptions): Promise<number>;
  /**
   * Keeps the rows of a SELECT of the program's own as a table that later statements can read. It has the name until
   * the lake is closed or the name is used again, and is not written to the lake.
   *
   * @throws as `query` does
   */
  keep(name: string, select: string): Promise<void>;
  /**
   * Reads all rows of a SELECT of the program's own, which fit into memory. Other statements can run meanwhile.
   *
   * @throws as `query` does
   */
  read(select: string): Promise<ReadRows>;
  /**
   * Runs a SELECT of the program's own whose values are all doubles. Other statements can run meanwhile.
   *
   * @param use called with the columns of some rows after the other; they are valid until it resolves. The next rows are read
   *   while it waits
   * @throws as `query` does
   */
  numbers(select: string, use: UseNumbers): Promise<void>;
  close(): void;
}

export interface QueryOptions {
  /**
   * Runs any SQL of DuckDB, which can also change and write files.
   *
   * @default false: one statement that reads the typed tables and no other file
   */
  readonly isUnsafe?: boolean;
  /**
   * Memory of the engine, e.g. `300MB`; rows that need more are written to a folder in the lake until the lake is closed.
   *
   * @default DuckDB's, most of the machine's memory
   */
  readonly memoryLimit?: string;
  /**
   * Threads that work on a statement. One is best for several statements at a time: more would wait for each other, and use
   * processor time for it.
   *
   * @default DuckDB's, one for each processor
   */
  readonly threads?: number;
  /**
   * Names of the only tables that statements can read: the schemas of their files are read when the lake is opened.
   *
   * @default all
   */
  readonly tables?: readonly string[];
  /** A file that `save` writes, and that a query may read. */
  readonly file?: string;
}

/** @throws UserError if the lake does not exist */
export async function openLake(
  folder: string,
  { isUnsafe = false, memoryLimit, threads, tables, file }: QueryOptions = {},
): Promise<OpenLake> {
  const lake = await existingLake(folder);
  requireOwnFiles(lake);
  deleteSpills(lake.root);
  const endPrivacy = makeFilesPrivate();
  const engine = await openDuckdb({
    temp_directory: spillFolder(lake.root),
    ...(memoryLimit === undefined ? {} : { memory_limit: memoryLimit }),
    ...(threads === undefined ? {} : { threads: String(threads) }),
  });
  const close = () => {
    engine.close();
    endPrivacy();
    deleteSpills(lake.root);
  };
  try {
    // The schemas and statistics of files are read once for all statements; of a file that is replaced meanwhile, again.
    await engine.run({ sql: "SET parquet_metadata_cache = true", token: "settings" });
    await createFunctions(engine);
    await createViews(engine, lake, tables);
    if (!isUnsafe) await limitToTables(engine, lake, file);
  } catch (error) {
    close();
    throw error;
  }
  return {
    query: async (sql, use) => {
      return failing(async () => {
        const stream = await engine.stream(withSql(sql), !isUnsafe);
        return use({ columns: stream.result.deduplicatedColumnNames(), rows: rowsOf(stream) });
      });
    },
    isOneSelect: (sql) => failing(() => engine.isOneSelect(withSql(sql))),
    text: (select, options, write) =>
      failing(async () => {
        for await (const text of textRows(engine, select, options)) await write(text);
      }),
    save: (select, options) => {
      if (file === undefined) throw new Error("the lake was opened without a file to write");
      return failing(() => saveRows(engine, select, file, options));
    },
    keep: async (name, select) => {
      const sql = `CREATE OR REPLACE TABLE ${sqlIdentifier(name)} AS ${select}`;
      await failing(() => engine.run({ sql, token: name }));
    },
    read: (select) =>
      failing(async () => {
        const result = await engine.read(select);
        return { columns: result.deduplicatedColumnNames(), rows: result.convertRows(jsonConverter) };
      }),
    numbers: (select, use) => failing(() => engine.chunks(select, (chunk) => use(numberColumns(chunk)))),
    close,
  };
}

function withSql(sql: string): string {
  if (sql.trim() !== "") return sql;
  throw new UserError('the SQL is empty; try "SELECT count(*) FROM alb_access_logs"');
}

/** After these settings, no statement can read another file or change a setting. */
async function limitToTables(
  engine: DuckdbEngine,
  { root }: LakeLayout,
  file: string | undefined,
): Promise<void> {
  const settings = [
    `allowed_directories = [${sqlString(join(root, TYPED_PREFIX))}]`,
    ...(file === undefined ? [] : [`allowed_paths = [${sqlString(file)}]`]),
    "enable_external_access = false",
    "lock_configuration = true",
  ];
  for (const setting of settings) await engine.run({ sql: `SET ${setting}`, token: "settings" });
}

const MISSING_TABLE = /^(Catalog Error: Table with name \S+ does not exist!) Did you mean "(\w+)/;

/** DuckDB's reason in one line. It may propose one of its own tables in place of a missing one. */
function reasonOf({ reason }: QueryFailedError): string {
  const line = (reason.replace("Failed to extract statements: ", "").split("\n\n")[0] ?? "").replaceAll(
    /\s*\n\s*/g,
    " ",
  );
  const [, missing, proposed = ""] = MISSING_TABLE.exec(line) ?? [];
  if (missing === undefined || VIEWS.has(proposed)) return line;
  return `${missing} The tables are ${TABLES.join(", ")}`;
}

const TABLES = Object.values(FORMATS).map(({ table }) => table);
const VIEWS: ReadonlySet<string> = new Set([...TABLES, ...Object.values(FORMATS).map(unparsedViewOf)]);

async function failing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof QueryFailedError)) throw error;
    throw new UserError(`SQL failed: ${reasonOf(error)}`, undefined, { cause: error });
  }
}

/** Opens a lake, and closes it at the end. @throws as `openLake` does */
export async function withLake<T>(
  folder: string,
  options: QueryOptions,
  use: (lake: OpenLake) => Promise<T>,
): Promise<T> {
  const lake = await openLake(folder, options);
  try {
    return await use(lake);
  } finally {
    lake.close();
  }
}

/** Opens a lake for one statement. @throws as `openLake` and its `query` do */
export const queryLake = <T>(
  folder: string,
  sql: string,
  use: (result: QueryRows) => Promise<T>,
  options: QueryOptions = {},
): Promise<T> => withLake(folder, options, (lake) => lake.query(sql, use));

async function createFunctions(engine: DuckdbEngine): Promise<void> {
  const macros = ATHENA_FUNCTIONS.map((definition) => `CREATE MACRO ${definition}`);
  await engine.run({ sql: macros.join("; "), token: "functions" });
}

/** The tables side by side: schemas of their files are read. */
async function createViews(
  engine: DuckdbEngine,
  lake: LakeLayout,
  tables: readonly string[] = TABLES,
): Promise<void> {
  const haveAllColumns = await commonColumns(lake);
  const formats = Object.values(FORMATS).filter(({ table }) => tables.includes(table));
  await Promise.all(formats.map((format) => createViewsOf(engine, lake, format, haveAllColumns(format))));
}

/** @param haveAllColumns true if all files of the table do */
async function createViewsOf(
  engine: DuckdbEngine,
  lake: LakeLayout,
  format: LogFormat,
  haveAllColumns: boolean,
): Promise<void> {
  const files = (await lastTypedFile(join(lake.root, TYPED_PREFIX, format.table)))
    ? await storedFiles(engine, lake, format, haveAllColumns)
    : noFiles(format);
  const typed = [
    ...duckdbColumns(format).map(({ name }) => name),
    "log_file",
    ...PARTITION_KEYS.map(({ name }) => name),
  ];
  const views = {
    [format.table]: `SELECT ${typed.map(sqlIdentifier).join(", ")} FROM (${files}) WHERE unparsed IS NULL`,
    [unparsedViewOf(format)]: `SELECT unparsed AS line, log_file FROM (${files}) WHERE unparsed IS NOT NULL`,
  };
  for (const [name, select] of Object.entries(views)) {
    await engine.run({ sql: `CREATE VIEW ${sqlIdentifier(name)} AS ${select}`, token: name });
  }
}

/**
 * Reads columns by name, and missing ones as NULL: files written before a column was added stay readable,
 * even while no file has it. For that, DuckDB reads the schemas of all files, of a year for seconds, also if a statement needs only
 * one hour of them; so this is done only if a file may lack a column. A UNION with an empty table of all columns would do the same,
 * and make queries slower.
 *
 * The partition keys are the last two folders of a file. DuckDB's own reader of partition keys would also take
 * them from the folders above the lake.
 */
async function storedFiles(
  engine: DuckdbEngine,
  lake: LakeLayout,
  format: LogFormat,
  haveAllColumns: boolean,
): Promise<string> {
  const files = `read_parquet(${sqlString(lake.typedFiles(format))},
    union_by_name = ${!haveAllColumns}, hive_partitioning = false, filename = true)`;
  const columns = haveAllColumns
    ? storedColumns(format).map(({ name }) => sqlIdentifier(name))
    : await columnsIn(engine, files, format);
  const keys = PARTITION_KEYS.map(({ name }) => `[/\\\\]${name}=([^/\\\\]*)`).join("");
  const values = PARTITION_KEYS.map(
    ({ name }, index) =>
      `regexp_extract(filename, ${sqlString(`${keys}[/\\\\][^/\\\\]*$`)}, ${index + 1}) AS ${sqlIdentifier(name)}`,
  );
  return `SELECT ${[...columns, ...values].join(", ")} FROM ${files}`;
}

/** The columns of a format in files of which none may have one of them. */
async function columnsIn(engine: DuckdbEngine, files: string, format: LogFormat): Promise<readonly string[]> {
  const described = await engine.rows(`SELECT column_name FROM (DESCRIBE FROM ${files})`);
  const stored = new Set(described.map(([name]) => name));
  return storedColumns(format).map(({ name, type }) =>
    stored.has(name) ? sqlIdentifier(name) : `NULL::${type} AS ${sqlIdentifier(name)}`,
  );
}

/** A table without files can still be queried. */
const noFiles = (format: LogFormat): string =>
  noRows(
    format,
    PARTITION_KEYS.map(({ name }) => name),
  );

async function* rowsOf(stream: Stream): AsyncGenerator<readonly Json[]> {
  for await (const chunk of chunksOf(stream)) yield* chunk.convertRows(jsonConverter);
}
