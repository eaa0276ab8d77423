import type { Mode } from "./mode";
import { type Element, h, type Part } from "./node";
import type { Panel } from "./panel";
import { FIRST_ROWS, panelTable } from "./panel-table";

const WIDE =
  /^answer-|-(?:time|latency|cache|week|path|slowest|client|agent|referrer|abnormal|scanners|unparsed)$|^rejected$/;

/** A panel with its charts and its table, or the reason why it is not shown. */
export function panelPart(
  panel: Panel,
  mode: Mode,
  charts: readonly Part[] = [],
  table: (panel: Panel, mode: Mode) => Part = panelTable,
): Element {
  const isWide = WIDE.test(panel.id);
  return h(
    "section",
    { class: `panel${isWide ? " wide" : ""}`, id: panel.id },
    h("div", { class: "panel-head" }, h("h3", {}, panel.title), mode.isInteractive ? tools(panel, mode) : ""),
    panel.notes.map((note) => h("p", { class: "note" }, note)),
    ...(panel.missing
      ? [h("p", { class: "missing" }, panel.missing, ...(mode.isInteractive ? timeButton(panel) : []))]
      : [...charts, table(panel, mode)]),
  );
}

/** Chooses the time for which the panel is there. */
const timeButton = ({ id, title, offered }: Panel): Element[] =>
  offered === undefined
    ? []
    : [
        h(
          "button",
          {
            type: "button",
            class: "offer",
            "data-action": "time",
            "data-panel": id,
            "data-from": offered.from,
            "data-until": offered.until,
            "aria-label": `Choose this time: ${title}`,
          },
          "Choose this time",
        ),
      ];

function tools(panel: Panel, mode: Mode): Element {
  const button = (action: string, text: string) =>
    h(
      "button",
      {
        type: "button",
        "data-action": action,
        "data-panel": panel.id,
        "aria-label": `${text}: ${panel.title}`,
      },
      text,
    );
  return h(
    "div",
    { class: "tools" },
    panel.rows.length > FIRST_ROWS
      ? h("input", {
          type: "search",
          placeholder: "Search",
          "data-search": panel.id,
          "aria-label": `Search: ${panel.title}`,
          value: mode.tableOf(panel.id).search,
        })
      : "",
    button("csv", "CSV"),
    button("json", "JSON"),
    panel.sql === undefined ? "" : button("sql", "SQL"),
  );
}
