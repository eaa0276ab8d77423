import { sqlString } from "../formats/render/sql-text";
import { csvText, NEEDS_QUOTES } from "../terminal/csv";
import type { DuckdbEngine } from "./duckdb-engine";
import { columnsOf, plainRows, quoted, type ResultColumn, type TextOptions } from "./plain-columns";
import { chunksOf } from "./result-chunks";

/**
 * The rows of one SELECT as CSV or JSON, in parts. DuckDB makes the text of each row: to read all values into
 * JavaScript takes ten times as long.
 *
 * @throws QueryFailedError
 */
export async function* textRows(
  engine: DuckdbEngine,
  select: string,
  options: TextOptions,
): AsyncGenerator<string> {
  const rows = plainRows(select, await columnsOf(engine, select), options);
  const { line, start, between, end, empty } = TEXTS[options.format];
  const lines = linesOf(engine, `SELECT ${line(rows.columns)} FROM (${rows.sql})`);
  let separator = start(rows.columns);
  let isEmpty = true;
  for await (const part of lines) {
    yield separator + part.join(between);
    separator = between;
    isEmpty = false;
  }
  yield isEmpty ? empty(rows.columns) : end;
}

interface Texts {
  /** SQL of a row's text. */
  readonly line: (columns: readonly ResultColumn[]) => string;
  readonly start: (columns: readonly ResultColumn[]) => string;
  readonly between: string;
  readonly end: string;
  /** The whole text if there is no row. */
  readonly empty: (columns: readonly ResultColumn[]) => string;
}

const csvHead = (columns: readonly ResultColumn[]): string =>
  `${columns.map(({ name }) => csvText(name)).join(",")}\r\n`;

const TEXTS: Readonly<Record<TextOptions["format"], Texts>> = {
  // RFC 4180; NULL is an empty field, and an empty text is "".
  csv: {
    line: (columns) => `concat_ws(',', ${columns.map(csvField).join(", ")})`,
    start: csvHead,
    between: "\r\n",
    end: "\r\n",
    empty: csvHead,
  },
  json: {
    line: (columns) =>
      `CAST(to_json(struct_pack(${columns.map(({ name }) => `${quoted(name)} := ${quoted(name)}`).join(", ")})) AS VARCHAR)`,
    start: () => "[\n",
    between: ",\n",
    end: "\n]\n",
    empty: () => "[]\n",
  },
};

/** Types whose text has no character of CSV. */
const NEVER_QUOTED = /^(?:U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DOUBLE|FLOAT|DECIMAL.*|BOOLEAN|DATE)$/;

function csvField({ name, type }: ResultColumn): string {
  const text = `CAST(${quoted(name)} AS VARCHAR)`;
  if (NEVER_QUOTED.test(type)) return `coalesce(${text}, '')`;
  return `CASE WHEN ${quoted(name)} IS NULL THEN '' WHEN regexp_matches(${text}, ${sqlString(NEEDS_QUOTES.source)}) THEN '"' || replace(${text}, '"', '""') || '"' ELSE ${text} END`;
}

/** The texts of a query with one column, in batches. @throws QueryFailedError */
export async function* linesOf(engine: DuckdbEngine, sql: string): AsyncGenerator<readonly string[]> {
  for await (const chunk of chunksOf(await engine.stream(sql))) yield chunk.getColumnValues(0).map(String);
}
