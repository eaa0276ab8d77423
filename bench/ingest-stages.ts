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
import { freeMemory } from "../lake/free-memory";
import { startRowGroups } from "../lake/parquet/row-groups";
import { plainTextOf } from "../lake/plain-text";
import { rowSource } from "../lake/row-source";
import { rowWriter } from "../lake/row-writer";
import { syncFile } from "../lake/sync-to-disk";
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
export const WRITE = "find the fields of each line, collect the columns, and write them as Parquet";
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

/** Steps from a gzip to lines. */
export const textStages = (logs: readonly LogText[]): readonly Stage[] => [
  {
    name: INFLATE,
    run: () => {
      for (const { gzip, text } of logs) freeMemory(gunzipSync(gzip, { chunkSize: text.length }));
    },
  },
  {
    name: "check the text",
    run: () => {
      for (const { text } of logs) for (const _ of plainTextOf(text));
    },
  },
];

/** Path of the Parquet file with the rows of a format. */
export const parquetOf = (root: string, { id }: LogFormat): string => join(root, `${id}.parquet`);

/** Steps from lines to a Parquet file that is safe. */
export function parquetStages(root: string, logs: readonly LogText[]): readonly Stage[] {
  const lines = logs.map((log) => ({ ...log, blocks: [...plainTextOf(log.text)] }));
  const write = async (format: LogFormat, file: string | undefined) => {
    const output = file === undefined ? undefined : openSync(file, "w");
    const groups = await startRowGroups(output, rowSource(format));
    for (const log of lines) {
      if (log.format !== format) continue;
      groups.startFile(log.file);
      const writer = rowWriter(format, groups);
      for (const block of log.blocks) writer.add(block);
    }
    const written = groups.end();
    if (output !== undefined) closeSync(output);
    return written;
  };
  return [
    {
      name: WRITE,
      run: async () => {
        for (const format of FORMAT_LIST) {
          const file = parquetOf(root, format);
          await endFile({ file, written: await write(format, file) }, format, {});
        }
      },
      limit: {
        name: "find the fields of each line",
        run: async () => {
          for (const format of FORMAT_LIST) await write(format, undefined);
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
