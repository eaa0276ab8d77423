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

export const sizeOf = ({ bytes, files }: Bucket): string =>
  `${(bytes / 1e9).toFixed(2)} GB in ${counted(files, "file")}`;
