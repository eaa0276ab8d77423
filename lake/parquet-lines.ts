import { rm, writeFile } from "node:fs/promises";
import { fieldNamesOf } from "../formats/parquet-names";
import { sqlString } from "../formats/render/sql-text";
import { messageOf, QueryFailedError } from "../handlers/core/errors";
import { CorruptFileError } from "./corrupt-file";
import type { DuckdbEngine } from "./duckdb-engine";
import { peek } from "./peek";
import { columnsOf, quoted, type ResultColumn } from "./plain-columns";

const MAGIC = Buffer.from("PAR1");
const INSTANT_FORM = "%Y-%m-%dT%H:%M:%S.%fZ";

/**
 * The chunks of a log; if it is a Parquet file, its rows as lines of JSON with AWS's names of the fields. So everything
 * after it reads them like JSON that AWS has written.
 *
 * @param staged path of a file for its bytes, which DuckDB does not read in order; it is deleted
 * @throws CorruptFileError where the chunks are read, if it is not a whole Parquet file
 */
export async function* withoutParquet(
  engine: DuckdbEngine,
  chunks: AsyncIterable<Buffer>,
  staged: string,
): AsyncGenerator<Buffer> {
  const { start, all } = await peek(chunks);
  if (!start.subarray(0, MAGIC.length).equals(MAGIC)) return yield* all;
  try {
    await writeFile(staged, all);
    yield* linesOf(engine, `read_parquet(${sqlString(staged)})`);
  } catch (error) {
    if (!(error instanceof QueryFailedError)) throw error;
    throw new CorruptFileError(`the Parquet file cannot be read: ${messageOf(error)}`);
  } finally {
    await rm(staged, { force: true });
  }
}

async function* linesOf(engine: DuckdbEngine, file: string): AsyncGenerator<Buffer> {
  const columns = (await columnsOf(engine, `SELECT * FROM ${file}`))
    .map((column) => ({ text: textOf(column), fields: fieldNamesOf(column.name) }))
    .filter(({ fields }) => fields.length > 0);
  if (columns.length === 0) return;
  const result = await engine.stream(`SELECT ${columns.map(({ text }) => text).join(", ")} FROM ${file}`);
  for await (const rows of result.yieldRows()) {
    const lines = rows.map((row) => {
      const texts = columns.flatMap(({ fields }, index) => fields.map((name) => [name, row[index]] as const));
      return `${JSON.stringify(Object.fromEntries(texts.filter(([, text]) => text !== null)))}\n`;
    });
    yield Buffer.from(lines.join(""));
  }
}

/** SQL of a column's value as AWS writes it in JSON; lists and structures have no text. */
function textOf({ name, type }: ResultColumn): string {
  const value = quoted(name);
  if (/^(?:STRUCT|MAP|UNION)|\]$/.test(type)) return "CAST(NULL AS VARCHAR)";
  if (type === "TIMESTAMP WITH TIME ZONE") return `strftime(${value} AT TIME ZONE 'UTC', '${INSTANT_FORM}')`;
  if (type.startsWith("TIMESTAMP")) return `strftime(${value}, '${INSTANT_FORM}')`;
  return `CAST(${value} AS VARCHAR)`;
}
