import { typeNameOf } from "../column-type";
import { columnsOf, type LogFormat } from "../log-format";
import { COLUMN_SEPARATOR, scannedColumns } from "../scan-line";
import { sqlIdentifier, sqlString } from "./sql-text";

/** Columns of the typed table in DuckDB's types. */
export const duckdbColumns = (format: LogFormat): readonly { name: string; type: string }[] =>
  columnsOf(format).map((column) => ({ name: column.name, type: typeNameOf("duckdb", format, column) }));

/**
 * Stands before the text of a line that is none, in the first column of a separated file: so marked, no text can be
 * taken for NULL.
 */
export const UNPARSED_MARK = "u";

/**
 * The typed columns of scanned lines: one line a row. A line that is none has its marked text behind the last column.
 *
 * @param glob files, as DuckDB names them
 * @param maxLineBytes length of the longest line
 * @returns a SELECT of the typed columns, `file` (the name of the file), and `unparsed`: the text of a line that is no
 *   log line (its other columns are NULL), else NULL
 */
export function renderDuckdbRelation(format: LogFormat, glob: string, maxLineBytes: number): string {
  const scanned = scannedColumns(format).map((column, index) =>
    column === "filler"
      ? { name: `filler_${index}`, type: "VARCHAR" }
      : { name: column.name, type: typeNameOf("duckdb", format, column) },
  );
  const columns = [...scanned, { name: "unparsed", type: "VARCHAR" }];
  const names = new Set(scanned.map(({ name }) => name));
  const selected = duckdbColumns(format).map(({ name }) =>
    names.has(name)
      ? sqlIdentifier(name)
      : `CAST(${sqlIdentifier("time")} AS DATE) AS ${sqlIdentifier(name)}`,
  );
  return `SELECT ${selected.join(", ")}, parse_filename(filename) AS file, unparsed[${UNPARSED_MARK.length + 1}:] AS unparsed
FROM read_csv(${sqlString(glob)},
  columns = {${columns.map(({ name, type }) => `${sqlString(name)}: ${sqlString(type)}`).join(", ")}},
  delim = ${sqlString(String.fromCharCode(COLUMN_SEPARATOR))}, nullstr = ['-', ''], null_padding = true,
  compression = 'none', quote = '', escape = '', comment = '', header = false, auto_detect = false,
  max_line_size = ${maxLineBytes}, buffer_size = ${2 * maxLineBytes}, filename = true)`;
}
