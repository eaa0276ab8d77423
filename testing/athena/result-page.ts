import type { TrinoColumn, TrinoResult } from "../trino/client";

/** Maximum rows of GetQueryResults. */
export const MAX_ROWS_PER_PAGE = 1000;

/**
 * A page of a result as texts; the first page starts with the column names.
 *
 * @param token end of the previous page
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html
 */
export function resultPage(
  { columns = [], rows, updateCount }: Pick<TrinoResult, "columns" | "rows" | "updateCount">,
  token: string | undefined,
  size: number,
): object {
  // A statement that writes rows returns their number, not a result.
  const isResult = updateCount === undefined && columns.length > 0;
  const all = isResult ? [columns.map(({ name }) => ({ VarCharValue: name })), ...rows.map(rowOf)] : [];
  const [from, end] = [Number(token ?? 0), Number(token ?? 0) + size];
  return {
    UpdateCount: updateCount ?? 0,
    ResultSet: {
      Rows: all.slice(from, end).map((Data) => ({ Data })),
      ResultSetMetadata: { ColumnInfo: isResult ? columns.map(columnInfo) : [] },
    },
    ...(end < all.length ? { NextToken: String(end) } : {}),
  };
}

const columnInfo = ({ name, type }: TrinoColumn) => ({
  CatalogName: "hive",
  SchemaName: "",
  TableName: "",
  Name: name,
  Label: name,
  // `varchar(10)` becomes `varchar`; Athena reports the length separately.
  Type: type.replace(/\(.*/, ""),
  Nullable: "UNKNOWN",
});

const rowOf = (row: readonly unknown[]) =>
  row.map((value) =>
    value === null || value === undefined
      ? {}
      : { VarCharValue: typeof value === "object" ? JSON.stringify(value) : String(value) },
  );
