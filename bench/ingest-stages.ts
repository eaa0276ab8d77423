import { createHash } from "node:crypto";
import {
  appendFileSync,
  closeSync,
  constants,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { columnsOf, type LogFormat } from "../formats/log-format";
import { renderDuckdbRelation } from "../formats/render/duckdb-relation";
import { sqlIdentifier, sqlString } from "../formats/render/sql-text";
import { lineScanner } from "../formats/scan-line";
import type { DuckdbEngine } from "../lake/duckdb-engine";
import { freeMemory } from "../lake/free-memory";
import { LAKE_PARQUET, parquetOptions } from "../lake/parquet-layout";
import { MAX_ROW_BYTES, plainText } from "../lake/plain-text";
import { rowWriter } from "../lake/row-writer";
import { syncFile } from "../lake/sync-to-disk";
import { COMPARED } from "./ingest-peers";

/** A log in memory. */
export interface LogText {
  readonly format: LogFormat;
  readonly file: string;
  readonly gzip: Buffer;
  readonly text: Buffer;
}

/** Something to measure. */
export interface Step {
  readonly name: string;
  /** What does not count, before each run. */
  readonly prepare?: () => void;
  readonly run: () => void | Promise<void>;
}

/** A step of an ingest, alone. */
export interface Stage extends Step {
  /** The least that the step could take. */
  readonly limit?: Step;
}

export const INFLATE = "inflate, with its checksum";
export const COPY = "copy each file below raw/";
export const READ_ROWS = "DuckDB: read the rows";
const LINE_FEED = 0x0a;
export const FORMAT_LIST = COMPARED;

export const readTexts = (
  files: readonly { readonly format: LogFormat; readonly file: string }[],
): LogText[] =>
  files.map(({ format, file }) => {
    const gzip = readFileSync(file);
    return { format, file, gzip, text: gunzipSync(gzip) };
  });

/** Steps of the move. */
export function copyStages(root: string, logs: readonly LogText[]): readonly Stage[] {
  const raw = join(root, "raw");
  mkdirSync(raw, { recursive: true });
  return [
    {
      name: COPY,
      run: () => {
        for (const [index, { file }] of logs.entries()) {
          const path = join(raw, `${index}`);
          copyFileSync(file, `${path}.partial`, constants.COPYFILE_FICLONE);
          utimesSync(`${path}.partial`, 1, 1);
          renameSync(`${path}.partial`, path);
        }
      },
    },
    {
      name: "read it, and hash it",
      run: () => {
        for (const { file } of logs) createHash("sha256").update(readFileSync(file)).digest("hex");
      },
    },
  ];
}

/** Steps from a gzip to rows that DuckDB can read. */
export function textStages(root: string, logs: readonly LogText[]): readonly Stage[] {
  for (const { id } of FORMAT_LIST) mkdirSync(join(root, "texts", id), { recursive: true });
  const scanners = new Map(FORMAT_LIST.map((format) => [format, lineScanner(format)]));
  let copies: readonly Buffer[] = [];
  return [
    {
      name: INFLATE,
      run: () => {
        for (const { gzip, text } of logs) freeMemory(gunzipSync(gzip, { chunkSize: text.length }));
      },
    },
    {
      name: "check the text, find the columns of each line",
      prepare: () => {
        copies = copiesOf(logs);
      },
      run: () => rowsOfAll(logs, copies),
      limit: {
        name: "find the columns of each line",
        run: () => {
          for (const { format, text } of logs) {
            const scanner = scanners.get(format);
            forEachLine(text, (start, end) => scanner?.scan(text, start, end));
          }
        },
      },
    },
    {
      name: "write the rows to a file that exists",
      run: () => {
        for (const [index, { format, text }] of logs.entries()) {
          const output = openSync(
            join(root, "texts", format.id, `${index}`),
            constants.O_WRONLY | constants.O_CREAT,
          );
          writeSync(output, text);
          closeSync(output);
        }
      },
    },
  ];
}

function forEachLine(text: Buffer, use: (start: number, end: number) => void): void {
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf(LINE_FEED, start);
    use(start, end < 0 ? text.length : end);
    start = (end < 0 ? text.length : end) + 1;
  }
}

/** @param texts copies of the texts, which become rows in place */
async function rowsOfAll(
  logs: readonly LogText[],
  texts: readonly Buffer[],
  use: (log: LogText, index: number, pieces: readonly Buffer[]) => void = () => undefined,
): Promise<void> {
  for (const [index, log] of logs.entries()) {
    const writer = rowWriter(log.format);
    for await (const block of plainText([texts[index] as Buffer])) use(log, index, writer.rowsOf(block));
  }
}

const copiesOf = (logs: readonly LogText[]): Buffer[] => logs.map(({ text }) => Buffer.from(text));

/** Writes the rows for the steps of DuckDB. */
export async function writeRows(root: string, logs: readonly LogText[]): Promise<void> {
  for (const { id } of FORMAT_LIST) mkdirSync(join(root, "rows", id), { recursive: true });
  await rowsOfAll(logs, copiesOf(logs), ({ format }, index, pieces) => {
    appendFileSync(join(root, "rows", format.id, `${index}`), Buffer.concat(pieces));
  });
}

/** SELECT of the typed rows of a format, as a commit has it. */
export const rowsSql = (root: string, format: LogFormat): string =>
  renderDuckdbRelation(format, join(root, "rows", format.id, "*"), MAX_ROW_BYTES);

/** A statement that needs every value of the rows, and keeps none. */
export function countSql(format: LogFormat, rows: string): string {
  const names = [...columnsOf(format).map(({ name }) => name), "file", "unparsed"];
  return `SELECT ${names.map((name) => `count(${sqlIdentifier(name)})`).join(", ")} FROM (${rows})`;
}

const UNPACKED = parquetOptions({ ...LAKE_PARQUET, dictionaryValues: 1 }).replace(
  /COMPRESSION zstd, COMPRESSION_LEVEL \d+/,
  "COMPRESSION uncompressed",
);

/** Steps of DuckDB, in one thread as in a commit. */
export async function sqlStages(engine: DuckdbEngine, root: string): Promise<readonly Stage[]> {
  const forAll = (sqlOf: (format: LogFormat) => string) => async () => {
    for (const format of FORMAT_LIST) await engine.rows(sqlOf(format));
  };
  const fileOf = ({ id }: LogFormat) => join(root, `${id}.parquet`);
  const write = (options: string) =>
    forAll((format) => `COPY rows_${format.id} TO ${sqlString(fileOf(format))} ${options}`);
  await forAll((format) => `CREATE TABLE rows_${format.id} AS ${rowsSql(root, format)}`)();
  return [
    {
      name: READ_ROWS,
      run: forAll((format) => countSql(format, rowsSql(root, format))),
      limit: {
        name: "the same of rows in memory",
        run: forAll((format) => countSql(format, `FROM rows_${format.id}`)),
      },
    },
    {
      name: "DuckDB: write Parquet from memory",
      run: write(parquetOptions(LAKE_PARQUET)),
      limit: { name: "without dictionaries and compression", run: write(UNPACKED) },
    },
    {
      name: "sync it to the disk",
      run: async () => {
        for (const format of FORMAT_LIST) await syncFile(fileOf(format));
      },
    },
  ];
}
