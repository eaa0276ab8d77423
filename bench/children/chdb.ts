/** Runs a statement in ClickHouse inside this process. Arguments: the package's main file, and the SQL. */
const [, , file = "", sql = ""] = process.argv;
const { query }: { query: (sql: string, format: string) => unknown } = require(file);
console.log(String(query(sql, "TSV")).trim());
