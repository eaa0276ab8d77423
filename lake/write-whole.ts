import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { PARTIAL } from "./directory-object-store";
import { syncFile, syncFolder } from "./sync-to-disk";

/** Replaces a small file: after a full disk, a kill or a power failure it has its old text or the new one. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const aside = `${path}.${randomUUID()}${PARTIAL}`;
  try {
    await writeFile(aside, text, { mode: 0o600 });
    await syncFile(aside);
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}
