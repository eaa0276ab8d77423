import type { DuckdbType } from "../formats/column-type";
import { duckdbColumns } from "../formats/column-type";
import type { LogFormat } from "../formats/log-format";
import { sqlIdentifier } from "../formats/render/sql-text";

/** Columns of every commit in addition to the format's columns. */
const COMMIT_COLUMNS = ["log_file", "unparsed"] as const;

/** The columns of a typed file. */
export const storedColumns = (format: LogFormat): readonly { name: string; type: DuckdbType }[] => [
  ...duckdbColumns(format),
  ...COMMIT_COLUMNS.map((name) => ({ name, type: "VARCHAR" as const })),
];

/** A SELECT without rows that has the columns of a commit. @param texts further columns */
export function noRows(format: LogFormat, texts: readonly string[] = []): string {
  const columns = [...storedColumns(format), ...texts.map((name) => ({ name, type: "VARCHAR" }))];
  return `SELECT ${columns.map(({ name, type }) => `NULL::${type} AS ${sqlIdentifier(name)}`).join(", ")} WHERE false`;
}
