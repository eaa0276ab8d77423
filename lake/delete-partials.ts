import { readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { ARRIVALS_PREFIX, RAW_PREFIX } from "../formats/partition-layout";
import { isPartialPath } from "./directory-object-store";
import { type LakeLayout, TYPED_PREFIX } from "./layout";

/**
 * Deletes the files that a killed writer left in the middle of a write. Call it only under the lake's lock: there is no
 * other writer then. What cannot be deleted stays, and `doctor` finds it.
 */
export async function deletePartials({ root, lockFile }: LakeLayout): Promise<void> {
  const lock = `${basename(lockFile)}.`;
  // A process writes the file of the lock before it has the lock.
  await deleteIn(root, (name) => !name.startsWith(lock));
  for (const prefix of [RAW_PREFIX, TYPED_PREFIX, ARRIVALS_PREFIX]) await deleteBelow(join(root, prefix));
}

async function deleteBelow(folder: string): Promise<void> {
  for (const name of await deleteIn(folder)) await deleteBelow(join(folder, name));
}

/** @returns the names of the folders in the folder */
async function deleteIn(
  folder: string,
  isOwn: (name: string) => boolean = () => true,
): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const { name } of entries.filter((entry) => entry.isFile()))
    if (isPartialPath(name) && isOwn(name)) await rm(join(folder, name)).catch(() => undefined);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
