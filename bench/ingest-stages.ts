import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  utimesSync,
} from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { LogFormat } from "../formats/log-format";
import { lineScanner } from "../formats/scan-line";
import { freeMemory } from "../lake/free-memory";
import { type SourceColumn, startRowGroups } from "../lake/parquet/row-groups";
import { plainText } from "../lake/plain-text";
import { rowWriter } from "../lake/row-writer";
import { syncFile } from "../lake/sync-to-disk";
import { typedColumns } from "../lake/typed-columns";
import { endFile } from "../lake/typed-file";
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
export const WRITE = "collect the columns, and write them as Parquet";
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

/** Steps from a gzip to rows of separated columns. */
export function textStages(logs: readonly LogText[]): readonly Stage[] {
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

/** The rows of each log, in memory. */
export async function rowsOfLogs(logs: readonly LogText[]): Promise<readonly (readonly Buffer[])[]> {
  const rows: Buffer[][] = logs.map(() => []);
  await rowsOfAll(logs, copiesOf(logs), (_, index, pieces) => rows[index]?.push(Buffer.concat(pieces)));
  return rows;
}

/** Path of the Parquet file with the rows of a format. */
export const parquetOf = (root: string, { id }: LogFormat): string => join(root, `${id}.parquet`);

/** Steps from rows to a Parquet file that is safe. */
export function parquetStages(
  root: string,
  logs: readonly LogText[],
  rows: readonly (readonly Buffer[])[],
): readonly Stage[] {
  const write = async (format: LogFormat, columns: readonly SourceColumn[], file: string) => {
    const output = openSync(file, "w");
    const groups = await startRowGroups(output, columns);
    for (const [index, log] of logs.entries()) {
      if (log.format !== format) continue;
      groups.startFile(log.file);
      for (const pieces of rows[index] ?? []) groups.add([pieces]);
    }
    const written = groups.end();
    closeSync(output);
    return { file, written };
  };
  const onlyUnparsed = (format: LogFormat) => typedColumns(format).filter(({ name }) => name === "unparsed");
  return [
    {
      name: WRITE,
      run: async () => {
        for (const format of FORMAT_LIST) {
          await endFile(await write(format, typedColumns(format), parquetOf(root, format)), format, {});
        }
      },
      limit: {
        name: "split the rows, for one column",
        run: async () => {
          for (const format of FORMAT_LIST)
            await write(format, onlyUnparsed(format), join(root, "one-column"));
        },
      },
    },
    {
      name: "sync it to the disk",
      run: async () => {
        for (const format of FORMAT_LIST) await syncFile(parquetOf(root, format));
      },
    },
  ];
}
