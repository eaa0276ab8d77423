import { parseHiveDdl } from "./hive-ddl";

const ADD_PARTITIONS = /^ALTER TABLE \S+ ADD IF NOT EXISTS\b/;

/** `<table>/<key>=<value>/...` for each partition that a statement adds; a statement of another kind adds none. */
export function addedPartitions(sql: string): string[] {
  if (!ADD_PARTITIONS.test(sql)) return [];
  const statement = parseHiveDdl(sql);
  if (statement.kind !== "add-partitions") return [];
  return statement.partitions.map(({ keys }) =>
    [statement.name.table, ...keys.map(([key, value]) => `${key}=${value}`)].join("/"),
  );
}
