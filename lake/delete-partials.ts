import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { ARRIVALS_PREFIX, RAW_PREFIX } from "../formats/partition-layout";
import { isPartialPath } from "./directory-object-store";
import { type LakeLayout, TYPED_PREFIX } from "./layout";

/**
 * Deletes the files that a killed writer left in the middle of a write. Call it only under the lake's lock: there is no
 * other writer then. What cannot be deleted stays, and `doctor` finds it.
 *
 * @param wasFinished true if the last writer was not killed: to look into all folders of a large lake takes seconds
 */
export async function deletePartials({ root }: LakeLayout, wasFinished: boolean): Promise<void> {
  await deleteIn(root);
  if (wasFinished) return;
  for (const prefix of [RAW_PREFIX, TYPED_PREFIX, ARRIVALS_PREFIX]) await deleteBelow(join(root, prefix));
}

async function deleteBelow(folder: string): Promise<void> {
  for (const name of await deleteIn(folder)) await deleteBelow(join(folder, name));
}

/** @returns the names of the folders in the folder */
async function deleteIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries)
    if (entry.isFile() && isPartialPath(entry.name))
      await rm(join(folder, entry.name)).catch(() => undefined);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
