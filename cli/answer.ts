import { queryLake } from "../lake/query";
import { type PrintOptions, printRows } from "../terminal/print-rows";
import type { QueryRows } from "../terminal/rows";
import { write } from "../terminal/write";
import type { EngineOptions } from "./engine-options";

/** Runs SQL on the engine that the options name, and prints the rows as they arrive. */
export async function answer(
  sql: string,
  options: EngineOptions,
  unitOf?: PrintOptions["unitOf"],
): Promise<void> {
  const { json, format, escapeFormulas, lake, unsafe = false } = options;
  const print = (rows: QueryRows) =>
    printRows(json ? "json" : format, rows, write, { escapeFormulas, ...(unitOf ? { unitOf } : {}) });
  if (lake !== undefined) return queryLake(lake, sql, print, { isUnsafe: unsafe });
  // A query of a lake does not wait for the SDK to load.
  const { answerFromAthena } = await import("./athena-answer.js");
  return answerFromAthena(sql, options, print);
}
