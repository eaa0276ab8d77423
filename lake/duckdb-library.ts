type Library = typeof import("@duckdb/node-api");

let library: Library | undefined;

/**
 * DuckDB's library, loaded on first use: loading it is the slowest step when a command starts.
 *
 * Its allocator reads the variable once, at load time. By default it returns freed memory to the system
 * within a second, and requests it again for the next row group: page faults took a fifth of the time of a
 * commit. DuckDB's memory is still bounded by its `memory_limit`.
 *
 * @see https://jemalloc.net/jemalloc.3.html#opt.dirty_decay_ms
 */
export function duckdb(): Library {
  process.env.DUCKDB_JE_MALLOC_CONF ??= "dirty_decay_ms:10000,muzzy_decay_ms:10000";
  library ??= require("@duckdb/node-api") as Library;
  return library;
}
