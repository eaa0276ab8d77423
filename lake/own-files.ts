import { type Stats, statSync } from "node:fs";
import { UserError } from "../terminal/user-error";
import type { LakeLayout } from "./layout";

/**
 * Refuses a lake with something else than a file in the place of one of its own files: reading a pipe would wait for ever.
 *
 * @throws UserError that names the path
 */
export function requireOwnFiles(lake: LakeLayout): void {
  const { lockFile, writerFile, skippedFile, bucketsFile, downloadsFile, readFilesFile, deletedFile } = lake;
  const files = [lockFile, writerFile, skippedFile, bucketsFile, downloadsFile, readFilesFile, deletedFile];
  for (const path of [...files, lake.columnsFile, lake.privacyFile, lake.saltFile]) requireFile(path);
}

/**
 * @returns nothing if nothing is there
 * @throws UserError if there is something else than a file at the path
 */
export function requireFile(path: string): Stats | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats || stats.isFile()) return stats;
  throw new UserError(
    `${path}: expected a file of the lake, found a ${stats.isDirectory() ? "folder" : "pipe or device"}; restore the file, or delete what is there`,
  );
}
