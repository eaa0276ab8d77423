import type { OpenLake } from "../lake/query";
import type { Json } from "../terminal/rows";
import type { KeepingEngine } from "./engine";

/** Runs a report's SQL on a lake on this machine. */
export function lakeEngine(lake: OpenLake): KeepingEngine {
  const table = (sql: string) =>
    lake.query(sql, async ({ columns, rows }) => {
      const all: (readonly Json[])[] = [];
      for await (const row of rows) all.push(row);
      return { columns, rows: all };
    });
  return {
    table,
    rows: async (sql) => (await table(sql)).rows,
    keep: lake.keep,
    numbers: lake.numbers,
  };
}
