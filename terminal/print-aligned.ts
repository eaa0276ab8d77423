import { tablePrinter } from "./print-table";
import { plural } from "./quantities";
import type { Json, QueryRows, Write } from "./rows";

/** Rows whose widths are computed together. */
const ROWS_AT_ONCE = 5000;

/** Prints a table; some thousand rows are kept in memory, to compute the widths of its columns. */
export async function printAligned({ columns, rows }: QueryRows, write: Write): Promise<void> {
  let block: (readonly Json[])[] = [];
  let print: ReturnType<typeof tablePrinter> | undefined;
  let count = 0;
  const flush = async () => {
    print ??= tablePrinter(printedColumns(columns, block), { hasRule: true });
    for (const text of print(block.map((row) => row.map(tableCell)))) await write(text);
    block = [];
  };
  for await (const row of rows) {
    block.push(row);
    count++;
    if (block.length === ROWS_AT_ONCE) await flush();
  }
  if (block.length > 0 || count === 0) await flush();
  await write(`(${count} ${plural(count, "row")})\n`);
}

const printedColumns = (columns: readonly string[], rows: readonly (readonly Json[])[]) =>
  columns.map((title, index) => ({
    title,
    align: rows.every((row) => row[index] === null || typeof row[index] === "number")
      ? ("right" as const)
      : ("left" as const),
  }));

const tableCell = (value: Json): string => {
  if (value === null) return "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  // Full seconds need no microseconds.
  return text.replace(/(T\d{2}:\d{2}:\d{2})\.000000Z$/, "$1Z");
};
