import { basename, dirname, join } from "node:path";
import { messageOf } from "../handlers/core/errors";
import { forEachAtOnce } from "../lake/for-each-at-once";
import { openSpoolPool } from "../lake/spool-pool";
import type { PartitionFile } from "./lake-files";

/** A moved file that cannot be read. */
export interface BrokenFile {
  readonly key: string;
  readonly kind: "corrupt" | "unreadable";
  readonly reason: string;
}

/** Result of reading files to their end. */
export interface OpenedFiles {
  /** Keys of files without lines, which need no commit. */
  readonly empty: ReadonlySet<string>;
  readonly broken: readonly BrokenFile[];
}

/** Reads files like a commit, but keeps no output. */
export async function openFiles(
  root: string,
  files: readonly PartitionFile[],
  onProgress: (done: number, total: number) => void,
): Promise<OpenedFiles> {
  const empty = new Set<string>();
  const broken: BrokenFile[] = [];
  const pool = openSpoolPool();
  let done = 0;
  try {
    await forEachAtOnce(files, pool.size, async ({ path: key, partition }) => {
      try {
        const path = join(root, key);
        const task = { table: partition.table, folder: dirname(path), names: [basename(path)] };
        for (const outcome of (await pool.spool(task)).outcomes) {
          if (outcome.kind === "failed") broken.push({ key, kind: "unreadable", reason: outcome.reason });
          else if (outcome.kind === "corrupt") broken.push({ key, kind: "corrupt", reason: outcome.reason });
          else if (outcome.lines === 0) empty.add(key);
        }
      } catch (error) {
        broken.push({ key, kind: "unreadable", reason: messageOf(error) });
      }
      onProgress(++done, files.length);
    });
  } finally {
    await pool.close();
  }
  return { empty, broken };
}
