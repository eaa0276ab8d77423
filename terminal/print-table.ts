/** A column of a table for people. */
export interface PrintedColumn {
  readonly title: string;
  readonly width: number;
  /** Numbers end at the same place, names begin there. */
  readonly align: "left" | "right";
}

/** A table of fixed width. A first cell that is too long gets a line of its own, so that nothing is cut off. */
export function printTable(columns: readonly PrintedColumn[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    columns
      .map(({ width, align }, index) => {
        const cell = cells[index] ?? "";
        return align === "left" ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd();
  const firstWidth = columns[0]?.width ?? 0;
  return [columns.map(({ title }) => title), ...rows]
    .flatMap(([first = "", ...rest]) =>
      first.length > firstWidth ? [first, line(["", ...rest])] : [line([first, ...rest])],
    )
    .map((text) => `${text}\n`)
    .join("");
}
