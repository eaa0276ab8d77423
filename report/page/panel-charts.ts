import type { TableReport } from "../model";
import { legend, lineChart, percentChart, shareChart, statusChart, statusLegend } from "./chart";
import { averageOf } from "./figures";
import type { Mode } from "./mode";
import { h, type Part } from "./node";
import { errorClasses, overTime, sharesOf, slotsOf } from "./over-time";
import type { Panel } from "./panel";
import { applied, type State } from "./state";

/** Requests over time by status class, and the shares of errors, which bars of busy steps hide; nothing without requests. */
export function timeChart(table: TableReport, state: State, { timeZone, width }: Mode): Part[] {
  const over = overTime(table, state);
  if (!over || over.counts.length === 0) return [];
  const slots = slotsOf(table, over);
  const plot = (chart: Part) => h("div", { class: "plot", "data-brush": table.format }, chart);
  const errors = errorClasses(over, state);
  const shares = errors.map((name) => ({ name, values: sharesOf(over, name) }));
  return [
    statusLegend(over.statuses),
    plot(statusChart(over, slots, timeZone, width)),
    ...(errors.length === 0
      ? []
      : [statusLegend(errors, " of all requests"), plot(shareChart(shares, slots, timeZone, width))]),
  ];
}

/** Quantiles of response times; the average where filters leave no quantiles. */
export function latencyChart(
  table: TableReport,
  state: State,
  panel: Panel,
  { timeZone, width }: Mode,
): Part[] {
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
    ? [{ name: "Average", values: over?.figures.map(averageOf) ?? [] }]
    : (["p50", "p95", "p99"] as const).map((name) => ({
        name,
        values: Array.from({ length: Math.max(0, last - first) }, (_, index) => {
          const seconds = slots.get(first + index)?.[name] ?? null;
          return seconds === null ? null : seconds * 1000;
        }),
      }));
  const shown =
    isAverage && over
      ? slotsOf(table, over)
      : { count: Math.max(0, last - first), from: table.from + first * table.slotMs, slotMs: table.slotMs };
  return [
    legend(names.map((name, index) => [`l${index}`, name])),
    h("div", { class: "plot" }, lineChart(lines, shown, timeZone, width)),
  ];
}

/** The hit ratio over time. */
export function cacheChart(table: TableReport, state: State, { timeZone, width }: Mode): Part[] {
  const over = overTime(table, state);
  if (!over || over.figures.length === 0) return [];
  const hits = { name: "Hit ratio", values: over.figures.map(({ hitPercent }) => hitPercent) };
  return [h("div", { class: "plot" }, percentChart(hits, slotsOf(table, over), timeZone, width))];
}
