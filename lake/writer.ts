import { type DuckdbEngine, openDuckdb } from "./duckdb-engine";
import type { LakeLayout } from "./layout";
import { WRITE_SETTINGS } from "./parquet-layout";
import { openSpoolPool, type SpoolPool } from "./spool-pool";

/** Turns files into rows of a lake. */
export interface LakeWriter {
  readonly engine: DuckdbEngine;
  readonly pool: SpoolPool;
}

/** DuckDB's share: together with Node, the process stays below 1 GiB. Spill files go to the lake's folder. */
const DUCKDB_MEMORY = "600MiB";

/** Open the pool before there is anything else to do: its threads start meanwhile. */
export async function withSpoolPool<T>(use: (pool: SpoolPool) => Promise<T>): Promise<T> {
  const pool = openSpoolPool();
  try {
    return await use(pool);
  } finally {
    await pool.close();
  }
}

export async function withLakeWriter<T>(
  lake: LakeLayout,
  pool: SpoolPool,
  use: (writer: LakeWriter) => Promise<T>,
): Promise<T> {
  const engine = await openDuckdb({
    memory_limit: DUCKDB_MEMORY,
    temp_directory: lake.workFolder,
    ...WRITE_SETTINGS,
  });
  try {
    return await use({ engine, pool });
  } finally {
    engine.close();
  }
}
