import type { OpenLake } from "../lake/query";
import type { Json } from "../terminal/rows";
import type { KeepingEngine, ReadTable } from "./engine";

/** Runs a report's SQL on a lake on this machine. */
export function lakeEngine(lake: OpenLake): KeepingEngine {
  let last: Promise<unknown> = Promise.resolve();
  /** Queries of a lake run one at a time. */
  const table = (sql: string): Promise<ReadTable> => {
    const read = last.then(() => readTable(lake, sql));
    last = read.catch(() => undefined);
    return read;
  };
  return {
    table,
    rows: async (sql) => (await table(sql)).rows,
    keep: lake.keep,
    numbers: lake.numbers,
  };
}

const readTable = (lake: OpenLake, sql: string): Promise<ReadTable> =>
  lake.query(sql, async ({ columns, rows }) => {
    const all: (readonly Json[])[] = [];
    for await (const row of rows) all.push(row);
    return { columns, rows: all };
  });
