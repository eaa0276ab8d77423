import { type PrintedColumn, tablePrinter } from "./print-table";
import { byteText, plural } from "./quantities";
import type { Json, QueryRows, Write } from "./rows";
import type { Screen } from "./screen";

/** Rows whose widths are computed together. */
const ROWS_AT_ONCE = 5000;

/** What the numbers of a column measure. */
export type Unit = "bytes" | "seconds";

export interface AlignedOptions {
  /** Units of columns by name: bytes are printed as e.g. `1.2 GB`, and titles name seconds. */
  readonly unitOf?: (column: string) => Unit | undefined;
  /** @default - that of standard output */
  readonly screen?: Screen;
}

/** Prints a table that fits the screen; some thousand rows are kept in memory, to compute the widths of its columns. */
export async function printAligned(
  { columns, rows }: QueryRows,
  write: Write,
  { unitOf = () => undefined, screen }: AlignedOptions = {},
): Promise<void> {
  const units = columns.map(unitOf);
  let block: (readonly Json[])[] = [];
  let print: ReturnType<typeof tablePrinter> | undefined;
  let count = 0;
  const flush = async () => {
    print ??= tablePrinter(printedColumns(columns, units, block), {
      hasRule: true,
      ...(screen === undefined ? {} : { screen }),
    });
    await write(print(block.map((row) => row.map((value, index) => tableCell(value, units[index])))));
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

const printedColumns = (
  columns: readonly string[],
  units: readonly (Unit | undefined)[],
  rows: readonly (readonly Json[])[],
): PrintedColumn[] =>
  columns.map((name, index) => {
    const all = (isOfKind: (value: Json) => boolean) =>
      rows.every((row) => row[index] === null || isOfKind(row[index] ?? null));
    const isNumber = all((value) => typeof value === "number");
    return {
      title: units[index] === "seconds" && !name.includes("seconds") ? `${name} (s)` : name,
      align: isNumber ? "right" : "left",
      isWhole: isNumber || all(isInstant),
    };
  });

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}(?:Z|[+-]\d{2}:\d{2})$/;
const isInstant = (value: Json): boolean => typeof value === "string" && INSTANT.test(value);

function tableCell(value: Json, unit: Unit | undefined): string {
  if (value === null) return "";
  if (typeof value === "number" && unit === "bytes") return byteText(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  // Full seconds need no microseconds.
  return text.replace(/(T\d{2}:\d{2}:\d{2})\.000000(?=(?:Z|[+-]\d{2}:\d{2})$)/, "$1");
}
