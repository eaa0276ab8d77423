import { DuckDBInstance, type DuckDBResult } from "@duckdb/node-api";
import { QueryFailedError } from "../handlers/core/errors";
import type { QueryEngine, Statement } from "../handlers/core/ports";

/** A DuckDB database in memory: the query engine of this machine. */
export interface DuckdbEngine extends QueryEngine {
  /** Runs a statement whose rows are then read batch by batch. @throws QueryFailedError */
  stream(sql: string): Promise<DuckDBResult>;
  close(): void;
}

/** Nothing is fetched over the network: every extension that is needed is built in. */
const OFFLINE = { autoinstall_known_extensions: "false", autoload_known_extensions: "false" };

/**
 * @param settings DuckDB settings
 * @see https://duckdb.org/docs/stable/configuration/overview
 */
export async function openDuckdb(settings: Readonly<Record<string, string>> = {}): Promise<DuckdbEngine> {
  const instance = await DuckDBInstance.create(":memory:", { ...OFFLINE, ...settings });
  // Statements and reads do not wait for each other: each has a connection.
  const [connection, reader] = [await instance.connect(), await instance.connect()];
  return {
    run: async ({ sql, token }: Statement) => {
      await attempt(token, () => connection.run(sql));
      return { queryId: token };
    },
    value: async ({ sql, token }) => {
      const result = await attempt(token, () => connection.runAndReadAll(sql));
      const value = result.getRows()[0]?.[0];
      return value === null || value === undefined ? undefined : String(value);
    },
    stream: (sql) => attempt("local", () => reader.stream(sql)),
    close: () => {
      connection.closeSync();
      reader.closeSync();
      instance.closeSync();
    },
  };
}

async function attempt<T>(queryId: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new QueryFailedError(queryId, error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }
}
