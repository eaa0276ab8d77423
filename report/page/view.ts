import type { Range } from "../../questions/range";
import { count, counted, plural } from "../../terminal/quantities";
import {
  type AnsweredTable,
  type Before,
  DIMENSION_LABELS,
  type DimensionId,
  type Report,
  type TableReport,
  type UnparsedTable,
} from "../model";
import { timeText } from "../zone";
import { CHART_WIDTH } from "./chart";
import { unknownText } from "./missing";
import { AS_IT_IS, type Mode } from "./mode";
import { type Element, h, type Part, visible } from "./node";
import type { Panel } from "./panel";
import { cacheChart, latencyChart, timeChart } from "./panel-charts";
import { panelPart } from "./panel-part";
import { panelMakers } from "./panels";
import { answerPanels, rejectedPanel, unreadPanel } from "./row-panels";
import { applied, type State } from "./state";
import { lengthOfSteps } from "./steps";
import { isCovered, tiles } from "./tiles";
import { weekTable } from "./week";

/** A part of the page that is made when it is drawn. */
export type MakePart = () => Part;

/** Everything below a table's heading: as many parts in each state. */
export function tableParts(table: TableReport, state: State, mode: Mode): MakePart[] {
  const { time, latency, cache, week, others } = panelMakers(table, state, mode.timeZone);
  return [
    () =>
      h(
        "div",
        { class: "remarks" },
        remarks(table, state, mode.timeZone).map((text) => h("p", { class: "note" }, text)),
      ),
    () => tiles(table, state),
    () => panelPart(time(), mode, timeChart(table, state, mode)),
    () => {
      const panel = latency();
      return panelPart(panel, mode, latencyChart(table, state, panel, mode));
    },
    ...(cache ? [() => panelPart(cache(), mode, cacheChart(table, state, mode))] : []),
    () => panelPart(week(), mode, [], weekTable),
    ...others.map((make) => () => panelPart(make(), mode)),
  ];
}

/** What the filters mean for this table, if it is not what they say. */
function remarks(table: TableReport, state: State, timeZone: string): string[] {
  const { ignored, unknown, counted } = applied(table, state);
  const isWider =
    state.time !== undefined &&
    counted !== undefined &&
    (counted.from < Math.max(state.time.from, table.from) ||
      counted.until > Math.max(state.time.until, table.from));
  return [
    ...(ignored.length === 0 ? [] : [ignoredText(ignored)]),
    ...(unknown.length === 0 ? [] : [unknownText(unknown)]),
    ...(isWider
      ? [
          `This table is counted in steps of ${lengthOfSteps(table, table.slotMs, timeZone)}: here, the time is ${timeText(counted.from, timeZone)} to ${timeText(counted.until, timeZone)}.`,
        ]
      : []),
  ];
}

/** `This table has no target group and no edge: these filters do not apply here.` */
function ignoredText(ignored: readonly DimensionId[]): string {
  const names = ignored.map((id) => `no ${DIMENSION_LABELS[id].toLowerCase()}`).join(" and ");
  return `This table has ${names}: ${ignored.length === 1 ? "this filter does" : "these filters do"} not apply here.`;
}

function comparedText(before: Before, timeZone: string): string {
  const { from, until, first } = before;
  const compared = `, compared with ${timeText(from, timeZone)} to ${timeText(until, timeZone)}`;
  return isCovered(before)
    ? compared
    : `${compared}: its first request is of ${timeText(first, timeZone)}, so that no change is shown`;
}

/** A table's section, with the parts that a filter replaces. */
export const tableSection = (table: TableReport, state: State, mode: Mode): Element =>
  section(
    table,
    [
      `${rangeText(table, mode)}, table ${table.table}`,
      ...(table.before === null ? [] : [comparedText(table.before, mode.timeZone)]),
    ],
    tableParts(table, state, mode),
  );

/** @param about what the section is about, in a paragraph */
const section = (
  { format, title }: Pick<TableReport, "format" | "title">,
  about: readonly string[],
  parts: readonly MakePart[],
): Element =>
  h(
    "section",
    { class: "table", id: format, "aria-labelledby": `${format}-title` },
    h("h2", { id: `${format}-title`, tabindex: -1 }, title),
    h("p", { class: "range" }, about),
    h("div", { class: "parts", "data-table": format }, made(parts)),
  );

const rangeText = ({ from, until }: Range, { timeZone }: Mode): string =>
  `${timeText(from, timeZone)} to ${timeText(until, timeZone)} ${timeZone}`;

const made = (makers: readonly MakePart[]): Part[] => makers.map((make) => make());

/** The section of a table without panels that filter. */
export const answeredSection = (table: AnsweredTable, mode: Mode): Element =>
  section(
    table,
    [
      `${counted(table.rows, "row")}, ${rangeText(table, mode)}, table ${table.table}. Filters do not apply here.`,
    ],
    answerParts(table, mode),
  );

/** The section of a table without rows. */
export const unparsedSection = (table: UnparsedTable, mode: Mode): Element =>
  section(
    table,
    [`This page has no row of table ${table.table}, only its unparsed lines. Filters do not apply here.`],
    unparsedParts(table, mode),
  );

/** Everything below its heading. */
export const unparsedParts = (table: UnparsedTable, mode: Mode): MakePart[] => [
  () => panelPart(unreadPanel(table), mode),
];

/** Everything below its heading. */
export const answerParts = (table: AnsweredTable, mode: Mode): MakePart[] =>
  answerPanels(table, mode.timeZone).map((panel) => () => panelPart(panel, mode));

/** The files whose lines are in no table. */
export const rejectedParts = ({ rejected }: Report, mode: Mode): MakePart[] =>
  rejected?.files === 0 ? [] : [() => panelPart(rejectedPanel(rejected), mode)];

/** Links to the tables, if there are several. */
function contents({ tables, answered, unparsed }: Report): Part {
  const all = [...tables, ...answered, ...unparsed];
  if (all.length < 2) return "";
  return h(
    "nav",
    { class: "contents", "aria-label": "Tables" },
    all.map(({ format, title }) => h("a", { href: `#${format}` }, title)),
  );
}

const UNFINISHED =
  "Rows may be missing: an ingest was running, or had failed or been interrupted, when this page was made. Make the page again when it has ended; run one that did not end again first.";

/** What all numbers of the page lack. */
const warnings = (report: Report): Part[][] => [
  ...(report.rejected?.isUnfinished ? [[UNFINISHED]] : []),
  ...rejectedWarning(report),
  ...unparsedWarning(report),
];

const rejectedWarning = ({ rejected }: Report): Part[][] =>
  rejected && rejected.files > 0
    ? [
        [
          `${counted(rejected.files, "file")} could not be read and ${plural(rejected.files, "is", "are")} in no number of this page: see `,
          linkTo(rejectedPanel(rejected)),
          ".",
        ],
      ]
    : [];

/** The panels with the lines are far below. */
function unparsedWarning({ tables, answered, unparsed }: Report): Part[][] {
  const links = [...tables, ...answered, ...unparsed].flatMap((table) =>
    table.unread && table.unread.unparsed > 0
      ? [linkTo(unreadPanel(table), `${count(table.unread.unparsed)} of ${table.table}`)]
      : [],
  );
  return links.length === 0
    ? []
    : [
        [
          "Unparsed lines, in no number of this page: ",
          ...links.flatMap((link, index) => (index === 0 ? [link] : [", ", link])),
          ".",
        ],
      ];
}

const linkTo = ({ id, title }: Panel, text = title): Element => h("a", { href: `#${id}` }, text);

/** The page's body, as it is without a script. */
export function body(report: Report): Part[] {
  const mode: Mode = {
    isInteractive: false,
    timeZone: report.timeZone,
    width: CHART_WIDTH,
    tableOf: () => AS_IT_IS,
  };
  return [
    h("a", { class: "skip", href: "#main" }, "Skip to the panels"),
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
    contents(report),
    h("div", { id: "filters", class: "filters", role: "status" }),
    h(
      "main",
      { id: "main", tabindex: -1 },
      warnings(report).map((warning) => h("p", { class: "missing" }, warning)),
      report.cuts.map((cut) => h("p", { class: "note" }, cut)),
      report.tables.map((table) => tableSection(table, { filters: new Map() }, mode)),
      report.answered.map((table) => answeredSection(table, mode)),
      report.unparsed.map((table) => unparsedSection(table, mode)),
      h("div", { id: "files" }, made(rejectedParts(report, mode))),
    ),
    h(
      "footer",
      {},
      "Addresses are as logged, paths as the clients sent them. Made by access-logs; this file needs no network.",
    ),
  ];
}
