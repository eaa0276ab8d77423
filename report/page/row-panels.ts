import { count, counted, plural } from "../../terminal/quantities";
import { type AnsweredTable, type DetailRows, MIN_TIMED, type Rejected, type TableReport } from "../model";
import { secondText } from "../zone";
import type { Panel } from "./panel";
import { quantileColumns } from "./panel-sql";
import type { State } from "./state";

/** Rows that no filter changes. */
export function detailPanel({ format }: TableReport, detail: DetailRows, timeZone: string): Panel {
  const panel = rowsPanel(`${format}-${detail.id.replace(/^.*_/, "")}`, detail, timeZone);
  return { ...panel, notes: [...panel.notes, "Filters do not apply to these rows."] };
}

/** The answers of a table's questions, and its unparsed lines. */
export const answerPanels = (table: AnsweredTable, timeZone: string): Panel[] => [
  ...table.answers.map((answer) => rowsPanel(`answer-${answer.id}`, answer, timeZone)),
  ...(table.unread?.unparsed !== 0 ? [unreadPanel(table)] : []),
];

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

function rowsPanel(id: string, { title, note, columns, rows, sql }: DetailRows, timeZone: string): Panel {
  return {
    id,
    title,
    notes: [note],
    columns: columns.map((label) => ({
      label: label.replaceAll("_", " "),
      kind: rows.some((row) => typeof row[columns.indexOf(label)] === "number") ? "count" : "text",
    })),
    rows: rows.map((cells) => ({
      cells: cells.map((cell) => {
        if (typeof cell === "string")
          return INSTANT.test(cell) ? secondText(Date.parse(cell), timeZone) : cell;
        return cell === null || typeof cell === "number" ? cell : JSON.stringify(cell);
      }),
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
      `Sorted by p95; of the paths with the most requests, errors and time, those with at least ${MIN_TIMED} requests. Filters do not apply to these rows.`,
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
      `${counted(files, "file")} that could not be read: ${plural(files, "its", "their")} lines are in no number of this page.`,
      ...(examples.length < files ? [`The first ${examples.length} of ${count(files)} files.`] : []),
    ],
    rows: examples.map(({ key, reason, detail }) => ({ cells: [key, reason, detail] })),
  };
}

/** Lines that are no rows. */
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
  const { unparsed, examples } = unread;
  return {
    ...panel,
    notes: [
      `${counted(unparsed, "line")} of the whole table, of any time, ${plural(unparsed, "is", "are")} in no row, and in no number of this page.`,
      ...(examples.length < unparsed
        ? [`The first ${examples.length} of ${count(unparsed)} lines; its SQL has all.`]
        : []),
    ],
    ...(examples.length < unparsed
      ? {
          notFound: `Not among the first ${examples.length} of ${count(unparsed)} lines: its SQL has all.`,
        }
      : {}),
    rows: examples.map(({ line, file }) => ({ cells: [line, file] })),
  };
}
