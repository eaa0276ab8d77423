import type { OutputFormat } from "./output-format";
import { plural } from "./quantities";
import type { Json, QueryRows } from "./rows";

type Write = (text: string) => Promise<void>;

/** Prints rows as they arrive; only a table is kept in memory, to compute the widths of its columns. */
export const printRows = (format: OutputFormat, result: QueryRows, write: Write): Promise<void> =>
  PRINTERS[format](result, write);

const PRINTERS: Readonly<Record<OutputFormat, (result: QueryRows, write: Write) => Promise<void>>> = {
  table: printAligned,
  json: printJson,
  csv: printCsv,
};

async function printAligned({ columns, rows }: QueryRows, write: Write): Promise<void> {
  const cells: string[][] = [];
  const numeric = columns.map(() => true);
  for await (const row of rows) {
    cells.push(row.map(tableCell));
    for (const [index, value] of row.entries()) {
      if (value !== null && typeof value !== "number") numeric[index] = false;
    }
  }
  // Programs use the other formats: they do not wait for this module to load.
  const { tableParts } = await import("./print-table.js");
  const printed = columns.map((title, index) => ({
    title,
    align: numeric[index] ? ("right" as const) : ("left" as const),
  }));
  for (const text of tableParts(printed, cells, { hasRule: true })) await write(text);
  await write(`(${cells.length} ${plural(cells.length, "row")})\n`);
}

const tableCell = (value: Json): string => {
  if (value === null) return "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  // Control characters of a log line must not reach the terminal; full seconds need no microseconds.
  return text.replaceAll(/\p{Cc}/gu, "\uFFFD").replace(/(T\d{2}:\d{2}:\d{2})\.000000Z$/, "$1Z");
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

/** RFC 4180 with a header line; NULL is an empty field. */
async function printCsv({ columns, rows }: QueryRows, write: Write): Promise<void> {
  await write(`${columns.map(csvField).join(",")}\r\n`);
  for await (const row of rows) await write(`${row.map(csvField).join(",")}\r\n`);
}

function csvField(value: Json): string {
  if (value === null) return "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
