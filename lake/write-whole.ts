import { rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { partialPath } from "./directory-object-store";
import { syncFile, syncFolder } from "./sync-to-disk";

/**
 * Replaces a small file: after a full disk, a kill or a power failure it has its old text or the new one.
 *
 * @param mode of a new file, less the umask
 */
export async function writeWhole(path: string, text: string, mode = 0o600): Promise<void> {
  const aside = partialPath(path);
  try {
    await writeFile(aside, text, { mode });
    await syncFile(aside);
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}
