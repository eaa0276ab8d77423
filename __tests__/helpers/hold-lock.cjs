// Holds the lock of a lake until it is killed, as an ingest does: hold-lock.cjs LOCK_FILE
const { DuckDBInstance } = require("@duckdb/node-api");

DuckDBInstance.create(process.argv[2]).then((held) => {
  process.stdout.write("held\n");
  setInterval(() => held, 60_000);
});
