import { createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { finished } from "node:stream/promises";
import { withLake } from "../lake/query";
import type { FileFormat } from "../lake/save-rows";
import type { OutputFormat } from "../terminal/output-format";
import { type PrintOptions, printRows } from "../terminal/print-rows";
import { byteText, counted } from "../terminal/quantities";
import type { QueryRows, Write } from "../terminal/rows";
import { UserError, usageError } from "../terminal/user-error";
import { write, writeTable, writeText } from "../terminal/write";
import type { EngineOptions } from "./engine-options";
import { writeNewFile } from "./new-file";
import { requireOutsideLake } from "./outside-lake";
import { sinkOf } from "./sink";
import { timeZoneOf } from "./time-range";
import { zonedRows } from "./zoned-rows";

/** How an answer's values become text. */
interface Looks extends Pick<PrintOptions, "unitOf"> {
  readonly escapeFormulas: boolean;
  readonly timeZone?: string;
}

/** Runs SQL on the engine that the options name, and prints the rows as they arrive, or writes them to a file. */
export async function answer(
  sql: string,
  options: EngineOptions,
  unitOf?: PrintOptions["unitOf"],
): Promise<void> {
  const sink = sinkOf(options);
  const timeZone = timeZoneOf(options);
  const looks: Looks = {
    escapeFormulas: options.escapeFormulas,
    ...(unitOf ? { unitOf } : {}),
    ...(timeZone ? { timeZone } : {}),
  };
  if (sink.kind === "stdout") return printAnswer(sql, options, sink.format, looks);
  if (options.lake !== undefined) requireOutsideLake(sink.file, options.lake);
  const rows = await writeNewFile(sink.file, sink.isForced, (aside) =>
    saveAnswer(sql, options, sink.format, aside, looks),
  );
  const { size } = await stat(sink.file);
  await writeText(`wrote ${counted(rows, "row")}, ${byteText(size)}, to ${sink.file}\n`);
}

async function printAnswer(
  sql: string,
  options: EngineOptions,
  format: OutputFormat,
  looks: Looks,
): Promise<void> {
  const { lake: folder, unsafe = false } = options;
  const print = (rows: QueryRows) =>
    printRows(format, zoned(rows, looks), format === "table" ? writeTable : write, looks);
  if (folder === undefined) return void (await fromAthena(sql, options, print));
  await withLake(folder, { isUnsafe: unsafe }, async (lake) =>
    format !== "table" && (await lake.isOneSelect(sql))
      ? lake.text(sql, { ...looks, format }, write)
      : lake.query(sql, print),
  );
}

/** @returns the number of rows */
async function saveAnswer(
  sql: string,
  options: EngineOptions,
  format: FileFormat,
  file: string,
  looks: Looks,
): Promise<number> {
  const { lake: folder, unsafe = false } = options;
  if (folder === undefined) return saveFromAthena(sql, options, format, file, looks);
  return withLake(folder, { isUnsafe: unsafe, file }, async (lake) => {
    if (await lake.isOneSelect(sql)) return lake.save(sql, { ...looks, format });
    throw new UserError(
      "--output takes the rows of one SELECT; EXPLAIN, and PIVOT without IN, can only be printed",
    );
  });
}

async function saveFromAthena(
  sql: string,
  options: EngineOptions,
  format: FileFormat,
  file: string,
  looks: Looks,
): Promise<number> {
  if (format === "parquet" || format === "xlsx")
    throw usageError("--output: Athena's answers can be saved as .csv or .json");
  const stream = createWriteStream(file, { flags: "wx", mode: 0o600 });
  const writeToFile: Write = (text) =>
    new Promise((resolve, reject) => {
      stream.write(text, (error) => (error ? reject(error) : resolve()));
    });
  try {
    return await fromAthena(sql, options, (rows) =>
      printRows(format, zoned(rows, looks), writeToFile, looks),
    );
  } finally {
    stream.end();
    await finished(stream);
  }
}

const zoned = (rows: QueryRows, { timeZone }: Looks): QueryRows =>
  timeZone === undefined ? rows : zonedRows(rows, timeZone);

/** A query of a lake does not wait for the SDK to load. */
async function fromAthena(
  sql: string,
  options: EngineOptions,
  print: (rows: QueryRows) => Promise<void>,
): Promise<number> {
  const { answerFromAthena } = await import("./athena-answer.js");
  return answerFromAthena(sql, options, print);
}
