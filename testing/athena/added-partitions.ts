import { parseHiveDdl } from "./hive-ddl";

const ADD_PARTITIONS = /^ALTER TABLE \S+ ADD IF NOT EXISTS\b/;

/**
 * `<table>/<key>=<value>/...` for each partition that a statement adds, and its location; a statement of another kind
 * adds none.
 */
export function addedPartitions(sql: string): ReadonlyMap<string, string> {
  const statement = ADD_PARTITIONS.test(sql) ? parseHiveDdl(sql) : undefined;
  if (statement?.kind !== "add-partitions") return new Map();
  return new Map(
    statement.partitions.map(({ keys, location }) => [
      [statement.name.table, ...keys.map(([key, value]) => `${key}=${value}`)].join("/"),
      location,
    ]),
  );
}
