import type { DimensionId, PackedCube, Report, TableReport } from "../model";
import { CHART_WIDTH } from "../page/chart";
import { AS_IT_IS, type Mode, type TableState } from "../page/mode";
import { h, visible } from "../page/node";
import { overTime, slotStart } from "../page/over-time";
import type { Panel } from "../page/panel";
import { shownRows } from "../page/panel-table";
import { panelsOf } from "../page/panels";
import { answerPanels, rejectedPanel } from "../page/row-panels";
import { EVERYTHING, hashOf, type State, stateOf, toggled } from "../page/state";
import { csvCell, NOTHING, valueText } from "../page/text";
import { latencyPanel, timePanel } from "../page/time-panels";
import { answerParts, rejectedParts, tableParts } from "../page/view";
import { unpackReport } from "../unpack";
import { timeText } from "../zone";
import { brushable } from "./brush";
import { copyText, showText } from "./dialog";
import { redraw, toDom } from "./dom";
import { focusNow } from "./focus";
import { readable } from "./readout";

const report = unpackReport(
  JSON.parse(document.getElementById("report")?.textContent ?? "") as Report<PackedCube>,
);
const tables = new Map<string, TableState>();
/** Panels are shortened until "Show all"; print shows all rows. */
const SHORTENED: TableState = { ...AS_IT_IS, isComplete: false };
let isPrinting = false;

const stateNow = (): State => stateOf(location.hash);

/** The hash is the state: the browser's history goes back and forth between states, and a link holds one. */
function setState(state: State): void {
  const hash = hashOf(state);
  if (hash !== "") {
    location.hash = hash;
    return;
  }
  history.pushState(null, "", location.href.split("#")[0]);
  draw();
}

/** Reading a width makes the browser lay out the page: once, before anything changes. */
const modeNow = (): Mode => ({
  isInteractive: true,
  timeZone: report.timeZone,
  width: Math.min(
    CHART_WIDTH,
    Math.max(300, (document.getElementById("main")?.clientWidth ?? CHART_WIDTH) - 34),
  ),
  tableOf: (id) =>
    isPrinting ? { ...(tables.get(id) ?? AS_IT_IS), isComplete: true } : (tables.get(id) ?? SHORTENED),
});

/** Draws what a filter changes. */
function draw(mode = modeNow()): void {
  const state = stateNow();
  const focus = focusNow();
  for (const table of report.tables) {
    const parts = document.querySelector<HTMLElement>(`.parts[data-table="${table.format}"]`);
    if (!parts) continue;
    redraw(parts, tableParts(table, state, mode));
    for (const plot of parts.querySelectorAll<HTMLElement>(".plot:not(.live)")) {
      plot.classList.add("live");
      if ("brush" in plot.dataset) brushable(plot, ({ from, until }) => brushed(table, from, until));
      readable(plot, (instant) => textAt(table, plot.closest("section")?.id ?? "", instant));
    }
  }
  document.getElementById("files")?.replaceChildren(...rejectedParts(report, mode).map(toDom));
  drawFilters(state);
  focus();
}

/** The row of a chart's panel about a time, in one line. */
function textAt(table: TableReport, id: string, instant: number): string {
  const { timeZone } = report;
  const panel = [timePanel, latencyPanel]
    .map((make) => make(table, stateNow(), timeZone))
    .find((one) => one.id === id);
  const time = timeText(instant, timeZone);
  const { cells = [] } = panel?.rows.find(({ cells: [first] }) => first === time) ?? {};
  const values = cells.slice(1).map((cell, index) => {
    const { label, kind } = panel?.columns[index + 1] ?? { label: "", kind: "text" };
    return `${label} ${valueText(cell, kind)}`;
  });
  return [time, ...(values.length === 0 ? [NOTHING] : values)].join("   ");
}

/** Draws the answers, too, which change only with their own tables and the width. */
function drawAll(): void {
  const mode = modeNow();
  const focus = focusNow();
  for (const table of report.answered) {
    const parts = document.querySelector<HTMLElement>(`.parts[data-table="${table.format}"]`);
    parts?.replaceChildren(...answerParts(table, mode).map(toDom));
  }
  draw(mode);
  focus();
}

function brushed(table: TableReport, from: number, until: number): void {
  const state = stateNow();
  const over = overTime(table, state);
  if (!over) return;
  setState({ ...state, time: { from: slotStart(table, over, from), until: slotStart(table, over, until) } });
}

function drawFilters(state: State): void {
  const { time, filters } = state;
  const chips = [...filters].flatMap(([id, values]) =>
    values.map((value) =>
      h(
        "button",
        {
          type: "button",
          class: "chip",
          "data-action": "filter",
          "data-dimension": id,
          "data-value": value,
          "aria-label": `Remove the filter ${labelOf(id)}: ${visible(value)}`,
        },
        `${labelOf(id)}: ${value === "" ? "(none)" : visible(value)} ×`,
      ),
    ),
  );
  const range = time
    ? [
        h(
          "button",
          { type: "button", class: "chip", "data-action": "no-time" },
          `${timeText(time.from, report.timeZone)} to ${timeText(time.until, report.timeZone)} ×`,
        ),
      ]
    : [];
  const reset = h("button", { type: "button", "data-action": "reset" }, "Remove all filters");
  const all = [...range, ...chips];
  document.getElementById("filters")?.replaceChildren(...(all.length > 0 ? [...all, reset] : []).map(toDom));
  for (const [name, value] of [
    ["from", time?.from],
    ["until", time?.until],
  ] as const) {
    const select = document.querySelector<HTMLSelectElement>(`select[data-time="${name}"]`);
    if (!select) continue;
    const isThere = [...select.options].some((option) => option.value === String(value ?? ""));
    // A link may have a time between the steps.
    if (value !== undefined && !isThere)
      select.add(new Option(timeText(value, report.timeZone), String(value)));
    select.value = String(value ?? "");
  }
}

const labelOf = (id: DimensionId): string =>
  report.tables.flatMap(({ dimensions }) => dimensions).find((one) => one.id === id)?.label ?? id;

function drawControls(): void {
  const instants = [
    ...new Set(
      report.tables.flatMap(({ from, until, slotMs }) =>
        Array.from({ length: Math.ceil((until - from) / slotMs) + 1 }, (_, index) => from + index * slotMs),
      ),
    ),
  ].sort((a, b) => a - b);
  const select = (name: "from" | "until", label: string) =>
    h(
      "select",
      { "data-time": name, "aria-label": label },
      h("option", { value: "" }, label),
      instants.map((instant) => h("option", { value: instant }, timeText(instant, report.timeZone))),
    );
  const controls = [
    ...(report.tables.length > 0 ? [select("from", "From"), select("until", "Until")] : []),
    h("button", { type: "button", "data-action": "theme" }, "Light or dark"),
  ];
  document.getElementById("controls")?.replaceChildren(...controls.map(toDom));
}

/** Panels get their heights when they come on the screen, which moves what is below them: so it is done a few times. */
function scrollTo(section: Element, times = 5): void {
  section.scrollIntoView();
  if (times > 0) requestAnimationFrame(() => scrollTo(section, times - 1));
}

/** @param changed the end that was chosen: the other one gives way to it */
function changeTime(changed: string): void {
  const value = (name: string) =>
    Number(document.querySelector<HTMLSelectElement>(`select[data-time="${name}"]`)?.value ?? "");
  const state = stateNow();
  const first = Math.min(...report.tables.map((table) => table.from));
  const last = Math.max(...report.tables.map((table) => table.until));
  const [from, until] = [value("from") || first, value("until") || last];
  if (until > from) setState({ ...state, time: { from, until } });
  else setState({ ...state, time: changed === "from" ? { from, until: last } : { from: first, until } });
}

const panelOf = (id: string): Panel | undefined =>
  [
    ...report.tables.flatMap((table) => panelsOf(table, stateNow(), report.timeZone)),
    ...report.answered.flatMap((table) => answerPanels(table, report.timeZone)),
    rejectedPanel(report.rejected),
  ].find((panel) => panel.id === id);

function copied(panel: Panel, as: "csv" | "json"): string {
  const rows = shownRows(panel, tables.get(panel.id) ?? AS_IT_IS);
  const labels = panel.columns.map(({ label }) => label);
  if (as === "csv")
    return [labels, ...rows.map(({ cells }) => cells)]
      .map((cells) => cells.map(csvCell).join(","))
      .join("\r\n");
  const objects = rows.map(({ cells }) =>
    Object.fromEntries(labels.map((label, index) => [label, cells[index] ?? null])),
  );
  return JSON.stringify(objects, null, 2);
}

function act(button: HTMLElement): void {
  const { action, panel: id = "", dimension, value, column } = button.dataset;
  const table = tables.get(id) ?? SHORTENED;
  const panel = id === "" ? undefined : panelOf(id);
  switch (action) {
    case "filter":
      setState(toggled(stateNow(), dimension as DimensionId, value ?? ""));
      return;
    case "no-time":
      setState({ filters: stateNow().filters });
      return;
    case "reset":
      setState(EVERYTHING);
      return;
    case "theme":
      switchTheme();
      return;
    case "sort": {
      const index = Number(column);
      const isText = panel?.columns[index]?.kind === "text";
      const isDescending = table.sort?.column === index ? !table.sort.isDescending : !isText;
      tables.set(id, { ...table, sort: { column: index, isDescending } });
      drawAll();
      return;
    }
    case "all":
      tables.set(id, { ...table, isComplete: true });
      drawAll();
      return;
    case "csv":
    case "json":
      if (panel) showText(`${panel.title} as ${action.toUpperCase()}`, copied(panel, action));
      return;
    case "sql":
      if (panel?.sql !== undefined)
        showText(`${panel.title}: SQL for Athena, and for access-logs query on a lake`, panel.sql);
      return;
    case "copy":
      copyText(button);
      return;
    case "close":
      button.closest("dialog")?.close();
      return;
  }
}

function switchTheme(): void {
  const root = document.documentElement;
  const isDark =
    root.dataset.theme === "dark" ||
    (root.dataset.theme === undefined && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = isDark ? "light" : "dark";
}

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest<HTMLElement>(".contents a") : null;
  if (link) {
    // The address holds the filters.
    event.preventDefault();
    const section = document.querySelector(link.getAttribute("href") ?? "");
    section?.querySelector("h2")?.focus({ preventScroll: true });
    if (section) scrollTo(section);
  }
  const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-action]") : null;
  if (button) act(button);
});
document.addEventListener("input", (event) => {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || input.dataset.search === undefined) return;
  const id = input.dataset.search;
  tables.set(id, { ...(tables.get(id) ?? SHORTENED), search: input.value });
  drawAll();
});
document.addEventListener("change", (event) => {
  if (event.target instanceof HTMLSelectElement && event.target.dataset.time !== undefined)
    changeTime(event.target.dataset.time);
});
addEventListener("hashchange", () => draw());
addEventListener("beforeprint", () => {
  isPrinting = true;
  drawAll();
});
addEventListener("afterprint", () => {
  isPrinting = false;
  drawAll();
});
let resizing: number | undefined;
addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(drawAll, 150);
});

drawControls();
drawAll();
document.documentElement.dataset.ready = "true";
