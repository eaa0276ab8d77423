import { csvText, withoutFormula } from "./csv";
import type { OutputFormat } from "./output-format";
import type { AlignedOptions } from "./print-aligned";
import type { Json, QueryRows, Write } from "./rows";

export interface PrintOptions extends AlignedOptions {
  /** CSV: text that a spreadsheet runs as a formula gets a `'` before it, which a spreadsheet does not show. */
  readonly escapeFormulas?: boolean;
}

/** Prints rows as they arrive. */
export const printRows = (
  format: OutputFormat,
  result: QueryRows,
  write: Write,
  options: PrintOptions = {},
): Promise<void> => PRINTERS[format](result, write, options);

type Printer = (result: QueryRows, write: Write, options: PrintOptions) => Promise<void>;

const PRINTERS: Readonly<Record<OutputFormat, Printer>> = {
  // Programs use the other formats: they do not wait for this module to load.
  table: async (result, write, options) =>
    (await import("./print-aligned.js")).printAligned(result, write, options),
  json: printJson,
  csv: printCsv,
};

/** One document: an array with an object per row. */
async function printJson({ columns, rows }: QueryRows, write: Write): Promise<void> {
  let separator = "[";
  for await (const row of rows) {
    await write(
      `${separator}\n${JSON.stringify(Object.fromEntries(columns.map((name, index) => [name, row[index]])))}`,
    );
    separator = ",";
  }
  await write(separator === "[" ? "[]\n" : "\n]\n");
}

/** RFC 4180 with a header line; NULL is an empty field, and an empty text is `""`. */
async function printCsv(
  { columns, rows }: QueryRows,
  write: Write,
  { escapeFormulas = false }: PrintOptions,
): Promise<void> {
  const lineOf = (values: readonly Json[]) =>
    `${values.map((value) => csvField(escapeFormulas && typeof value === "string" ? withoutFormula(value) : value)).join(",")}\r\n`;
  await write(lineOf(columns));
  for await (const row of rows) await write(lineOf(row));
}

function csvField(value: Json): string {
  if (value === null) return "";
  return csvText(typeof value === "string" ? value : JSON.stringify(value));
}
