import { type Column, type ColumnType, columnsOf, type Field, type LogFormat } from "../log-format";
import { tokenOf } from "../tokens";
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

/** Columns of the typed table in DuckDB's types; a format's `time` is always a timestamp (UTC). */
export const duckdbColumns = (format: LogFormat): readonly { name: string; type: string }[] =>
  columnsOf(format).map((column) => ({ name: column.name, type: DUCKDB_TYPES[typedTypeOf(format, column)] }));

const typedTypeOf = (format: LogFormat, { name, type }: Column): ColumnType =>
  name === "time" && format.time.length === 2 ? "timestamp" : type;

/**
 * A relation of typed rows from a relation of lines.
 *
 * Lines of the usual form are split at their separators and quotes, which is several times faster than a regular
 * expression with a group per column; only the others go through that. Both see the same values: the usual pattern
 * is a narrowed form of the line pattern.
 *
 * @param lines name of a relation with the columns `line` and `log_file`
 * @returns a SELECT of `parsed` (false: the line is no log line), `line`, the typed columns and `log_file`; header
 *   lines and empty lines are left out
 */
export function renderDuckdbRelation(format: LogFormat, lines: string): string {
  const pieces = format.separator === "\t" ? "string_split(line, chr(9))" : `string_split(line, '"')`;
  const structure = columnTexts(format)
    .map(({ name, text }) => `${sqlIdentifier(name)}: ${text}`)
    .join(", ");
  const names = columnsOf(format).map(({ name }) => sqlString(name));
  const pattern = sqlString(renderLinePattern(format));
  const columns = columnsOf(format).map(
    (column) => `${typedValue(format, column)} AS ${sqlIdentifier(column.name)}`,
  );
  return `SELECT ${parsedCondition(format)} AS parsed, line, ${columns.join(", ")}, log_file
FROM (
  SELECT line, log_file,
    CASE WHEN regexp_full_match(line, ${sqlString(renderUsualLinePattern(format))}) THEN {${structure}}
         WHEN regexp_full_match(line, ${pattern}) THEN regexp_extract(line, ${sqlString(`^(?:${renderLinePattern(format)})$`)}, [${names.join(", ")}])
    END AS t
  FROM (SELECT line, log_file, ${pieces} AS q FROM ${lines} WHERE line <> '' AND line NOT LIKE '#%')
)`;
}

const textOf = (name: string): string => `t.${sqlIdentifier(name)}`;

/** Text of each column in terms of `q`, the pieces of a line of the usual form. */
function columnTexts(format: LogFormat): { name: string; text: string }[] {
  if (format.separator === "\t") {
    return format.fields.flatMap((field, index) => partsOf(field, `q[${index + 1}]`));
  }
  // Odd pieces are what stands between the quoted fields: words, with a space before and after them.
  let piece = 1;
  let word = 1;
  return format.fields.flatMap((field) => {
    if (!tokenOf(field.token).quoted) return partsOf(field, `string_split(q[${piece}], ' ')[${word++}]`);
    const text = `q[${piece + 1}]`;
    piece += 2;
    word = 2;
    return partsOf(field, text);
  });
}

function partsOf(field: Field, text: string): { name: string; text: string }[] {
  const expressions = partExpressions(tokenOf(field.token).parts, text);
  return field.columns.map(({ name }, index) => ({ name, text: expressions[index] ?? text }));
}

function partExpressions(parts: "hostPort" | "request" | undefined, text: string): readonly string[] {
  switch (parts) {
    case undefined:
      return [text];
    case "request":
      return [1, 2, 3].map((part) => `split_part(${text}, ' ', ${part})`);
    case "hostPort": {
      const port = `split_part(${text}, ':', -1)`;
      return [
        `trim(${text}[:-2 - length(${port})], '[]')`,
        `CASE WHEN contains(${text}, ':') THEN ${port} END`,
      ];
    }
  }
}

function typedValue(format: LogFormat, column: Column): string {
  const text = textOf(column.name);
  const type = typedTypeOf(format, column);
  if (type === "string") return `nullif(nullif(${text}, '-'), '')`;
  const source = column.name === "time" ? format.time.map(textOf).join(" || ' ' || ") : text;
  return `try_cast(${source} AS ${DUCKDB_TYPES[type]})`;
}

/** True if the line matched and every timestamp in it is a real one. */
function parsedCondition(format: LogFormat): string {
  const timestamps = columnsOf(format)
    .filter(({ name, type }) => type === "timestamp" && !(format.time as readonly string[]).includes(name))
    .map(
      (column) =>
        `(${typedValue(format, column)} IS NOT NULL OR coalesce(${textOf(column.name)}, '') IN ('', '-'))`,
    );
  const time = columnsOf(format).find(({ name }) => name === "time");
  const mandatory = time ? [`${typedValue(format, time)} IS NOT NULL`] : [];
  return ["t IS NOT NULL", ...mandatory, ...timestamps].join(" AND ");
}
