// The native part of DuckDB, of the version that its JavaScript needs: only its package depends on it.
const { createRequire } = require("node:module");

const resolveHere = createRequire(__filename);
module.exports = createRequire(resolveHere.resolve("@duckdb/node-api"))("@duckdb/node-bindings");
