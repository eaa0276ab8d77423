import { stat } from "node:fs/promises";
import { join } from "node:path";
import { entriesOf } from "../lake/typed-files";

export interface FoundFile {
  /** Path below the root, with slashes. */
  readonly path: string;
  readonly size: number;
  /** When its content was written; a copy keeps the original's time. */
  readonly modified: Date;
  /** When the file got its current path. */
  readonly changed: Date;
  /** False for a pipe, a socket, a device or a link to a folder. */
  readonly isRegular: boolean;
}

/** Every file below a folder of the root; none if the folder does not exist. */
export async function* filesBelow(root: string, folder: string): AsyncGenerator<FoundFile> {
  for (const entry of await entriesOf(join(root, folder))) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      yield* filesBelow(root, path);
      continue;
    }
    const stats = await stat(join(root, path)).catch(() => undefined);
    if (!stats) continue;
    yield { path, size: stats.size, modified: stats.mtime, changed: stats.ctime, isRegular: stats.isFile() };
  }
}
