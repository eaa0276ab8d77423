import { type Column, type ColumnType, columnsOf, type LogFormat } from "../log-format";
import { renderUsualForm, splitLine } from "./duckdb-split";
import { renderLinePattern, renderUsualLinePattern } from "./line-pattern";
import { sqlIdentifier, sqlString } from "./sql-text";

const DUCKDB_TYPES: Readonly<Record<ColumnType, string>> = {
  string: "VARCHAR",
  int: "INTEGER",
  bigint: "BIGINT",
  double: "DOUBLE",
  date: "DATE",
  timestamp: "TIMESTAMP",
};

/** Columns of the typed table in DuckDB's types. */
export const duckdbColumns = (format: LogFormat): readonly { name: string; type: string }[] =>
  columnsOf(format).map((column) => ({ name: column.name, type: DUCKDB_TYPES[typedTypeOf(column)] }));

/** `time` is a timestamp (UTC) in every typed table, also where a line has only the time of day. */
const typedTypeOf = ({ name, type }: Column): ColumnType => (name === "time" ? "timestamp" : type);

/**
 * The typed columns of a relation of lines.
 *
 * A line of the usual form is split at its separators and quotes, which is several times faster than a regular
 * expression with a group per column; any other line goes through that expression and is written anew in the usual
 * form first. Nothing is filtered after the split: DuckDB copies lists through a filter, which costs more than all
 * the rest.
 *
 * @param lines name of a relation with the columns `line` and `log_file`
 * @returns a SELECT of the typed columns, `log_file`, and `unparsed`: the text of a line that is no log line (its
 *   other columns mean nothing), else NULL. Header lines and empty lines are left out.
 */
export function renderDuckdbRelation(format: LogFormat, lines: string): string {
  const { lists, texts } = splitLine(format);
  const textOf = new Map(columnsOf(format).map(({ name }, index) => [name, texts[index] ?? "NULL"]));
  const typed = columnsOf(format).map((column) => ({ column, value: typedValue(format, column, textOf) }));
  const split = lists.reduce(
    (from, { name, sql }) => `(SELECT *, ${sql} AS ${name} FROM ${from})`,
    usualForm(format, lines),
  );
  return `SELECT ${typed.map(({ column, value }) => `${value} AS ${sqlIdentifier(column.name)}`).join(",\n  ")},
  log_file,
  CASE WHEN ${typed.flatMap((item) => existsCondition(item, textOf)).join(" AND ")} THEN NULL ELSE line END AS unparsed
FROM ${split}`;
}

/** The lines that are no header, each with `form`: what can be split. A line that does not match has none. */
function usualForm(format: LogFormat, lines: string): string {
  const names = columnsOf(format).map(({ name }) => sqlString(name));
  const pattern = sqlString(`^(?:${renderLinePattern(format)})$`);
  const match = `regexp_extract(line, ${pattern}, [${names.join(", ")}])`;
  // The lambda names the match inside the branch, so that only the unusual lines pay for it.
  const rewritten = `list_transform([${match}], lambda m: ${renderUsualForm(format, "m")})[1]`;
  return `(SELECT line, log_file,
    CASE WHEN regexp_full_match(line, ${sqlString(renderUsualLinePattern(format))}) THEN line
         WHEN regexp_full_match(line, ${pattern}) THEN ${rewritten} END AS form
  FROM ${lines} WHERE line <> '' AND NOT starts_with(line, '#'))`;
}

type TextOf = ReadonlyMap<string, string>;

function typedValue(format: LogFormat, column: Column, textOf: TextOf): string {
  const type = typedTypeOf(column);
  const text = textOf.get(column.name);
  if (type === "string") return `nullif(nullif(${text}, '-'), '')`;
  const source =
    column.name === "time" ? format.time.map((name) => textOf.get(name)).join(" || ' ' || ") : text;
  return `try_cast(${source} AS ${DUCKDB_TYPES[type]})`;
}

/** A line that did not match has no time; one that did may still hold a timestamp that does not exist. */
function existsCondition({ column, value }: { column: Column; value: string }, textOf: TextOf): string[] {
  if (typedTypeOf(column) !== "timestamp") return [];
  const exists = `${value} IS NOT NULL`;
  return [
    column.name === "time" ? exists : `(${exists} OR coalesce(${textOf.get(column.name)}, '') IN ('', '-'))`,
  ];
}
