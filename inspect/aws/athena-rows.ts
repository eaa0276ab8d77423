import { type AthenaClient, paginateGetQueryResults } from "@aws-sdk/client-athena";
import type { QueryEngine } from "../../handlers/core/ports";

/** Values of one row, by column, without NULL values. */
export type Row = Readonly<Record<string, string>>;

/** Runs a query and reads all of its rows: only for small results. @throws as `run` does */
export async function athenaRows(
  client: AthenaClient,
  engine: QueryEngine,
  statement: { readonly sql: string; readonly token: string },
): Promise<Row[]> {
  const { queryId } = await engine.run(statement);
  const lines: (string | undefined)[][] = [];
  for await (const { ResultSet } of paginateGetQueryResults({ client }, { QueryExecutionId: queryId })) {
    for (const { Data = [] } of ResultSet?.Rows ?? [])
      lines.push(Data.map(({ VarCharValue }) => VarCharValue));
  }
  // The first row of the first page holds the column names.
  const [names = [], ...rows] = lines;
  return rows.map((values) =>
    Object.fromEntries(
      names.flatMap((name, index) => {
        const value = values[index];
        return name === undefined || value === undefined ? [] : [[name, value]];
      }),
    ),
  );
}
