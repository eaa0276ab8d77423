import { HOUR_MS } from "../../formats/time";
import type { Range } from "../../questions/range";
import { compact } from "../../terminal/quantities";
import type { TableReport } from "../model";
import { daysOfWeek, hourOfWeek, WEEKDAYS } from "../zone";
import { clockSql } from "./clock-sql";
import { unknownText } from "./missing";
import { type Element, h } from "./node";
import { overTime, slotStart } from "./over-time";
import type { Panel } from "./panel";
import { condition } from "./panel-sql";
import { applied, type State } from "./state";

const HEATS = 8;

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/** Requests by weekday and hour. */
export function weekPanel(table: TableReport, state: State, timeZone: string): Panel {
  const shown = shownTime(table, state);
  const panel = {
    id: `${table.format}-week`,
    title: "Hours of the week",
    columns: [
      { label: "Day", kind: "text" } as const,
      ...HOURS.map((hour) => ({ label: String(hour), kind: "count" }) as const),
    ],
    // With rows instead of columns of hours.
    sql: `SELECT day_of_week(clock) AS day, hour(clock) AS hour, count(*) AS requests
FROM (SELECT *, ${clockSql(shown, timeZone)} AS clock FROM ${table.table})
WHERE ${condition(table, state)}
GROUP BY 1, 2
ORDER BY 1, 2`,
  };
  const week = weekOf(table, state, timeZone);
  if (!week) {
    const { unknown } = applied(table, state);
    return {
      ...panel,
      notes: [],
      rows: [],
      missing: unknown.length > 0 ? unknownText(unknown) : MISSING_HOURS,
    };
  }
  return {
    ...panel,
    notes: [`Requests by weekday and hour, ${timeZone}.`, ...unequalDays(shown, timeZone)],
    rows: WEEKDAYS.map((day, index) => ({
      cells: [day, ...HOURS.map((hour) => week[index * HOURS.length + hour] ?? 0)],
    })),
  };
}

/** The chosen time, as far as the table has it: an address can say any year. */
function shownTime(table: TableReport, state: State): Range {
  const { from, until } = applied(table, state).counted ?? table;
  return { from: Math.max(from, table.from), until: Math.min(until, table.until) };
}

/** Says so if the sums of some days of the week are of more days than others. */
function unequalDays(shown: Range, timeZone: string): string[] {
  const days = daysOfWeek(shown, timeZone);
  const numbers = [...new Set(days)].filter((number) => number > 0).sort((a, b) => b - a);
  if (numbers.length < 2) return [];
  const texts = numbers.map(
    (number) => `${number} of ${WEEKDAYS.filter((_, index) => days[index] === number).join(", ")}`,
  );
  return [`Some days of the week occur more often in this time: ${texts.join("; ")} (whole days and parts).`];
}

const MISSING_HOURS = "This page has no sums of hours for these filters, or for this length of time.";

/** The panel's rows as a table whose cells are coloured. */
export function weekTable({ title, columns, rows }: Panel): Element {
  const highest = Math.max(1, ...rows.flatMap(({ cells }) => cells.slice(1).map(Number)));
  const cell = (requests: number) =>
    h(
      "td",
      { class: `heat${Math.ceil((HEATS * requests) / highest)}` },
      requests === 0 ? "" : compact(requests),
    );
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "group", "aria-label": title },
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
          columns.slice(1).map(({ label }) => h("th", { scope: "col" }, label)),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map(({ cells: [day, ...hours] }) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, String(day)),
            hours.map((requests) => cell(Number(requests))),
          ),
        ),
      ),
    ),
  );
}

function weekOf(table: TableReport, state: State, timeZone: string): readonly number[] | undefined {
  if (!applied(table, state).isFiltered) return table.week;
  const over = overTime(table, state);
  if (!over) return undefined;
  const week = Array<number>(168).fill(0);
  const lengthMs = over.slots * table.slotMs;
  if (lengthMs > HOUR_MS) return undefined;
  for (const [index, counts] of over.counts.entries()) {
    const start = slotStart(table, over, index);
    const hour = hourOfWeek(start, timeZone);
    // A slot that ends in the next hour: in a zone that is half an hour ahead, or if the range starts within an hour.
    if (hourOfWeek(start + lengthMs - 1, timeZone) !== hour) return undefined;
    week[hour] = (week[hour] ?? 0) + counts.reduce((total, one) => total + one, 0);
  }
  return week;
}
