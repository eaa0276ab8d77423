import { readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/**
 * Files that are done with, to be written over: to make and delete one takes longer than to fill it, and where a file
 * system puts off using what was just deleted, several times as long.
 */
export interface SpareFiles {
  /** Puts a file at the path if there is one to spare; what it holds means nothing. */
  putAt(path: string): void;
  /** Takes all files of a folder that are no longer needed. */
  takeFrom(folder: string): void;
  /** Deletes those that nobody needed. */
  delete(): void;
}

/** @param folder where they are kept: on the file system that they are used on */
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
