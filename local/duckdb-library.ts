// DuckDB's allocator reads this once, when the library is loaded. By default it gives what it frees back to the system
// within a second, and asks for it again for the next row group: page faults were a fifth of the time of a commit. What
// DuckDB uses stays bounded by its `memory_limit`. https://jemalloc.net/jemalloc.3.html#opt.dirty_decay_ms
process.env.DUCKDB_JE_MALLOC_CONF ??= "dirty_decay_ms:10000,muzzy_decay_ms:10000";

const library: typeof import("@duckdb/node-api") = require("@duckdb/node-api");

/** The parts of DuckDB's library that are used here. */
export const { DuckDBInstance, DuckDBTypeId, JsonDuckDBValueConverter } = library;
