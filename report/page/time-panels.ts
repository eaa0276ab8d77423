import { sum } from "../../terminal/quantities";
import { type TableReport, TIME } from "../model";
import { timeText } from "../zone";
import { averageOf } from "./figures";
import { missingOf } from "./missing";
import { errorClasses, overTime, sharesOf, slotStart } from "./over-time";
import type { Column, Panel } from "./panel";
import { cacheColumns, condition, quantileColumns, sentColumn, statusSql, stepSql } from "./panel-sql";
import { applied, type State } from "./state";
import { lengthOfSteps, movedNotes } from "./steps";

/** What a panel over time has instead of rows if `overTime` has no sums. */
const missingOverTime = (table: TableReport, state: State, timeZone: string) => ({
  rows: [],
  ...missingOf(table, applied(table, state), table.cubes, [TIME, "status"], timeZone),
});

const stepsNote = (table: TableReport, slots: number, timeZone: string): string =>
  `In steps of ${lengthOfSteps(table, slots * table.slotMs, timeZone)}.`;

/** Requests of each step of time, by status class. */
export function timePanel(table: TableReport, state: State, timeZone: string): Panel {
  const over = overTime(table, state);
  // Different clients cannot be added up: they are known without other filters only.
  const hasClients = over?.slots === 1 && (applied(table, state).selection.codes?.size ?? 0) === 0;
  const clients = new Map(table.slots.map((one) => [one.slot, one.clients]));
  const errors = over ? errorClasses(over, state) : [];
  const panel = {
    id: `${table.format}-time`,
    title: "Requests over time",
    notes: [
      ...(over ? [stepsNote(table, over.slots, timeZone)] : []),
      ...(over && over.slots > 1 ? ["They are longer, as several filters are set."] : []),
      ...(over ? movedNotes(table, over.slots * table.slotMs, timeZone) : []),
    ],
    columns: [
      { label: `Time (${timeZone})`, kind: "text" },
      { label: "Requests", kind: "count" },
      ...(over?.statuses ?? []).map((label) => ({ label, kind: "count" }) as const),
      ...errors.map((label) => ({ label: `${label} of all`, kind: "percent" }) as const),
      { label: "Sent", kind: "bytes" },
      ...(hasClients ? [{ label: "Clients", kind: "count" }] : []),
    ] as Column[],
    sql: `SELECT ${stepSql(table, (over?.slots ?? 1) * table.slotMs)} AS step, ${statusSql(table)} AS status, count(*) AS requests, ${sentColumn(table)}
FROM ${table.table}
WHERE ${condition(table, state)}
GROUP BY 1, 2
ORDER BY 1, 2`,
  };
  if (!over) return { ...panel, ...missingOverTime(table, state, timeZone) };
  const shares = errors.map((status) => sharesOf(over, status));
  const rows = over.counts.map((counts, index) => ({
    cells: [
      timeText(slotStart(table, over, index), timeZone),
      sum(counts),
      ...counts,
      ...shares.map((share) => share[index] ?? null),
      over.figures[index]?.sent ?? 0,
      ...(hasClients ? [clients.get(over.firstSlot + index) ?? 0] : []),
    ],
  }));
  return { ...panel, rows };
}

/** Quantiles cannot be added up: with filters other than time, the exact average is shown instead. */
export function latencyPanel(table: TableReport, state: State, timeZone: string): Panel {
  const { selection } = applied(table, state);
  const isWhole = (selection.codes?.size ?? 0) === 0;
  const over = isWhole ? undefined : overTime(table, state);
  const ms = (seconds: number | null) => (seconds === null ? null : seconds * 1000);
  const panel = {
    id: `${table.format}-latency`,
    title: "Response time",
    sql: `SELECT ${stepSql(table, (over?.slots ?? 1) * table.slotMs)} AS step, ${quantileColumns(table)}
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
      notes: [table.secondsDoc, stepsNote(table, 1, timeZone)],
      columns: [first, ...["p50", "p95", "p99"].map((label) => ({ label, kind: "milliseconds" }) as const)],
      rows: table.slots
        .filter(({ slot }) => slot >= from && slot < until)
        .sort((a, b) => a.slot - b.slot)
        .map(({ slot, p50, p95, p99 }) => ({
          cells: [timeText(table.from + slot * table.slotMs, timeZone), ms(p50), ms(p95), ms(p99)],
        })),
    };
  }
  const averages = {
    ...panel,
    notes: [
      table.secondsDoc,
      "Quantiles cannot be computed from sums: with these filters, this is the exact average. The SQL gives quantiles.",
    ],
    columns: [first, { label: "Average", kind: "milliseconds" } as const],
  };
  if (!over) return { ...averages, ...missingOverTime(table, state, timeZone) };
  return {
    ...averages,
    rows: over.figures.map((sums, index) => ({
      cells: [timeText(slotStart(table, over, index), timeZone), averageOf(sums)],
    })),
  };
}

/** What the cache answered over time. */
export function cachePanel(table: TableReport, state: State, timeZone: string): Panel {
  const over = overTime(table, state);
  const panel = {
    id: `${table.format}-cache`,
    title: "Hit ratio over time",
    notes: ["Hits, of hits and misses.", ...(over ? [stepsNote(table, over.slots, timeZone)] : [])],
    columns: [
      { label: `Time (${timeZone})`, kind: "text" },
      { label: "Hits", kind: "percent" },
      { label: "Misses", kind: "count" },
    ] as const,
    sql: `SELECT ${stepSql(table, (over?.slots ?? 1) * table.slotMs)} AS step, ${cacheColumns(table).join(", ")}
FROM ${table.table}
WHERE ${condition(table, state)}
GROUP BY 1
ORDER BY 1`,
  };
  if (!over) return { ...panel, ...missingOverTime(table, state, timeZone) };
  return {
    ...panel,
    rows: over.figures.map(({ hitPercent, misses }, index) => ({
      cells: [timeText(slotStart(table, over, index), timeZone), hitPercent, misses],
    })),
  };
}
