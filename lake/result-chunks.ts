import type { DuckDBDataChunk, DuckDBResult } from "@duckdb/node-api";
import { messageOf, QueryFailedError } from "../handlers/core/errors";

/** Id of a statement. Local statements are not looked up later, so one id is enough. */
export const LOCAL_QUERY = "local";

/** The rows of a result, in chunks as DuckDB makes them. @throws QueryFailedError */
export async function* chunksOf(result: DuckDBResult): AsyncGenerator<DuckDBDataChunk> {
  for (;;) {
    const chunk = await result.fetchChunk().catch((error: unknown) => {
      throw new QueryFailedError(LOCAL_QUERY, messageOf(error), { cause: error });
    });
    if (!chunk || chunk.rowCount === 0) return;
    yield chunk;
  }
}
