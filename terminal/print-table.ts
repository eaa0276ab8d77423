import Table from "cli-table3";
import stringWidth from "string-width";
import { printable } from "./printable";

/** A column of a printed table. */
export interface PrintedColumn {
  readonly title: string;
  /** Right for numbers, left for names. */
  readonly align: "left" | "right";
}

export interface TableOptions {
  /** A line between the titles and the rows. */
  readonly hasRule?: boolean;
  /**
   * Maximum characters of a line; longer cells continue on the next line.
   *
   * @default - the terminal's width; no maximum if the output is not a terminal
   */
  readonly width?: number | undefined;
}

/** A table without borders: nothing is cut off, and each column is as wide as its content, if that fits. */
export const printTable = (
  columns: readonly PrintedColumn[],
  rows: readonly (readonly string[])[],
  options?: TableOptions,
): string => [...tablePrinter(columns, options)(rows)].join("");

/**
 * The same table in parts, for many rows. The first rows define the widths of the columns; a column becomes wider where
 * later rows need it.
 *
 * @returns a function that prints the next rows; its first call also prints the titles
 */
export function tablePrinter(
  columns: readonly PrintedColumn[],
  { hasRule = false, width = terminalWidth() }: TableOptions = {},
): (rows: readonly (readonly string[])[]) => Generator<string> {
  const titles = columns.map(({ title }) => printable(title));
  let natural = columns.map((_, index) => widest([titles], index));
  let isStarted = false;
  return function* (rows) {
    const cells = rows.map((row) => columns.map((_, index) => printable(row[index] ?? "")));
    natural = natural.map((length, index) => Math.max(length, widest(cells, index)));
    const widths = fitting(natural, width);
    if (!isStarted) {
      const head = hasRule ? [titles, widths.map((length) => "-".repeat(length))] : [titles];
      yield part(columns, widths, head);
      isStarted = true;
    }
    for (let start = 0; start < cells.length; start += ROWS_AT_ONCE)
      yield part(columns, widths, cells.slice(start, start + ROWS_AT_ONCE));
  };
}

/** The library compares every row with all earlier rows: thousands at once would take minutes. */
const ROWS_AT_ONCE = 50;
const GAP = "  ";
/** A narrower column is not readable: then the terminal breaks the lines. */
const MIN_WIDTH = 8;

const terminalWidth = (): number | undefined => (process.stdout.isTTY ? process.stdout.columns : undefined);

const widest = (rows: readonly (readonly string[])[], column: number): number =>
  rows.reduce((width, row) => Math.max(width, stringWidth(row[column] ?? "")), 1);

/** Reduces the widest columns until a line fits; all columns keep their width if this is not enough. */
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
    // A break between words would cut off a long path.
    wrapOnWordBoundary: false,
  });
  table.push(...rows.map((row) => [...row]));
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
