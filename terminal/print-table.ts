import Table from "cli-table3";
import stringWidth from "string-width";

/** A column of a table for people. */
export interface PrintedColumn {
  readonly title: string;
  /** Numbers end at the same place, names begin there. */
  readonly align: "left" | "right";
}

export interface TableOptions {
  /** A line between the titles and the rows. */
  readonly hasRule?: boolean;
  /**
   * Characters that a line may have; longer cells go on below.
   *
   * @default - the terminal's width; none where the output goes elsewhere
   */
  readonly width?: number | undefined;
}

/** A table without lines: nothing is cut off, and each column is as wide as what is in it, if that fits. */
export const printTable = (
  columns: readonly PrintedColumn[],
  rows: readonly (readonly string[])[],
  options?: TableOptions,
): string => [...tableParts(columns, rows, options)].join("");

/** The same in parts, for many rows. */
export function* tableParts(
  columns: readonly PrintedColumn[],
  rows: readonly (readonly string[])[],
  { hasRule = false, width = terminalWidth() }: TableOptions = {},
): Generator<string> {
  const titles = columns.map(({ title }) => title);
  const widths = fitting(
    columns.map((_, index) => widest([titles, ...rows], index)),
    width,
  );
  const head = hasRule ? [titles, widths.map((length) => "-".repeat(length))] : [titles];
  yield part(columns, widths, head);
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE)
    yield part(columns, widths, rows.slice(start, start + ROWS_AT_ONCE));
}

/** The library compares every row with all before it: with thousands at once it would take minutes. */
const ROWS_AT_ONCE = 50;
const GAP = "  ";
/** Narrower, a column cannot be read any more: then the terminal has to break the lines. */
const MIN_WIDTH = 8;

const terminalWidth = (): number | undefined => (process.stdout.isTTY ? process.stdout.columns : undefined);

const widest = (rows: readonly (readonly string[])[], column: number): number =>
  rows.reduce((width, row) => Math.max(width, stringWidth(row[column] ?? "")), 1);

/** Takes from the widest columns what is too much for a line; all stay as they are if that does not suffice. */
function fitting(natural: readonly number[], width = Number.POSITIVE_INFINITY): readonly number[] {
  const room = width - GAP.length * (natural.length - 1);
  const total = (limit: number) => natural.reduce((sum, length) => sum + Math.min(length, limit), 0);
  if (total(MIN_WIDTH) > room) return natural;
  let limit = Math.max(...natural, MIN_WIDTH);
  while (total(limit) > room) limit--;
  return natural.map((length) => Math.min(length, limit));
}

function part(
  columns: readonly PrintedColumn[],
  widths: readonly number[],
  rows: readonly (readonly string[])[],
): string {
  const table = new Table({
    chars: { ...NO_LINES, middle: GAP },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    colWidths: [...widths],
    colAligns: columns.map(({ align }) => align),
    wordWrap: true,
    // Between words it would cut off a path that is too long.
    wrapOnWordBoundary: false,
  });
  table.push(...rows.map((row) => columns.map((_, index) => row[index] ?? "")));
  return table
    .toString()
    .split("\n")
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

const NO_LINES = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
};
