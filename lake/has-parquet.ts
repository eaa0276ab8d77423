import { readdir } from "node:fs/promises";
import { codeOf } from "../handlers/core/errors";

/** True if a Parquet file lies anywhere below a folder; one that is not there has none. */
export async function hasParquet(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder, { recursive: true })).some((name) => name.endsWith(".parquet"));
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return false;
    throw error;
  }
}
