import type { DuckDBDataChunk, DuckDBResult } from "@duckdb/node-api";
import { messageOf, QueryFailedError } from "../handlers/core/errors";
import { duckdb } from "./duckdb-library";

/** Id of a statement. Local statements are not looked up later, so one id is enough. */
export const LOCAL_QUERY = "local";

/** A statement whose rows are made while they are read. */
export interface Stream {
  readonly result: DuckDBResult;
  /** The reason of DuckDB's if it failed after its first rows: the statement is run again for it. */
  readonly reason: () => Promise<string>;
}

type Chunk = DuckDBDataChunk | null;

/**
 * The rows of a result, in chunks as DuckDB makes them: the next ones while a chunk is used.
 *
 * @param ahead chunks that DuckDB may make before they are used
 * @throws QueryFailedError
 */
export async function* chunksOf({ result, reason }: Stream, ahead = 1): AsyncGenerator<DuckDBDataChunk> {
  let last = result.fetchChunk();
  const next = [last];
  try {
    for (;;) {
      const chunk = await next.shift();
      if (isEnd(chunk)) {
        // A statement that fails has no more chunks, as one that has ended. Only then, its result has no type any more.
        if (result.returnType === duckdb().ResultReturnType.INVALID) throw new Error(await reason());
        return;
      }
      while (next.length < ahead) {
        last = chunkAfter(last, result);
        next.push(last);
      }
      yield chunk;
    }
  } catch (error) {
    throw new QueryFailedError(LOCAL_QUERY, messageOf(error), { cause: error });
  } finally {
    // The engine must not be closed while it works on a chunk.
    await last.catch(() => undefined);
  }
}

/** Requests a chunk as soon as the one before is there. */
function chunkAfter(last: Promise<Chunk>, result: DuckDBResult): Promise<Chunk> {
  const chunk = last.then((before) => (isEnd(before) ? before : result.fetchChunk()));
  // Its failure is no unhandled one until somebody waits for it.
  chunk.catch(() => undefined);
  return chunk;
}

const isEnd = (chunk: Chunk | undefined): chunk is null | undefined => !chunk || chunk.rowCount === 0;
