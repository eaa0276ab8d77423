import { sqlString } from "../../formats/render/sql-text";
import { exactCube, measureOf, type Selection, type Sum, sumBy } from "../cube";
import {
  type AnsweredTable,
  type Cube,
  type CubeColumn,
  type DetailRows,
  type DimensionId,
  type Domain,
  MAX_VALUE,
  type MeasureId,
  MIN_TIMED,
  QUANTILES,
  type Rejected,
  type TableReport,
  TIME,
  VALUE,
} from "../model";
import { timeText } from "../zone";
import { applied, type State } from "./state";
import type { Kind, Value } from "./text";

export interface Column {
  readonly label: string;
  readonly kind: Kind;
}

export interface Row {
  readonly cells: readonly Value[];
  /** The value to filter by, if a click on the row filters. */
  readonly filter?: string;
  readonly isChosen?: boolean;
}

/** A table of the page, or the reason why it is not shown. */
export interface Panel {
  readonly id: string;
  readonly title: string;
  readonly notes: readonly string[];
  readonly dimension?: DimensionId;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** The SQL that answers the same. */
  readonly sql?: string;
  /** Why the sums do not answer it with the filters that are set. */
  readonly missing?: string;
}

export const OTHER = "(other)";
const MISSING =
  "The sums on this page do not answer this exactly with these filters. Remove a filter or choose whole steps of time, or run its SQL.";

const TRAFFIC: readonly Column[] = [
  { label: "Requests", kind: "count" },
  { label: "Share", kind: "percent" },
  { label: "4xx", kind: "count" },
  { label: "5xx", kind: "count" },
  { label: "Sent", kind: "bytes" },
];

/** Sums of a selection, of a table's own kinds, too. */
export interface Figures {
  readonly requests: number;
  readonly clientErrors: number;
  readonly serverErrors: number;
  readonly sent: number;
  readonly average: number | null;
  readonly ownErrors: number;
  readonly hitPercent: number | null;
  readonly misses: number;
  readonly hitBytes: number;
}

/** True if the format of a table has what a measure is made of. */
export const isMeasured = (table: TableReport, measure: MeasureId): boolean =>
  table.cubes.some(({ measures }) => measures.includes(measure));

/** The quantiles of the times as columns of a panel's SQL. */
const quantileColumns = ({ seconds }: TableReport): string =>
  QUANTILES.map((part) => `approx_percentile(${seconds}, ${part}) AS p${part * 100}`).join(", ");

/** Adds up sums whose last code is the status class. */
function figuresOf(table: TableReport, cube: Cube, sums: readonly Sum[]): Figures {
  const statuses = table.dimensions.find(({ id }) => id === "status")?.values ?? [];
  const total = (measure: MeasureId, status?: string) =>
    sums
      .filter(({ codes }) => status === undefined || statuses[(codes.at(-1) ?? 0) - 1] === status)
      .reduce((all, { values }) => all + measureOf(cube, values, measure), 0);
  const requests = total("requests");
  const timed = requests - total("untimed");
  const cacheable = total("cacheable");
  return {
    requests,
    clientErrors: total("requests", "4xx"),
    serverErrors: total("requests", "5xx"),
    sent: total("sent"),
    average: cube.measures.includes("milliseconds") && timed > 0 ? total("milliseconds") / timed : null,
    ownErrors: total("own_errors"),
    misses: cacheable - total("hits"),
    hitPercent: cacheable > 0 ? (100 * total("hits")) / cacheable : null,
    hitBytes: total("hit_bytes"),
  };
}

const groupBy = (sums: readonly Sum[]): Map<number, Sum[]> => {
  const groups = new Map<number, Sum[]>();
  for (const sum of sums) groups.set(sum.codes[0] ?? 0, [...(groups.get(sum.codes[0] ?? 0) ?? []), sum]);
  return groups;
};

/** Figures of everything that is selected; `undefined` if they are not exact. */
export function figures(table: TableReport, state: State, extra?: Domain["within"]): Figures | undefined {
  const { selection, isUnknown } = applied(table, state);
  const narrowed = extra ? within(table, selection, extra) : selection;
  if (!narrowed)
    return figuresOf(table, { keys: [], measures: [], slots: 1, caps: {}, columns: [], length: 0 }, []);
  const cube = isUnknown ? undefined : exactCube(table.cubes, ["status"], narrowed);
  return cube && figuresOf(table, cube, sumBy(cube, narrowed, ["status"]));
}

/** A selection of which only one kind of request is left; `undefined` if none is. */
function within(
  table: TableReport,
  selection: Selection,
  { dimension, value }: NonNullable<Domain["within"]>,
) {
  const code = (table.dimensions.find(({ id }) => id === dimension)?.values.indexOf(value) ?? -1) + 1;
  const chosen = selection.codes?.get(dimension);
  if (code === 0 || (chosen && !chosen.has(code))) return undefined;
  return { ...selection, codes: new Map([...(selection.codes ?? []), [dimension, new Set([code])]]) };
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : (100 * part) / whole);

const trafficCells = ({ requests, clientErrors, serverErrors, sent }: Figures, whole: number): Value[] => [
  requests,
  share(requests, whole),
  clientErrors,
  serverErrors,
  sent,
];

/** One row for each value of a dimension; its own filter marks rows instead of hiding them. */
export function dimensionPanel(table: TableReport, state: State, domain: Domain<DimensionId>): Panel {
  const { id, label, values } = domain;
  const { selection, isUnknown } = applied(table, state, id);
  const [hasOwnErrors, hasCache] = [isMeasured(table, "own_errors"), isMeasured(table, "hits")];
  const own: Column[] = [
    ...(hasOwnErrors ? [{ label: "ELB 5xx", kind: "count" } as const] : []),
    ...(hasCache
      ? [{ label: "Hits", kind: "percent" } as const, { label: "Misses", kind: "count" } as const]
      : []),
    { label: "Average", kind: "milliseconds" },
  ];
  const panel = {
    id: `${table.format}-${id}`,
    title: label,
    dimension: id,
    notes: [...notesOf(domain), ...(id === "path" ? ["Ids in paths are written as :id."] : [])],
    columns: [{ label, kind: "text" } as const, ...TRAFFIC, ...own],
    sql: groupSql(table, state, domain),
  };
  const cube = isUnknown ? undefined : exactCube(table.cubes, [id, "status"], selection);
  if (!cube) return { ...panel, rows: [], missing: MISSING };
  const groups = [...groupBy(sumBy(cube, selection, [id, "status"]))].map(
    ([code, sums]) => [code, figuresOf(table, cube, sums)] as const,
  );
  const whole = groups.reduce((total, [, { requests }]) => total + requests, 0);
  const chosen = state.filters.get(id);
  const rows = groups.map(([code, sums]): Row => {
    const value = values[code - 1];
    const cells = [
      value ?? OTHER,
      ...trafficCells(sums, whole),
      ...(hasOwnErrors ? [sums.ownErrors] : []),
      ...(hasCache ? [sums.hitPercent, sums.misses] : []),
      sums.average,
    ];
    return value === undefined
      ? { cells }
      : { cells, filter: value, isChosen: chosen?.includes(value) ?? false };
  });
  return { ...panel, rows: byRequests(rows) };
}

/** Most requests first, "(other)" last. */
const byRequests = (rows: readonly Row[]): Row[] =>
  [...rows].sort(
    (a, b) =>
      Number(a.cells[0] === OTHER) - Number(b.cells[0] === OTHER) || Number(b.cells[1]) - Number(a.cells[1]),
  );

const notesOf = ({ values, distinct, note }: Domain): string[] => [
  ...(note ? [note] : []),
  ...(distinct > values.length
    ? [
        `${values.length} of ${distinct.toLocaleString("en-US")} values: those with the most requests, and those with the most errors. The others are added up as ${OTHER}.`,
      ]
    : []),
];

/** One row for each value of a list. */
export function listPanel(table: TableReport, state: State, domain: Domain, cubes: readonly Cube[]): Panel {
  const { selection, isUnknown } = applied(table, state);
  const panel = {
    id: `${table.format}-${domain.id}`,
    title: domain.label,
    notes: notesOf(domain),
    columns: [{ label: domain.label, kind: "text" } as const, ...TRAFFIC],
    sql: groupSql(table, state, domain),
  };
  const needed: CubeColumn[] = [VALUE, "status"];
  const cube = isUnknown ? undefined : exactCube(cubes, needed, selection);
  const all = figures(table, state, domain.within);
  if (!cube || !all) return { ...panel, rows: [], missing: MISSING };
  const listed = [...groupBy(sumBy(cube, selection, needed))]
    .map(([code, sums]) => [domain.values[code - 1] ?? "", figuresOf(table, cube, sums)] as const)
    // The requests that the list is not about.
    .filter(([value]) => !(domain.within && value === ""));
  const left = (figure: (sums: Figures) => number) =>
    listed.reduce((rest, [, sums]) => rest - figure(sums), figure(all));
  const rest = {
    ...all,
    requests: left(({ requests }) => requests),
    clientErrors: left(({ clientErrors }) => clientErrors),
    serverErrors: left(({ serverErrors }) => serverErrors),
    sent: left(({ sent }) => sent),
  };
  const rows = listed.map(([value, sums]): Row => ({ cells: [value, ...trafficCells(sums, all.requests)] }));
  if (rest.requests > 0) rows.push({ cells: [OTHER, ...trafficCells(rest, all.requests)] });
  return { ...panel, rows: byRequests(rows) };
}

/** Requests of each slot by status class. */
export interface OverTime {
  readonly slots: number;
  readonly statuses: readonly string[];
  /** By slot of the cube, then by status. */
  readonly counts: readonly (readonly number[])[];
  readonly averages: readonly (number | null)[];
  readonly firstSlot: number;
}

/** @returns `undefined` if the sums do not answer it */
export function overTime(table: TableReport, state: State): OverTime | undefined {
  const { selection, isUnknown } = applied(table, state);
  const cube = isUnknown ? undefined : exactCube(table.cubes, [TIME, "status"], selection);
  if (!cube) return undefined;
  const statuses = table.dimensions.find(({ id }) => id === "status")?.values ?? [];
  const last = Math.ceil((table.until - table.from) / table.slotMs);
  const from = (selection.time?.from ?? 0) / cube.slots;
  const until = Math.ceil(Math.min(last, selection.time?.until ?? last) / cube.slots);
  const length = Math.max(0, until - from);
  const counts = Array.from({ length }, () => statuses.map(() => 0));
  const timed = Array.from({ length }, () => ({ milliseconds: 0, requests: 0 }));
  for (const { codes, values } of sumBy(cube, selection, [TIME, "status"])) {
    const [slot = 0, status = 0] = codes;
    const row = counts[slot - from];
    const time = timed[slot - from];
    if (!row || !time) continue;
    const requests = measureOf(cube, values, "requests");
    row[status - 1] = (row[status - 1] ?? 0) + requests;
    time.milliseconds += measureOf(cube, values, "milliseconds");
    time.requests += requests - measureOf(cube, values, "untimed");
  }
  return {
    slots: cube.slots,
    statuses,
    counts,
    averages: timed.map(({ milliseconds, requests }) => (requests === 0 ? null : milliseconds / requests)),
    firstSlot: from,
  };
}

export const slotStart = (table: TableReport, { slots, firstSlot }: OverTime, index: number): number =>
  table.from + (firstSlot + index) * slots * table.slotMs;

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

/** Rows that no filter changes. */
export const detailPanels = ({ format, details }: TableReport): Panel[] =>
  details.map((detail) => {
    const panel = rowsPanel(`${format}-${detail.id.replace(/^.*_/, "")}`, detail);
    return { ...panel, notes: [...panel.notes, "Filters do not apply to these rows."] };
  });

/** The answers of a table's questions, and its unparsed lines. */
export const answerPanels = (table: AnsweredTable): Panel[] => [
  ...table.answers.map((answer) => rowsPanel(`answer-${answer.id}`, answer)),
  ...(table.unread?.unparsed !== 0 ? [unreadPanel(table)] : []),
];

function rowsPanel(id: string, { title, note, columns, rows, sql }: DetailRows): Panel {
  return {
    id,
    title,
    notes: [note],
    columns: columns.map((label) => ({
      label: label.replaceAll("_", " "),
      kind: rows.some((row) => typeof row[columns.indexOf(label)] === "number") ? "count" : "text",
    })),
    rows: rows.map((cells) => ({
      cells: cells.map((cell) =>
        cell === null || typeof cell === "number" || typeof cell === "string" ? cell : JSON.stringify(cell),
      ),
    })),
    sql,
  };
}

/** Quantiles of the paths: a click filters by the path, but the times are those of all its requests. */
export function slowestPanel(table: TableReport, state: State): Panel {
  const sql = table.dimensions.find(({ id }) => id === "path")?.sql ?? "''";
  const chosen = state.filters.get("path");
  return {
    id: `${table.format}-slowest`,
    title: "Slowest paths",
    dimension: "path",
    notes: [
      `Of the paths with the most requests, errors and time; those with at least ${MIN_TIMED} requests. Filters do not apply to these rows.`,
    ],
    columns: [
      { label: "Path", kind: "text" },
      { label: "Requests with a time", kind: "count" },
      ...["p50", "p95", "p99"].map((label) => ({ label, kind: "milliseconds" }) as const),
    ],
    rows: table.slowest.map(({ path, requests, ...times }) => ({
      cells: [path, requests, ...[times.p50, times.p95, times.p99].map((seconds) => seconds * 1000)],
      filter: path,
      isChosen: chosen?.includes(path) ?? false,
    })),
    sql: `SELECT ${sql} AS path, count(*) AS requests, ${quantileColumns(table)}
FROM ${table.table}
WHERE ${table.range} AND ${table.seconds} >= 0
GROUP BY 1
HAVING count(*) >= ${MIN_TIMED}
ORDER BY 4 DESC
LIMIT 100`,
  };
}

/** Files whose lines are in no table. */
export function rejectedPanel(rejected: Rejected | null): Panel {
  const panel = {
    id: "rejected",
    title: "Files without rows",
    notes: [],
    columns: ["File", "Reason", "Detail"].map((label) => ({ label, kind: "text" }) as const),
    rows: [],
  };
  if (rejected === null)
    return { ...panel, missing: 'Not listed here: "access-logs redrive --rejected --dry-run" lists them.' };
  const { files, examples } = rejected;
  return {
    ...panel,
    notes: [
      `${files.toLocaleString("en-US")} files that could not be read: their lines are in no number of this page.`,
    ],
    rows: examples.map(({ key, reason, detail }) => ({ cells: [key, reason, detail] })),
  };
}

export function unreadPanel({
  format,
  table,
  unread,
}: Pick<TableReport, "format" | "table" | "unread">): Panel {
  const panel = {
    id: `${format}-unparsed`,
    title: "Unparsed lines",
    notes: [],
    columns: ["Line", "File"].map((label) => ({ label, kind: "text" }) as const),
    rows: [],
    sql: `SELECT line, log_file FROM ${table}_unparsed`,
  };
  if (unread === null)
    return {
      ...panel,
      missing:
        "Not counted here, as Athena would read the text of all files: the pipeline's metric UnparsedLines counts them, and the SQL shows them; add the days to it.",
    };
  return {
    ...panel,
    notes: [
      `${unread.unparsed.toLocaleString("en-US")} lines of all times are in no row, and in no number above.`,
    ],
    rows: unread.examples.map(({ line, file }) => ({ cells: [line, file] })),
  };
}

const statusSql = (table: TableReport): string =>
  table.dimensions.find(({ id }) => id === "status")?.sql ?? "''";

const groupSql = (table: TableReport, state: State, { id, sql, within: only }: Domain): string =>
  `SELECT ${sql} AS ${id}, count(*) AS requests
FROM ${table.table}
WHERE ${condition(table, only ? { ...state, filters: new Map([...state.filters, [only.dimension, [only.value]]]) } : state, id)}
GROUP BY 1
ORDER BY 2 DESC
LIMIT 100`;

const timestamp = (instant: number): string =>
  `TIMESTAMP ${sqlString(new Date(instant).toISOString().slice(0, 19).replace("T", " "))}`;

/** The range of the report and the filters as a condition; a dimension's own filter is left out, as in its panel. */
function condition(table: TableReport, { time, filters }: State, without?: string): string {
  const chosen = table.dimensions.flatMap(({ id, sql }) => {
    const values = filters.get(id);
    if (!values || id === without) return [];
    const text = `coalesce(${sql}, '')`;
    const isCut = values.some(({ length }) => length >= MAX_VALUE);
    return [`${isCut ? `substr(${text}, 1, ${MAX_VALUE})` : text} IN (${values.map(sqlString).join(", ")})`];
  });
  const between = time ? [`time >= ${timestamp(time.from)}`, `time < ${timestamp(time.until)}`] : [];
  return [table.range, ...between, ...chosen].join("\n  AND ");
}
