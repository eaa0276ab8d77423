import { open } from "node:fs/promises";

const IS_WINDOWS = process.platform === "win32";

/** Makes what was written to a file stay through a power cut. */
export const syncFile = (path: string): Promise<void> =>
  // Windows flushes only what may be written. Elsewhere a file that may not be written can be flushed, too.
  sync(path, IS_WINDOWS ? "r+" : "r");

/**
 * Makes the names in a folder stay through a power cut. On Windows that is not for programs to do: a folder cannot be
 * opened as a file, and NTFS keeps names in its journal.
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
