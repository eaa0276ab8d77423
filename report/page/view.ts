import { byteText, compact, counted } from "../../terminal/quantities";
import type { AnsweredTable, Report, TableReport } from "../model";
import { hourOfWeek, timeText, WEEKDAYS } from "../zone";
import { CHART_WIDTH, legend, lineChart, statusChart, statusLegend } from "./chart";
import { type Element, h, type Part, visible } from "./node";
import {
  answerPanels,
  type Column,
  detailPanels,
  dimensionPanel,
  figures,
  isMeasured,
  latencyPanel,
  listPanel,
  OTHER,
  overTime,
  type Panel,
  type Row,
  rejectedPanel,
  slotStart,
  slowestPanel,
  timePanel,
  unreadPanel,
} from "./panels";
import { applied, type State } from "./state";
import { changeText, durationText, NOTHING, shortCount, valueText } from "./text";

/** How the page is drawn. Without a script, there is nothing to click and all rows are there. */
export interface Mode {
  readonly isInteractive: boolean;
  readonly timeZone: string;
  readonly width: number;
  /** Order and search of a panel's table. */
  readonly tableOf: (panel: string) => TableState;
}

export interface TableState {
  readonly sort?: { readonly column: number; readonly isDescending: boolean };
  readonly search: string;
  readonly isComplete: boolean;
}

export const AS_IT_IS: TableState = { search: "", isComplete: true };
/** Rows of a panel that the page shows before "Show all". */
const FIRST_ROWS = 12;

/** A table's panels in their order. */
export function panelsOf(table: TableReport, state: State, timeZone: string): Panel[] {
  const lists = table.lists.map((domain, index) =>
    listPanel(table, state, domain, table.listCubes[index] ?? []),
  );
  return [
    timePanel(table, state, timeZone),
    latencyPanel(table, state, timeZone),
    ...table.dimensions.map((domain) => dimensionPanel(table, state, domain)),
    slowestPanel(table, state),
    ...lists,
    ...detailPanels(table),
    ...(table.unread?.unparsed !== 0 ? [unreadPanel(table)] : []),
  ];
}

/** Everything below a table's heading. */
export function tableParts(table: TableReport, state: State, mode: Mode): Part[] {
  const [time, latency, ...others] = panelsOf(table, state, mode.timeZone);
  return [
    ignoredNote(table, state),
    tiles(table, state),
    ...(time ? [panelPart(time, mode, timeChart(table, state, mode))] : []),
    ...(latency ? [panelPart(latency, mode, latencyChart(table, state, latency, mode))] : []),
    weekPart(table, state, mode.timeZone),
    ...others.map((panel) => panelPart(panel, mode)),
  ];
}

function ignoredNote(table: TableReport, state: State): Part {
  const { ignored } = applied(table, state);
  if (ignored.length === 0) return "";
  const names = ignored.map((id) => id.replaceAll("_", " ")).join(", ");
  return h("p", { class: "note" }, `This table has no ${names}: that filter does not apply here.`);
}

function tiles(table: TableReport, state: State): Element {
  const sums = figures(table, state);
  const { isFiltered } = applied(table, state);
  const { totals, before } = table;
  const change = (now: number, past: number | undefined) =>
    isFiltered || past === undefined ? undefined : `${changeText(now, past)} against the period before`;
  const rate = (part: number) =>
    sums && sums.requests > 0 ? valueText((100 * part) / sums.requests, "percent") : undefined;
  const whole = (value: string) => (isFiltered ? NOTHING : value);
  const note = isFiltered ? "not with filters" : undefined;
  const ms = (seconds: number | null) => (seconds === null ? NOTHING : durationText(seconds * 1000));
  const all: [string, string, ...(string | undefined)[]][] = [
    ["Requests", sums ? shortCount(sums.requests) : NOTHING, change(totals.requests, before?.requests)],
    [
      "4xx",
      sums ? shortCount(sums.clientErrors) : NOTHING,
      sums && rate(sums.clientErrors),
      change(totals.clientErrors, before?.clientErrors),
    ],
    [
      "5xx",
      sums ? shortCount(sums.serverErrors) : NOTHING,
      sums && rate(sums.serverErrors),
      change(totals.serverErrors, before?.serverErrors),
    ],
    ["Bytes sent", sums ? byteText(sums.sent) : NOTHING, change(totals.sent, before?.sent)],
    ["Clients", whole(compact(totals.clients)), note, change(totals.clients, before?.clients)],
    ["Median time", whole(ms(totals.p50)), note ?? `p95 ${ms(totals.p95)}, p99 ${ms(totals.p99)}`],
    ...(isMeasured(table, "own_errors")
      ? ([
          ["ELB's own 5xx", sums ? shortCount(sums.ownErrors) : NOTHING, "the targets returned the others"],
        ] as [string, string, string][])
      : []),
    ...(isMeasured(table, "hits")
      ? ([
          [
            "Hit ratio",
            sums?.hitPercent == null ? NOTHING : valueText(sums.hitPercent, "percent"),
            "of hits and misses",
          ],
          ["Bytes from cache", sums ? byteText(sums.hitBytes) : NOTHING, "not read from the origin"],
        ] as [string, string, string][])
      : []),
  ];
  return h(
    "dl",
    { class: "tiles" },
    all.map(([name, value, ...notes]) =>
      h(
        "div",
        { class: "tile" },
        h("dt", {}, name),
        h(
          "dd",
          {},
          h("strong", {}, value),
          notes.filter((text) => text !== undefined).map((text) => h("small", {}, text)),
        ),
      ),
    ),
  );
}

function timeChart(table: TableReport, state: State, { timeZone, width }: Mode): Part[] {
  const over = overTime(table, state);
  if (!over || over.counts.length === 0) return [];
  return [
    statusLegend(over.statuses),
    h("div", { class: "plot", "data-brush": table.format }, statusChart(table, over, timeZone, width)),
  ];
}

function latencyChart(table: TableReport, state: State, panel: Panel, { timeZone, width }: Mode): Part[] {
  if (panel.rows.length === 0) return [];
  const names = panel.columns.slice(1).map(({ label }) => label);
  const over = overTime(table, state);
  const isAverage = names.length === 1;
  const { selection } = applied(table, state);
  const first = selection.time?.from ?? 0;
  const last = Math.min(
    selection.time?.until ?? Number.POSITIVE_INFINITY,
    Math.ceil((table.until - table.from) / table.slotMs),
  );
  const slots = new Map(table.slots.map((one) => [one.slot, one]));
  const lines = isAverage
    ? [{ name: "Average", values: over?.averages ?? [] }]
    : (["p50", "p95", "p99"] as const).map((name) => ({
        name,
        values: Array.from({ length: Math.max(0, last - first) }, (_, index) => {
          const seconds = slots.get(first + index)?.[name] ?? null;
          return seconds === null ? null : seconds * 1000;
        }),
      }));
  const timeOf =
    isAverage && over
      ? (slot: number) => slotStart(table, over, slot)
      : (slot: number) => table.from + (first + slot) * table.slotMs;
  return [
    legend(names.map((name, index) => [`l${index}`, name])),
    h("div", { class: "plot" }, lineChart(lines, timeOf, timeZone, width)),
  ];
}

const HEATS = 8;

/** Requests by weekday and hour, as a table whose cells are coloured. */
function weekPart(table: TableReport, state: State, timeZone: string): Element {
  const title = h("h3", {}, "Hours of the week");
  const week = weekOf(table, state, timeZone);
  if (!week) {
    return h(
      "section",
      { class: "panel wide", id: `${table.format}-week` },
      title,
      h(
        "p",
        { class: "missing" },
        "The sums on this page do not answer this exactly with these filters or steps of time.",
      ),
    );
  }
  const highest = Math.max(1, ...week);
  const cell = (requests: number) =>
    h(
      "td",
      { class: `heat${Math.ceil((HEATS * requests) / highest)}` },
      requests === 0 ? "" : compact(requests),
    );
  const hours = Array.from({ length: 24 }, (_, hour) => hour);
  return h(
    "section",
    { class: "panel wide", id: `${table.format}-week` },
    title,
    h("p", { class: "note" }, `Requests by weekday and hour, ${timeZone}.`),
    h(
      "div",
      { class: "scroll", tabindex: 0, role: "group", "aria-label": "Hours of the week" },
      h(
        "table",
        { class: "week" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("td", {}),
            hours.map((hour) => h("th", { scope: "col" }, String(hour))),
          ),
        ),
        h(
          "tbody",
          {},
          WEEKDAYS.map((day, index) =>
            h(
              "tr",
              {},
              h("th", { scope: "row" }, day),
              hours.map((hour) => cell(week[index * 24 + hour] ?? 0)),
            ),
          ),
        ),
      ),
    ),
  );
}

const HOUR_MS = 3_600_000;

function weekOf(table: TableReport, state: State, timeZone: string): readonly number[] | undefined {
  if (!applied(table, state).isFiltered) return table.week;
  const over = overTime(table, state);
  if (!over || over.slots * table.slotMs > HOUR_MS) return undefined;
  const week = Array<number>(168).fill(0);
  over.counts.forEach((counts, index) => {
    const hour = hourOfWeek(slotStart(table, over, index), timeZone);
    week[hour] = (week[hour] ?? 0) + counts.reduce((total, one) => total + one, 0);
  });
  return week;
}

const WIDE =
  /^answer-|-(?:time|latency|path|slowest|client|agent|referrer|abnormal|scanners|unparsed)$|^rejected$/;

export function panelPart(panel: Panel, mode: Mode, charts: readonly Part[] = []): Element {
  const isWide = WIDE.test(panel.id);
  return h(
    "section",
    { class: `panel${isWide ? " wide" : ""}`, id: panel.id },
    h("div", { class: "panel-head" }, h("h3", {}, panel.title), mode.isInteractive ? tools(panel, mode) : ""),
    panel.notes.map((note) => h("p", { class: "note" }, note)),
    ...(panel.missing ? [h("p", { class: "missing" }, panel.missing)] : [...charts, panelTable(panel, mode)]),
  );
}

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

/** The rows that a search and an order leave. */
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
    const [left, right] = [a.cells[sort.column] ?? null, b.cells[sort.column] ?? null];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return typeof left === "number" && typeof right === "number"
      ? direction * (left - right)
      : direction * String(left).localeCompare(String(right));
  });
}

function panelTable(panel: Panel, mode: Mode): Part {
  if (panel.rows.length === 0) return h("p", { class: "note" }, "No requests.");
  const state = mode.tableOf(panel.id);
  const rows = shownRows(panel, state);
  const isShort = mode.isInteractive && !state.isComplete && rows.length > FIRST_ROWS + 3;
  const isScrolled = /-(?:time|latency)$/.test(panel.id);
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
      `Show all ${counted(rows.length, "row")} of ${panel.title.toLowerCase()}`,
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
          ...(label === "Share" ? [bar(Number(cell)), h("span", { class: "share" }, text)] : [text]),
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

const BAR_WIDTH = 30;

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

/** A table's section, with the parts that a filter replaces. */
export function tableSection(table: TableReport, state: State, mode: Mode): Element {
  return h(
    "section",
    { class: "table", id: table.format, "aria-labelledby": `${table.format}-title` },
    h("h2", { id: `${table.format}-title` }, table.title),
    h(
      "p",
      { class: "range" },
      `${timeText(table.from, mode.timeZone)} to ${timeText(table.until, mode.timeZone)} ${mode.timeZone}, table ${table.table}`,
      table.before === null ? "" : ", compared with the same length of time before",
    ),
    h("div", { class: "parts", "data-table": table.format }, tableParts(table, state, mode)),
  );
}

/** The section of a table without panels that filter. */
export const answeredSection = (table: AnsweredTable, mode: Mode): Element =>
  h(
    "section",
    { class: "table", id: table.format, "aria-labelledby": `${table.format}-title` },
    h("h2", { id: `${table.format}-title` }, table.title),
    h(
      "p",
      { class: "range" },
      `${counted(table.rows, "row")}, ${timeText(table.from, mode.timeZone)} to ${timeText(table.until, mode.timeZone)} ${mode.timeZone}, table ${table.table}. Filters do not apply here.`,
    ),
    h("div", { class: "parts", "data-table": table.format }, answerParts(table, mode)),
  );

/** Everything below its heading. */
export const answerParts = (table: AnsweredTable, mode: Mode): Part[] =>
  answerPanels(table).map((panel) => panelPart(panel, mode));

/** The files whose lines are in no table. */
export const rejectedParts = ({ rejected }: Report, mode: Mode): Part[] =>
  rejected?.files === 0 ? [] : [panelPart(rejectedPanel(rejected), mode)];

/** The page's body, as it is without a script. */
export function body(report: Report): Part[] {
  const mode: Mode = {
    isInteractive: false,
    timeZone: report.timeZone,
    width: CHART_WIDTH,
    tableOf: () => AS_IT_IS,
  };
  return [
    h(
      "header",
      { class: "top" },
      h("h1", {}, "Access logs"),
      h(
        "p",
        { class: "source" },
        visible(report.source),
        `, made ${timeText(report.made, report.timeZone)} ${report.timeZone}`,
      ),
      h("div", { id: "controls", class: "controls" }),
    ),
    h("div", { id: "filters", class: "filters", role: "status" }),
    h(
      "main",
      { id: "main" },
      report.cuts.map((cut) => h("p", { class: "note" }, cut)),
      report.tables.map((table) => tableSection(table, { filters: new Map() }, mode)),
      report.answered.map((table) => answeredSection(table, mode)),
      h("div", { id: "files" }, rejectedParts(report, mode)),
    ),
    h(
      "footer",
      {},
      "Times, addresses and paths are as logged. Made by access-logs; this file needs no network.",
    ),
  ];
}
