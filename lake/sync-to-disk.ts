import { open } from "node:fs/promises";

const IS_WINDOWS = process.platform === "win32";

/** Makes the content of a file survive a power failure. */
export const syncFile = (path: string): Promise<void> =>
  // Windows flushes only files opened for writing. Other systems also flush read-only files.
  sync(path, IS_WINDOWS ? "r+" : "r");

/**
 * Makes the names in a folder survive a power failure. Windows needs nothing: a folder cannot be opened as a
 * file, and NTFS keeps names in its journal.
 */
export const syncFolder = async (path: string): Promise<void> => {
  if (!IS_WINDOWS) await sync(path, "r");
};

async function sync(path: string, flags: string): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
