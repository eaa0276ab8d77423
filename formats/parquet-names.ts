import { FORMATS } from ".";
import { fieldsByName, isJsonOnly } from "./log-format";

/**
 * Name of a field's column in AWS's Parquet files, in lower case. Seen: `cs(User-Agent)` is `cs_User_Agent`, `c-ip` is `c_ip`.
 * Letter case is not relied on: Athena does not distinguish it, either.
 */
const columnNameOf = (field: string): string =>
  field
    .replaceAll(/[^A-Za-z0-9]+/g, "_")
    .replace(/_$/, "")
    .toLowerCase();

/** The names that fields have in JSON, by the names of their columns. */
const NAMES: ReadonlyMap<string, ReadonlySet<string>> = (() => {
  const names = new Map<string, Set<string>>();
  for (const format of Object.values(FORMATS)) {
    if (!format.json || isJsonOnly(format)) continue;
    for (const { name } of fieldsByName(format)) {
      const column = columnNameOf(name);
      names.set(column, (names.get(column) ?? new Set()).add(name));
    }
  }
  return names;
})();

/** Names of the fields, of any format, that a column of a Parquet file can have. */
export const fieldNamesOf = (column: string): readonly string[] => [
  ...(NAMES.get(columnNameOf(column)) ?? []),
];
