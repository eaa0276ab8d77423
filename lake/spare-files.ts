import { readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/**
 * Files that are no longer needed, to be overwritten. Creating and deleting a file takes longer than filling
 * it, and several times as long on file systems that delay the reuse of freed space.
 */
export interface SpareFiles {
  /** Puts a spare file at the path if there is one. Its content is meaningless. */
  putAt(path: string): void;
  /** Takes all files of a folder that are no longer needed. */
  takeFrom(folder: string): void;
  /** Deletes the files that were not reused. */
  delete(): void;
}

/** @param folder folder of the spare files, on the file system where they are reused */
export function spareFiles(folder: string): SpareFiles {
  const spare: string[] = [];
  let taken = 0;
  return {
    putAt: (path) => {
      const file = spare.pop();
      if (file !== undefined) renameSync(file, path);
    },
    takeFrom: (from) => {
      for (const name of readdirSync(from)) {
        const file = join(folder, `spare-${taken++}`);
        renameSync(join(from, name), file);
        spare.push(file);
      }
    },
    delete: () => {
      for (const file of spare.splice(0)) rmSync(file);
    },
  };
}
