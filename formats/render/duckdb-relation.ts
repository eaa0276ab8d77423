import { type DuckdbType, duckdbTypeOf } from "../column-type";
import { columnsOf, type LogFormat } from "../log-format";

/** Columns of the typed table in DuckDB's types. */
export const duckdbColumns = (format: LogFormat): readonly { name: string; type: DuckdbType }[] =>
  columnsOf(format).map((column) => ({ name: column.name, type: duckdbTypeOf(format, column) }));
