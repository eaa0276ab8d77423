import type { DuckDBDataChunk, DuckDBResult } from "@duckdb/node-api";
import { messageOf, QueryFailedError } from "../handlers/core/errors";

/** Id of a statement. Local statements are not looked up later, so one id is enough. */
export const LOCAL_QUERY = "local";

/**
 * The rows of a result, in chunks as DuckDB makes them: the next one while a chunk is used.
 *
 * @throws QueryFailedError
 */
export async function* chunksOf(result: DuckDBResult): AsyncGenerator<DuckDBDataChunk> {
  let next = fetched(result);
  try {
    for (;;) {
      const chunk = await next;
      if (!chunk || chunk.rowCount === 0) return;
      next = fetched(result);
      yield chunk;
    }
  } catch (error) {
    throw new QueryFailedError(LOCAL_QUERY, messageOf(error), { cause: error });
  } finally {
    // The engine must not be closed while it works on a chunk.
    await next.catch(() => undefined);
  }
}

/** Its failure is no unhandled one until somebody waits for it. */
function fetched(result: DuckDBResult): Promise<DuckDBDataChunk | null> {
  const chunk = result.fetchChunk();
  chunk.catch(() => undefined);
  return chunk;
}
