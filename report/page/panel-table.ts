import { counted } from "../../terminal/quantities";
import type { Mode, TableState } from "./mode";
import { type Element, h, type Part } from "./node";
import { type Column, OTHER, type Panel, type Row } from "./panel";
import { valueText } from "./text";

/** Rows of a panel that the page shows until its button is pressed. */
export const FIRST_ROWS = 12;

/** The rows that a search and an order leave; "(other)" is last in every order. */
export function shownRows(panel: Panel, { sort, search }: TableState): readonly Row[] {
  const wanted = search.toLowerCase();
  const found = panel.rows.filter(
    ({ cells }) =>
      wanted === "" ||
      cells.some((cell) =>
        String(cell ?? "")
          .toLowerCase()
          .includes(wanted),
      ),
  );
  if (!sort) return found;
  const direction = sort.isDescending ? -1 : 1;
  return [...found].sort((a, b) => {
    if (isOther(a) !== isOther(b)) return Number(isOther(a)) - Number(isOther(b));
    const [left, right] = [a.cells[sort.column] ?? null, b.cells[sort.column] ?? null];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return typeof left === "number" && typeof right === "number"
      ? direction * (left - right)
      : direction * String(left).localeCompare(String(right));
  });
}

const isOther = ({ cells: [first] }: Row): boolean => first === OTHER;

export function panelTable(panel: Panel, mode: Mode): Part {
  if (panel.rows.length === 0) return h("p", { class: "note" }, "Nothing.");
  const state = mode.tableOf(panel.id);
  const rows = shownRows(panel, state);
  if (rows.length === 0) return h("p", { class: "note" }, panel.notFound ?? "Nothing with this text.");
  const isShort = mode.isInteractive && !state.isComplete && rows.length > FIRST_ROWS + 3;
  const isScrolled = /-(?:time|latency|cache)$/.test(panel.id);
  const table = h(
    "div",
    {
      class: `scroll${isScrolled ? " low" : ""}`,
      tabindex: 0,
      role: "group",
      "aria-label": `Table: ${panel.title}`,
    },
    h(
      "table",
      {},
      h("caption", { class: "hidden" }, panel.title),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          panel.columns.map((column, index) => headCell(panel, column, index, mode)),
        ),
      ),
      h(
        "tbody",
        {},
        rows
          .slice(0, isShort && !isScrolled ? FIRST_ROWS : rows.length)
          .map((row) => rowPart(panel, row, mode)),
      ),
    ),
  );
  if (!isShort || isScrolled) return table;
  return h(
    "div",
    {},
    table,
    h(
      "button",
      { type: "button", class: "more", "data-action": "all", "data-panel": panel.id },
      `Show ${counted(rows.length - FIRST_ROWS, "more row")} of ${panel.title.toLowerCase()}`,
    ),
  );
}

function headCell(panel: Panel, { label, kind }: Column, index: number, mode: Mode): Element {
  const className = kind === "text" ? "text" : "number";
  if (!mode.isInteractive) return h("th", { scope: "col", class: className }, label);
  const { sort } = mode.tableOf(panel.id);
  const order = sort?.column === index ? (sort.isDescending ? "descending" : "ascending") : undefined;
  const mark = order === undefined ? "" : order === "descending" ? " ↓" : " ↑";
  return h(
    "th",
    { scope: "col", class: className, "aria-sort": order },
    h(
      "button",
      { type: "button", "data-action": "sort", "data-panel": panel.id, "data-column": index },
      `${label}${mark}`,
    ),
  );
}

function rowPart(panel: Panel, { cells, filter, isChosen }: Row, mode: Mode): Element {
  return h(
    "tr",
    { class: isChosen ? "chosen" : undefined },
    cells.map((cell, index) => {
      const { kind, label } = panel.columns[index] ?? { kind: "text", label: "" };
      const text = valueText(cell, kind);
      if (kind !== "text") {
        return h(
          "td",
          { class: "number" },
          ...(label === "Share" && panel.columns.length <= MOST_WITH_BAR
            ? [bar(Number(cell)), h("span", { class: "share" }, text)]
            : [text]),
        );
      }
      const isButton =
        index === 0 && mode.isInteractive && filter !== undefined && panel.dimension !== undefined;
      return h(
        "td",
        { class: cell === OTHER || cell === "" ? "text faint" : "text" },
        isButton
          ? h(
              "button",
              {
                type: "button",
                class: "value",
                "data-action": "filter",
                "data-panel": panel.id,
                "data-dimension": panel.dimension,
                "data-value": filter,
                "aria-pressed": isChosen ? "true" : "false",
              },
              text,
            )
          : text,
      );
    }),
  );
}

/** A table of more columns has no place for bars next to another one. */
const MOST_WITH_BAR = 9;
const BAR_WIDTH = 24;

const bar = (percent: number): Element =>
  h(
    "svg",
    { class: "bar", viewBox: `0 0 ${BAR_WIDTH} 8`, width: BAR_WIDTH, height: 8, "aria-hidden": "true" },
    h("rect", {
      class: "bar-value",
      x: 0,
      y: 0,
      height: 8,
      width: ((BAR_WIDTH * Math.min(100, percent)) / 100).toFixed(1),
    }),
  );
