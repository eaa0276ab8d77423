import { queryLake } from "../lake/query";
import { printRows } from "../terminal/print-rows";
import type { QueryRows } from "../terminal/rows";
import { write } from "../terminal/write";
import type { EngineOptions } from "./engine-options";

/** Runs SQL on the engine that the options name, and prints the rows as they arrive. */
export async function answer(sql: string, options: EngineOptions): Promise<void> {
  const print = (rows: QueryRows) => printRows(options.json ? "json" : options.format, rows, write);
  if (options.lake !== undefined) return queryLake(options.lake, sql, print);
  // A query of a lake does not wait for the SDK to load.
  const { answerFromAthena } = await import("./athena-answer.js");
  return answerFromAthena(sql, options, print);
}
