import { HOUR_MS } from "../../formats/time";
import { compact } from "../../terminal/quantities";
import type { TableReport } from "../model";
import { hourOfWeek, WEEKDAYS } from "../zone";
import { type Element, h } from "./node";
import { overTime, slotStart } from "./over-time";
import { applied, type State } from "./state";

const HEATS = 8;

/** Requests by weekday and hour, as a table whose cells are coloured. */
export function weekPart(table: TableReport, state: State, timeZone: string): Element {
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
        "This page has no sums of hours for these filters, or for this length of time.",
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
