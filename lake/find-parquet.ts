import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { codeOf } from "../handlers/core/errors";
import { requireFile } from "./own-files";

/**
 * The last Parquet file anywhere below a folder, in the order of names: one of the newest hour, or nothing.
 *
 * @throws UserError if it is not a file
 */
export async function findParquet(folder: string): Promise<string | undefined> {
  const entries = (await entriesOf(folder)).sort((a, b) => (a.name < b.name ? 1 : -1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      const found = await findParquet(path);
      if (found !== undefined) return found;
    } else if (entry.name.endsWith(".parquet")) {
      requireFile(path);
      return path;
    }
  }
  return undefined;
}

/** A folder that does not exist is empty. */
export async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return [];
    throw error;
  }
}
