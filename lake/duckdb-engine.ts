import type { DuckDBConnection, DuckDBDataChunk, DuckDBResultReader, DuckDBValue } from "@duckdb/node-api";
import { messageOf, QueryFailedError } from "../handlers/core/errors";
import type { QueryEngine, Statement } from "../handlers/core/ports";
import { UserError } from "../terminal/user-error";
import { duckdb } from "./duckdb-library";
import { isOneSelect, streamReadOnly } from "./read-only-statement";
import { chunksOf, LOCAL_QUERY, type Stream } from "./result-chunks";

/** A DuckDB database in memory: the local query engine. Statements do not wait for each other. */
export interface DuckdbEngine extends QueryEngine {
  /** All rows of a result that is known to be small. @throws QueryFailedError */
  rows(sql: string): Promise<readonly (readonly DuckDBValue[])[]>;
  /** The whole result of a statement, in memory. @throws QueryFailedError */
  read(sql: string): Promise<DuckDBResultReader>;
  /**
   * Runs SQL whose rows are then read batch by batch; one at a time.
   *
   * @param isReadOnly refuses everything but one statement that only reads
   * @throws QueryFailedError, or UserError if the statement is refused
   */
  stream(sql: string, isReadOnly?: boolean): Promise<Stream>;
  /**
   * Calls a function with each chunk of rows of a statement, one after the other, on a connection of its own. It makes some
   * of the next chunks while the function waits for something else.
   *
   * @throws QueryFailedError
   */
  chunks(sql: string, use: (chunk: DuckDBDataChunk) => Promise<void> | void): Promise<void>;
  /** True if the text is one SELECT. @throws QueryFailedError if it is not SQL */
  isOneSelect(sql: string): Promise<boolean>;
  close(): void;
}

/** Chunks that are made before they are used: about as many as are used at once. */
const CHUNKS_AHEAD = 16;

/** Nothing is downloaded: all needed extensions are built in. */
const OFFLINE = { autoinstall_known_extensions: "false", autoload_known_extensions: "false" };
/**
 * DuckDB takes a file of the same name, size and time for the one that it has read before. Files are replaced while it is
 * open, and the system's cache is enough.
 */
const UNCACHED = { enable_external_file_cache: "false" };

/**
 * @param settings DuckDB settings
 * @see https://duckdb.org/docs/stable/configuration/overview
 */
export async function openDuckdb(settings: Readonly<Record<string, string>> = {}): Promise<DuckdbEngine> {
  const instance = await duckdb().DuckDBInstance.create(":memory:", { ...OFFLINE, ...UNCACHED, ...settings });
  const reader = await instance.connect();
  const onOwnConnection = async <T>(queryId: string, work: (connection: DuckDBConnection) => Promise<T>) => {
    const connection = await instance.connect();
    try {
      return await attempt(queryId, () => work(connection));
    } finally {
      connection.closeSync();
    }
  };
  const read = (sql: string, token: string) =>
    onOwnConnection(token, (connection) => connection.runAndReadAll(sql));
  const reason = async (sql: string): Promise<string> => {
    const unknown = "it ended before its last row; run it again";
    // Other statements can have changed something, and are not run twice.
    if (!(await isOneSelect(reader, sql))) return unknown;
    return read(`EXPLAIN ANALYZE ${sql}`, LOCAL_QUERY).then(() => unknown, messageOf);
  };
  const rows = async (sql: string, token: string) => (await read(sql, token)).getRows();
  return {
    run: async ({ sql, token }: Statement) => {
      await onOwnConnection(token, (connection) => connection.run(sql));
      return { queryId: token };
    },
    value: async ({ sql, token }) => {
      const [[value] = []] = await rows(sql, token);
      return value === null || value === undefined ? undefined : String(value);
    },
    rows: (sql) => rows(sql, LOCAL_QUERY),
    read: (sql) => read(sql, LOCAL_QUERY),
    stream: (sql, isReadOnly = false) =>
      attempt(LOCAL_QUERY, async () => ({
        result: await (isReadOnly ? streamReadOnly(reader, sql) : reader.stream(sql)),
        reason: () => reason(sql),
      })),
    chunks: (sql, use) =>
      onOwnConnection(LOCAL_QUERY, async (connection) => {
        const stream = { result: await connection.stream(sql), reason: () => reason(sql) };
        for await (const chunk of chunksOf(stream, CHUNKS_AHEAD)) await use(chunk);
      }),
    isOneSelect: (sql) => attempt(LOCAL_QUERY, () => isOneSelect(reader, sql)),
    close: () => {
      reader.closeSync();
      instance.closeSync();
    },
  };
}

async function attempt<T>(queryId: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError || error instanceof QueryFailedError) throw error;
    throw new QueryFailedError(queryId, messageOf(error), { cause: error });
  }
}
