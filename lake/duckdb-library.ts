type Library = typeof import("@duckdb/node-api");

let library: Library | undefined;

/**
 * DuckDB's library, loaded when it is first needed: that takes longer than all else at the start of a command.
 *
 * Its allocator then reads the variable, once. By default it gives what it frees back to the system within a second, and asks
 * for it again for the next row group: page faults were a fifth of the time of a commit. What DuckDB uses stays bounded by
 * its `memory_limit`.
 *
 * @see https://jemalloc.net/jemalloc.3.html#opt.dirty_decay_ms
 */
export function duckdb(): Library {
  process.env.DUCKDB_JE_MALLOC_CONF ??= "dirty_decay_ms:10000,muzzy_decay_ms:10000";
  library ??= require("@duckdb/node-api") as Library;
  return library;
}
