import { billOf } from "../cost/bill";
import { DAYS_PER_MONTH } from "../cost/load";
import { dollars } from "../cost/print-bills";
import { TABLE_PER_TEXT } from "../cost/storage-items";
import { HOUR_SECONDS, MINUTE_SECONDS } from "../formats/time";
import { printTable } from "../terminal/print-table";
import { ENDLESS } from "../terminal/screen";
import type { Outcome } from "./benchmark";
import { CEILINGS, type Ceiling, FACTS } from "./scale-facts";
import { type Simulated, simulateScale } from "./scale-simulation";

/** One load, and the pipeline's results for it. */
export interface ScaleRow {
  readonly filesPerDay: number;
  readonly gbPerDay: number;
  readonly steady: Simulated;
  readonly afterOutage: Simulated;
  /** Data files of the typed table per day, before and after the nightly merge. */
  readonly tableFilesPerDay: { readonly before: number; readonly after: number };
  /** The first ceiling that the load exceeds, if any. */
  readonly above: Ceiling | undefined;
  readonly usdPerMonth: number;
}

const LOADS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];
const SEED = 1;
const OUTAGE = { from: 6, to: 12 };
const OUTAGE_DAYS = 4;
/** Enough days for a few hundred files, but at most a month. */
const steadyDays = (filesPerDay: number): number => Math.min(30, Math.max(1, Math.ceil(300 / filesPerDay)));

function scaleRow(filesPerDay: number): ScaleRow {
  const gbPerDay = (filesPerDay * FACTS.fileBytes.value) / 1e9;
  const steady = simulateScale(filesPerDay, steadyDays(filesPerDay), SEED);
  const tableBytes = gbPerDay * 1e9 * TABLE_PER_TEXT;
  const wholeFiles = Math.ceil(tableBytes / FACTS.tableFileBytes.value);
  return {
    filesPerDay,
    gbPerDay,
    steady,
    afterOutage: simulateScale(filesPerDay, OUTAGE_DAYS, SEED, OUTAGE),
    tableFilesPerDay: { before: Math.round(steady.commitsPerDay) + wholeFiles, after: wholeFiles },
    above: CEILINGS.find((ceiling) => filesPerDay > ceiling.filesPerDay),
    usdPerMonth: billOf("typed", { filesPerDay, gbPerDay, daysKept: DAYS_PER_MONTH }).usd,
  };
}

const number = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });
const duration = (seconds: number): string => {
  if (!Number.isFinite(seconds)) return "never";
  return seconds < 2 * MINUTE_SECONDS
    ? `${Math.round(seconds)} s`
    : seconds < 2 * HOUR_SECONDS
      ? `${Math.round(seconds / MINUTE_SECONDS)} min`
      : `${Math.round(seconds / HOUR_SECONDS)} h`;
};

const COLUMNS: readonly (readonly [head: string, cell: (row: ScaleRow) => string])[] = [
  ["files/day", ({ filesPerDay }) => number.format(filesPerDay)],
  ["GB/day", ({ gbPerDay }) => number.format(gbPerDay)],
  ["moved p50", ({ steady }) => duration(steady.movedP50)],
  ["p99", ({ steady }) => duration(steady.movedP99)],
  ["rows p50", ({ steady }) => duration(steady.committedP50)],
  ["p99", ({ steady }) => duration(steady.committedP99)],
  ["backlog", ({ afterOutage }) => number.format(afterOutage.backlog)],
  ["gone in", ({ afterOutage }) => duration(afterOutage.hoursToCatchUp * HOUR_SECONDS)],
  [
    "files",
    ({ tableFilesPerDay: { before, after } }) => `${number.format(before)} > ${number.format(after)}`,
  ],
  ["USD/month", ({ usdPerMonth }) => dollars(usdPerMonth)],
  ["above", ({ above }) => (above ? `(${CEILINGS.indexOf(above) + 1})` : "")],
];

interface ScaleJson {
  readonly rows: readonly ScaleRow[];
  readonly ceilings: readonly Ceiling[];
  readonly facts: typeof FACTS;
}

/**
 * The scale model as a report.
 *
 * @param loads files per day, ascending
 */
export function scaleReport(loads: readonly number[] = LOADS): {
  readonly text: string;
  readonly json: ScaleJson;
} {
  const rows = loads.map(scaleRow);
  const table = printTable(
    COLUMNS.map(([title]) => ({ title, align: "right" })),
    rows.map((row) => COLUMNS.map(([, cell]) => cell(row))),
    { screen: ENDLESS },
  );
  const text = [
    "The deployed pipeline, as a model: one table, files of 100 KB, load balancers that deliver every five minutes.",
    `moved, rows: time from delivery to the copy, and to the rows. backlog: files that wait after ${OUTAGE.to - OUTAGE.from} hours without moving.`,
    "files: data files per day in the typed table, before and after the night. above: the lowest exceeded ceiling.",
    "",
    table,
    "Ceilings, the lowest first:",
    ...CEILINGS.flatMap(({ name, filesPerDay, remedy }, index) => [
      `(${index + 1}) ${number.format(filesPerDay).padStart(6)} files a day: ${name}`,
      `            ${remedy}`,
    ]),
    "",
    "Counted with:",
    ...Object.entries(FACTS).map(
      ([name, { value, unit, source }]) => `  ${name}: ${number.format(value)} ${unit}; ${source}`,
    ),
    "",
  ].join("\n");
  return { text, json: { rows, ceilings: CEILINGS, facts: FACTS } };
}

/** The model as a benchmark: it takes no measurements. */
export const scale = async (): Promise<Outcome> => ({
  input: "A simulation in virtual time, and the cost of each load.",
  tables: [],
  targets: [],
  notes: [],
  report: scaleReport(),
});
