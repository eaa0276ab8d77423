import type { TableReport } from "../model";
import { timeText } from "../zone";
import { overTime, slotStart } from "./over-time";
import { type Column, MISSING, type Panel } from "./panel";
import { condition, quantileColumns, statusSql } from "./panel-sql";
import { applied, type State } from "./state";

/** Requests of each step of time, by status class. */
export function timePanel(table: TableReport, state: State, timeZone: string): Panel {
  const over = overTime(table, state);
  const panel = {
    id: `${table.format}-time`,
    title: "Requests over time",
    notes: over && over.slots > 1 ? ["Longer steps of time, as several filters are set."] : [],
    columns: [
      { label: `Time (${timeZone})`, kind: "text" },
      { label: "Requests", kind: "count" },
      ...(over?.statuses ?? []).map((label) => ({ label, kind: "count" }) as const),
    ] as Column[],
    sql: `SELECT date_trunc('hour', time) AS hour, ${statusSql(table)} AS status, count(*) AS requests
FROM ${table.table}
WHERE ${condition(table, state)}
GROUP BY 1, 2
ORDER BY 1, 2`,
  };
  if (!over) return { ...panel, rows: [], missing: MISSING };
  const rows = over.counts.map((counts, index) => ({
    cells: [
      timeText(slotStart(table, over, index), timeZone),
      counts.reduce((total, one) => total + one, 0),
      ...counts,
    ],
  }));
  return { ...panel, rows };
}

/** Quantiles cannot be added up: with filters other than time, the exact average is shown instead. */
export function latencyPanel(table: TableReport, state: State, timeZone: string): Panel {
  const { selection } = applied(table, state);
  const isWhole = (selection.codes?.size ?? 0) === 0;
  const ms = (seconds: number | null) => (seconds === null ? null : seconds * 1000);
  const panel = {
    id: `${table.format}-latency`,
    title: "Response time",
    sql: `SELECT date_trunc('hour', time) AS hour, ${quantileColumns(table)}
FROM ${table.table}
WHERE ${condition(table, state)} AND ${table.seconds} >= 0
GROUP BY 1
ORDER BY 1`,
  };
  const first: Column = { label: `Time (${timeZone})`, kind: "text" };
  if (isWhole) {
    const { from = 0, until = Number.POSITIVE_INFINITY } = selection.time ?? {};
    return {
      ...panel,
      notes: [table.secondsDoc],
      columns: [first, ...["p50", "p95", "p99"].map((label) => ({ label, kind: "milliseconds" }) as const)],
      rows: table.slots
        .filter(({ slot }) => slot >= from && slot < until)
        .sort((a, b) => a.slot - b.slot)
        .map(({ slot, p50, p95, p99 }) => ({
          cells: [timeText(table.from + slot * table.slotMs, timeZone), ms(p50), ms(p95), ms(p99)],
        })),
    };
  }
  const over = overTime(table, state);
  const averages = {
    ...panel,
    notes: [
      table.secondsDoc,
      "Quantiles cannot be computed from sums: with these filters, this is the exact average. The SQL gives quantiles.",
    ],
    columns: [first, { label: "Average", kind: "milliseconds" } as const],
  };
  if (!over) return { ...averages, rows: [], missing: MISSING };
  return {
    ...averages,
    rows: over.averages.map((average, index) => ({
      cells: [timeText(slotStart(table, over, index), timeZone), average],
    })),
  };
}
