import type { OpenLake } from "../lake/query";
import type { KeepingEngine } from "./engine";

/** Runs a report's SQL on a lake on this machine. */
export const lakeEngine = ({ read, keep, numbers }: OpenLake): KeepingEngine => ({
  table: read,
  rows: async (sql) => (await read(sql)).rows,
  keep,
  numbers,
});
