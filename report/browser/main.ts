import type { DimensionId, PackedCube, Report, TableReport } from "../model";
import { CHART_WIDTH } from "../page/chart";
import { timeCommand } from "../page/command";
import { AS_IT_IS, type Mode, type TableState } from "../page/mode";
import { overTime, slotStart } from "../page/over-time";
import type { Panel } from "../page/panel";
import { shownRows } from "../page/panel-table";
import { panelMakers, panelsOf } from "../page/panels";
import { answerPanels, rejectedPanel, unreadPanel } from "../page/row-panels";
import { EVERYTHING, hashOf, type State, stateOf, toggled, wholeTime } from "../page/state";
import { csvCell, NOTHING, nameWithUnit, valueText } from "../page/text";
import { answerParts, rejectedParts, tableParts, unparsedParts } from "../page/view";
import { unpackReport } from "../unpack";
import { timeText } from "../zone";
import { brushable } from "./brush";
import { chosenTime, drawControls, drawFilters } from "./controls";
import { copyText, showText } from "./dialog";
import { Drawing, nodeAt, type Place, placesIn } from "./drawing";
import { readable } from "./readout";

const report = unpackReport(
  JSON.parse(document.getElementById("report")?.textContent ?? "") as Report<PackedCube>,
);
const tables = new Map<string, TableState>();
/** Panels are shortened until their button is pressed; print shows all rows. */
const SHORTENED: TableState = { ...AS_IT_IS, isComplete: false };
let isPrinting = false;

const stateNow = (): State => stateOf(location.hash, wholeTime(report));

/** The hash is the state: the browser's history goes back and forth between states, and a link holds one. */
function setState(state: State): void {
  const hash = hashOf(state);
  if (hash !== "") {
    location.hash = hash;
    return;
  }
  history.pushState(null, "", location.href.split("#")[0]);
  drawFiltered();
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

const drawing = new Drawing(makeLive);

/** What a filter changes. */
const filteredPlaces = (mode: Mode): Place[] =>
  report.tables.flatMap((table) => placesIn(partsOf(table), tableParts(table, stateNow(), mode)));

/** The answers, too, which change only with their own tables and the width. */
const allPlaces = (mode: Mode): Place[] => [
  ...filteredPlaces(mode),
  ...report.answered.flatMap((table) => placesIn(partsOf(table), answerParts(table, mode))),
  ...report.unparsed.flatMap((table) => placesIn(partsOf(table), unparsedParts(table, mode))),
  ...placesIn("#files", rejectedParts(report, mode)),
];

const partsOf = ({ format }: { readonly format: string }): string => `.parts[data-table="${format}"]`;

/** Draws what a filter changes. */
function drawFiltered(): void {
  drawing.drawSeenFirst(filteredPlaces(modeNow()));
  drawFilters(report, stateNow());
}

function drawAll(): void {
  drawing.draw(allPlaces(modeNow()));
  drawFilters(report, stateNow());
}

/** Draws a panel again, whose table was changed. */
function changeTable(id: string, change: Partial<TableState>): void {
  tables.set(id, { ...(tables.get(id) ?? SHORTENED), ...change });
  const panel = document.getElementById(id);
  drawing.draw(allPlaces(modeNow()).filter((place) => nodeAt(place) === panel));
}

/** Lets the pointer read and brush the charts of a panel. */
function makeLive(panel: HTMLElement): void {
  const { table: format } = panel.closest<HTMLElement>(".parts")?.dataset ?? {};
  const table = report.tables.find((one) => one.format === format);
  if (!table) return;
  for (const plot of panel.querySelectorAll<HTMLElement>(".plot")) {
    plot.classList.add("live");
    if ("brush" in plot.dataset) brushable(plot, ({ from, until }) => brushed(table, from, until));
    readable(plot, (instant) => textAt(table, panel.id, instant));
  }
}

/** The row of a chart's panel about a time, in one line. */
function textAt(table: TableReport, id: string, instant: number): string {
  const { timeZone } = report;
  const { time: requests, latency, cache } = panelMakers(table, stateNow(), timeZone);
  const panel = [requests, latency, ...(cache ? [cache] : [])]
    .map((make) => make())
    .find((one) => one.id === id);
  const time = timeText(instant, timeZone);
  const { cells = [] } = panel?.rows.find(({ cells: [first] }) => first === time) ?? {};
  const values = cells.slice(1).map((cell, index) => {
    const { label, kind } = panel?.columns[index + 1] ?? { label: "", kind: "text" };
    return `${label} ${valueText(cell, kind)}`;
  });
  return [time, ...(values.length === 0 ? [NOTHING] : values)].join("   ");
}

function brushed(table: TableReport, from: number, until: number): void {
  const state = stateNow();
  const over = overTime(table, state);
  if (!over) return;
  setState({ ...state, time: { from: slotStart(table, over, from), until: slotStart(table, over, until) } });
}

let scrolling = 0;

/** Panels get their heights when they come on the screen, which moves what is below them: so it is done a few times. */
function scrollTo(section: Element, times = 5): void {
  section.scrollIntoView();
  if (times > 0) scrolling = requestAnimationFrame(() => scrollTo(section, times - 1));
}

/** The address holds the filters: it stays, and "Back" returns to the place of the link. */
function goTo(section: HTMLElement): void {
  history.pushState(null, "", location.href);
  const place = section.matches("[tabindex]") ? section : section.querySelector<HTMLElement>("[tabindex]");
  place?.focus({ preventScroll: true });
  scrollTo(section);
}

const panelOf = (id: string): Panel | undefined =>
  [
    ...report.tables.flatMap((table) => panelsOf(table, stateNow(), report.timeZone)),
    ...report.answered.flatMap((table) => answerPanels(table, report.timeZone)),
    ...report.unparsed.map(unreadPanel),
    rejectedPanel(report.rejected),
  ].find((panel) => panel.id === id);

function copied(panel: Panel, as: "csv" | "json"): string {
  const rows = shownRows(panel, tables.get(panel.id) ?? AS_IT_IS);
  const labels = panel.columns.map(({ label, kind }) => nameWithUnit(label, kind));
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
  const { action, panel: id = "", dimension, value, column, from, until } = button.dataset;
  const table = tables.get(id) ?? SHORTENED;
  // Only where it is needed: it is found among all panels, whose sums take longer than to draw a filter.
  const panelNow = () => panelOf(id);
  switch (action) {
    case "filter":
      setState(toggled(stateNow(), dimension as DimensionId, value ?? ""));
      return;
    case "time":
      setState({ ...stateNow(), time: { from: Number(from), until: Number(until) } });
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
      const isText = panelNow()?.columns[index]?.kind === "text";
      const isDescending = table.sort?.column === index ? !table.sort.isDescending : !isText;
      changeTable(id, { sort: { column: index, isDescending } });
      return;
    }
    case "all":
      changeTable(id, { isComplete: true });
      return;
    case "csv":
    case "json": {
      const panel = panelNow();
      if (panel) showText(`${panel.title} as ${action.toUpperCase()}`, copied(panel, action));
      return;
    }
    case "sql": {
      const panel = panelNow();
      if (panel?.sql !== undefined)
        showText(`${panel.title}: SQL for Athena, and for access-logs query on a lake`, panel.sql);
      return;
    }
    case "alone": {
      const { time } = stateNow();
      if (time)
        showText(
          "The command for a page of this time alone: in finer steps, and with more filters together",
          timeCommand(report, time),
        );
      return;
    }
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
  const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null;
  const section = link && document.querySelector<HTMLElement>(link.getAttribute("href") ?? "");
  if (section) {
    event.preventDefault();
    goTo(section);
  }
  const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-action]") : null;
  if (button) act(button);
});
document.addEventListener("input", (event) => {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || input.dataset.search === undefined) return;
  changeTable(input.dataset.search, { search: input.value });
});
document.addEventListener("change", (event) => {
  if (event.target instanceof HTMLSelectElement && event.target.dataset.time !== undefined)
    setState({ ...stateNow(), time: chosenTime(report, stateNow().time, event.target) });
});
addEventListener("hashchange", drawFiltered);
addEventListener("popstate", () => cancelAnimationFrame(scrolling));
const setPrinting = (isNow: boolean) => {
  isPrinting = isNow;
  drawAll();
};
addEventListener("beforeprint", () => setPrinting(true));
addEventListener("afterprint", () => setPrinting(false));
// Without these events where a program only shows the page as it would be printed.
matchMedia("print").addEventListener("change", ({ matches }) => setPrinting(matches));
let resizing: number | undefined;
addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(drawAll, 150);
});

drawControls(report);
drawAll();
document.documentElement.dataset.ready = "true";
