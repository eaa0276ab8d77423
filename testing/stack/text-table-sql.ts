import { CATALOG } from "../trino/client";
import type { TextTable } from "./deployed-stack";

/** Creates a table of the Glue catalog in Trino, whose regular expression SerDe is the same as Athena's. */
export function createTextTable(
  database: string,
  { name, columns, partitionKeys, pattern, location }: TextTable,
): string {
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`;
  const list = [...columns, ...partitionKeys].map((column) => `"${column}" varchar`).join(", ");
  const keys = partitionKeys.map(text).join(", ");
  return `CREATE TABLE ${CATALOG}."${database}"."${name}" (${list}) WITH (format = 'REGEX', regex = ${text(pattern)}, external_location = ${text(location)}, partitioned_by = ARRAY[${keys}])`;
}
