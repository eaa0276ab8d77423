import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { LogFormat } from "../formats/log-format";
import { counted, sum } from "../terminal/quantities";
import { linkFiles, logFiles, type Sample, writeFileList } from "./data";
import { runOnce } from "./measure";

/** Logs of some formats, in a folder with the layout of a bucket. */
export interface Bucket {
  readonly root: string;
  readonly folder: string;
  /** List of the logs for `xargs -0`. */
  readonly list: string;
  readonly files: number;
  /** Bytes of their text. */
  readonly bytes: number;
  readonly rows: number;
}

export function bucketOf(root: string, name: string, logs: Sample, formats: readonly LogFormat[]): Bucket {
  const [folder, list] = [join(root, `bucket-${name}`), join(root, `${name}.list`)];
  const files = linkFiles(logFiles(logs.folder, formats), (file) =>
    join(folder, relative(logs.folder, file)),
  );
  writeFileList(list, files);
  const bytes = Number(runOnce(["sh", "-c", `xargs -0 zcat < '${list}' | wc -c`]).output);
  const rows = sum(formats.map(({ table }) => logs.rows[table] ?? 0));
  return { root, folder, list, files: files.length, bytes, rows };
}

/** Files that people join and rename, in each of which are the logs of some hours of one format. */
export function joinedFiles(
  logs: Sample,
  { root, bytes, rows }: Bucket,
  formats: readonly LogFormat[],
): Bucket {
  const [folder, list] = [join(root, "bucket-joined"), join(root, "joined.list")];
  mkdirSync(folder);
  const files = new Set<string>();
  for (const format of formats) {
    const parts = logFiles(logs.folder, [format]);
    const each = Math.ceil(parts.length / JOINED_FILES);
    for (const [index, part] of parts.entries()) {
      const file = join(folder, `${format.id}-${Math.floor(index / each)}.log.gz`);
      // Gzips after each other are one gzip.
      appendFileSync(file, readFileSync(part));
      files.add(file);
    }
  }
  writeFileList(list, [...files]);
  return { root, folder, list, files: files.size, bytes, rows };
}

/** Of each format. */
const JOINED_FILES = 5;

export const sizeOf = ({ bytes, files }: Bucket): string =>
  `${(bytes / 1e9).toFixed(2)} GB in ${counted(files, "file")}`;
