import { createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { finished } from "node:stream/promises";
import { openLake } from "../lake/query";
import { type PrintOptions, printRows } from "../terminal/print-rows";
import { byteText, counted } from "../terminal/quantities";
import type { QueryRows, Write } from "../terminal/rows";
import { UserError } from "../terminal/user-error";
import { write, writeText } from "../terminal/write";
import type { EngineOptions } from "./engine-options";
import { writeNewFile } from "./new-file";
import { type Sink, sinkOf } from "./sink";

type FileSink = Extract<Sink, { kind: "file" }>;

/** Runs SQL on the engine that the options name, and prints the rows as they arrive, or writes them to a file. */
export async function answer(
  sql: string,
  options: EngineOptions,
  unitOf?: PrintOptions["unitOf"],
): Promise<void> {
  const sink = sinkOf(options);
  const { lake, escapeFormulas } = options;
  const print = { escapeFormulas, ...(unitOf ? { unitOf } : {}) };
  if (sink.kind === "file") {
    const rows = await writeNewFile(sink.file, sink.isForced, (aside) =>
      lake === undefined
        ? saveFromAthena(sql, options, sink, aside)
        : saveFromLake(sql, options, lake, sink, aside),
    );
    const { size } = await stat(sink.file);
    return writeText(`wrote ${counted(rows, "row")}, ${byteText(size)}, to ${sink.file}\n`);
  }
  if (lake !== undefined) return answerFromLake(sql, options, lake, sink.format, print);
  await fromAthena(sql, options, (rows) => printRows(sink.format, rows, write, print));
}

async function answerFromLake(
  sql: string,
  { unsafe = false }: EngineOptions,
  folder: string,
  format: Extract<Sink, { kind: "stdout" }>["format"],
  print: PrintOptions,
): Promise<void> {
  const lake = await openLake(folder, { isUnsafe: unsafe });
  try {
    if (format !== "table" && (await lake.isOneSelect(sql)))
      await lake.text(sql, { format, escapeFormulas: print.escapeFormulas ?? false }, write);
    else await lake.query(sql, (rows) => printRows(format, rows, write, print));
  } finally {
    lake.close();
  }
}

/** @returns the number of rows */
async function saveFromLake(
  sql: string,
  { unsafe = false, escapeFormulas }: EngineOptions,
  folder: string,
  { format }: FileSink,
  aside: string,
): Promise<number> {
  const lake = await openLake(folder, { isUnsafe: unsafe, file: aside });
  try {
    if (await lake.isOneSelect(sql)) return await lake.save(sql, { format, escapeFormulas });
  } finally {
    lake.close();
  }
  throw new UserError(
    "--output takes the rows of one SELECT; EXPLAIN, and PIVOT without IN, can only be printed",
  );
}

/** @returns the number of rows */
async function saveFromAthena(
  sql: string,
  options: EngineOptions,
  { format }: FileSink,
  aside: string,
): Promise<number> {
  if (format === "parquet")
    throw new UserError("--output: Athena's answers can be saved as .csv or .json", 2);
  const stream = createWriteStream(aside, { flags: "wx", mode: 0o600 });
  const writeToFile: Write = (text) =>
    new Promise((resolve, reject) => {
      stream.write(text, (error) => (error ? reject(error) : resolve()));
    });
  const { escapeFormulas } = options;
  try {
    return await fromAthena(sql, options, (rows) => printRows(format, rows, writeToFile, { escapeFormulas }));
  } finally {
    stream.end();
    await finished(stream);
  }
}

/** A query of a lake does not wait for the SDK to load. */
async function fromAthena(
  sql: string,
  options: EngineOptions,
  print: (rows: QueryRows) => Promise<void>,
): Promise<number> {
  const { answerFromAthena } = await import("./athena-answer.js");
  return answerFromAthena(sql, options, print);
}
