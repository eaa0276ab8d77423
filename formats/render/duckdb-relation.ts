import { typeNameOf } from "../column-type";
import { type Column, columnsOf, type LogFormat } from "../log-format";
import { COLUMN_SEPARATOR, scannedColumns } from "../scan-line";
import { TIME_FORMS } from "../time-form";
import { sqlIdentifier, sqlString } from "./sql-text";

const ISO_FORM = "%Y-%m-%dT%H:%M:%S.%fZ";

/** Columns of the typed table in DuckDB's types. */
export const duckdbColumns = (format: LogFormat): readonly { name: string; type: string }[] =>
  columnsOf(format).map((column) => ({ name: column.name, type: typeNameOf("duckdb", format, column) }));

/**
 * Prefix of the text of an unparsed line, which is the last column of a separated file. With this prefix, DuckDB
 * never reads the text as NULL.
 */
export const UNPARSED_MARK = "u";

/**
 * The typed columns of scanned lines, one row per line. An unparsed line has its marked text after the last column.
 *
 * @param glob DuckDB's glob pattern of the files
 * @param maxLineBytes length of the longest line
 * @returns a SELECT of the typed columns, `file` (the name of the file), and `unparsed`: the text of an unparsed line
 *   (its other columns are NULL), else NULL
 */
export function renderDuckdbRelation(format: LogFormat, glob: string, maxLineBytes: number): string {
  const scanned = scannedColumns(format).map((column, index) =>
    column === "filler"
      ? { name: `filler_${index}`, type: "VARCHAR" }
      : { name: column.name, type: otherForm(column) ? "VARCHAR" : typeNameOf("duckdb", format, column) },
  );
  const columns = [...scanned, { name: "unparsed", type: "VARCHAR" }];
  const names = new Set(scanned.map(({ name }) => name));
  const selected = columnsOf(format).map((column) => {
    const { name } = column;
    const [value, form] = [sqlIdentifier(name), otherForm(column)];
    if (!names.has(name)) return `CAST(${sqlIdentifier("time")} AS DATE) AS ${value}`;
    // The line reader writes ISO 8601.
    return form
      ? `try_strptime(${value}, [${[form, ISO_FORM].map(sqlString).join(", ")}]) AS ${value}`
      : value;
  });
  return `SELECT ${selected.join(", ")}, parse_filename(filename) AS file, unparsed[${UNPARSED_MARK.length + 1}:] AS unparsed
FROM read_csv(${sqlString(glob)},
  columns = {${columns.map(({ name, type }) => `${sqlString(name)}: ${sqlString(type)}`).join(", ")}},
  delim = ${sqlString(String.fromCharCode(COLUMN_SEPARATOR))}, nullstr = ['-', ''], null_padding = true,
  compression = 'none', quote = '', escape = '', comment = '', header = false, auto_detect = false,
  max_line_size = ${maxLineBytes}, buffer_size = ${2 * maxLineBytes}, filename = true,
  hive_partitioning = false)`;
}

/** The form of scanned times, for `try_strptime`; `undefined` for ISO 8601. */
const otherForm = ({ form }: Column): string | undefined => form && TIME_FORMS[form].duckdb;
