import { styleText } from "node:util";
import { fittingWidths, GAP, type MeasuredColumn, titleLines } from "./column-widths";
import { cut, displayWidth, folded, padded } from "./display-width";
import { printable } from "./printable";
import { type Screen, screenOf } from "./screen";

/** A column of a printed table. */
export interface PrintedColumn {
  readonly title: string;
  /** Right for numbers, left for names. */
  readonly align: "left" | "right";
  /**
   * True if no value may be cut.
   *
   * @default - true for columns on the right
   */
  readonly isWhole?: boolean;
}

export interface TableOptions {
  /** A line between the titles and the rows; in colour, the titles are bold. */
  readonly hasRule?: boolean;
  /** @default - that of standard output */
  readonly screen?: Screen;
}

type Rows = readonly (readonly string[])[];

/**
 * A table without borders that fits the screen. Texts that are too wide end with an ellipsis; if the columns cannot fit,
 * the rows are printed as records, one value a line.
 */
export const printTable = (columns: readonly PrintedColumn[], rows: Rows, options?: TableOptions): string =>
  tablePrinter(columns, options)(rows);

/**
 * The same table in parts, for many rows. The first rows define the widths of the columns; a column becomes wider where
 * later rows need it, if there is room.
 *
 * @returns a function that prints the next rows; its first call also prints the titles
 */
export function tablePrinter(
  columns: readonly PrintedColumn[],
  { hasRule = false, screen = screenOf() }: TableOptions = {},
): (rows: Rows) => string {
  const titles = columns.map(({ title }) => printable(title));
  let widest = columns.map(() => 0);
  let widths: readonly number[] | undefined;
  let count = 0;
  return (rows) => {
    const isFirst = count === 0;
    const cells = rows.map((row) => columns.map((_, index) => printable(row[index] ?? "")));
    widest = widest.map((width, index) => Math.max(width, widestIn(cells, index)));
    if (isFirst || widths) widths = fittingWidths(measured(columns, titles, widest), screen.width) ?? widths;
    const texts =
      isFirst && widths ? head(columns, titles, widths, { hasRule, hasColour: screen.hasColour }) : [];
    for (const row of cells) {
      count++;
      if (widths) texts.push(line(columns, row, widths));
      else texts.push(...record(titles, row, count, screen.width));
    }
    return texts.map((text) => `${text}\n`).join("");
  };
}

const widestIn = (rows: Rows, column: number): number =>
  rows.reduce((width, row) => Math.max(width, displayWidth(row[column] ?? "")), 0);

const measured = (
  columns: readonly PrintedColumn[],
  titles: readonly string[],
  widest: readonly number[],
): MeasuredColumn[] =>
  columns.map(({ align, isWhole = align === "right" }, index) => ({
    title: titles[index] ?? "",
    widest: widest[index] ?? 0,
    isWhole,
  }));

function head(
  columns: readonly PrintedColumn[],
  titles: readonly string[],
  widths: readonly number[],
  { hasRule, hasColour }: { readonly hasRule: boolean; readonly hasColour: boolean },
): string[] {
  const parts = titles.map((title, index) => titleLines(title, widths[index] ?? 1));
  const height = Math.max(...parts.map(({ length }) => length));
  const lines = Array.from({ length: height }, (_, row) =>
    line(
      columns,
      // The last line of each title is next to the values.
      parts.map((part) => part[row - height + part.length] ?? ""),
      widths,
    ),
  );
  if (!hasRule) return lines;
  const shown = hasColour ? lines.map((text) => styleText("bold", text, { validateStream: false })) : lines;
  return [...shown, widths.map((width) => "-".repeat(width)).join(GAP)];
}

const line = (
  columns: readonly PrintedColumn[],
  cells: readonly string[],
  widths: readonly number[],
): string =>
  columns
    .map(({ align, isWhole = align === "right" }, index) => {
      const [cell, width] = [cells[index] ?? "", widths[index] ?? 1];
      return padded(isWhole ? cell : cut(cell, width), width, align);
    })
    .join(GAP)
    .trimEnd();

/** One value a line, completely. */
function record(
  titles: readonly string[],
  cells: readonly string[],
  number: number,
  width: number,
): string[] {
  const names = Math.max(...titles.map(displayWidth));
  const room = Math.max(MIN_VALUE, width - names - GAP.length);
  const rule = `-[ ${number} ]`;
  return [
    rule.padEnd(width, "-"),
    ...titles.flatMap((title, index) =>
      folded(cells[index] ?? "", room).map((text, part) =>
        `${padded(part === 0 ? title : "", names, "left")}${GAP}${text}`.trimEnd(),
      ),
    ),
  ];
}

/** Next to very long names, lines become longer than the screen. */
const MIN_VALUE = 20;
