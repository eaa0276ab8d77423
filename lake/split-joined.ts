import { dirname, join } from "node:path";
import pLimit from "p-limit";
import { FORMAT_IDS, FORMATS } from "../formats";
import type { MovedFile } from "../handlers/core/arrival-notes";
import { keyPath } from "./key-path";
import { fileChunks, type LineTools, readByLines } from "./read-by-lines";
import { syncFile, syncFolder } from "./sync-to-disk";

/** A file under AWS's name that was joined from files of many hours. */
export interface JoinedFile {
  /** Key below `raw/`. */
  readonly key: string;
  /** Files below `raw/` with the lines of each hour. */
  readonly pieces: readonly MovedFile[];
}

/** Reading by lines uses one folder, and has no need to be fast here. */
const oneByOne = pLimit(1);

/**
 * Splits a file below `raw/` into files of the hours of its lines, which survive a power failure. The same file gives the
 * same files.
 *
 * @throws Error if it cannot be read, or a line of its format is not among its first lines
 */
export const splitJoined = (
  { lake, engine }: Pick<LineTools, "lake" | "engine">,
  table: string,
  key: string,
): Promise<JoinedFile> =>
  oneByOne(async () => {
    const format = FORMAT_IDS.find((id) => FORMATS[id].table === table);
    const file = { key, open: () => fileChunks(join(lake.root, keyPath(key))) };
    const tools = {
      lake,
      engine,
      suspects: new Set<string>(),
      onLines: () => undefined,
      ...(format ? { format } : {}),
    };
    const { files, skipped } = await readByLines(tools, file);
    for (const { reason, detail } of skipped) throw new Error(detail ?? reason);
    for (const piece of files) await syncFile(join(lake.root, keyPath(piece.key)));
    for (const folder of new Set(files.map((piece) => dirname(join(lake.root, keyPath(piece.key))))))
      for (const one of [folder, dirname(folder)]) await syncFolder(one);
    return { key, pieces: files };
  });
