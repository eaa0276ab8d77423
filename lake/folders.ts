import { realpathSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { FORMAT_IDS } from "../formats";
import type { ConfiguredSource } from "../formats/configured-source";
import { codeOf } from "../handlers/core/errors";
import type { ObjectStore } from "../handlers/core/ports";
import { UserError } from "../terminal/user-error";
import { directoryObjectStore } from "./directory-object-store";
import { LAKE_BUCKET, type LakeLayout, lakeLayout } from "./layout";

/** No prefixes are configured locally: every format is tried on every key. */
export const ANY_SOURCE: readonly ConfiguredSource[] = FORMAT_IDS.map((format) => ({
  format,
  name: format,
  prefix: "",
}));

/** A folder of logs and a lake, as object stores for the core. */
export interface Folders {
  /** Maps `bucket` to the folder of the logs, and `LAKE_BUCKET` to the lake. */
  readonly store: ObjectStore;
  readonly bucket: string;
  readonly lake: LakeLayout;
}

export interface FolderOptions {
  readonly deleteOriginals: boolean;
  /** Gets each file and folder of the logs that cannot be read. */
  readonly onUnreadable: (key: string, reason: string) => void;
}

/** @throws UserError if the folder does not exist, or if one of the folder and the lake contains the other */
export async function openFolders(
  directory: string,
  lakeFolder: string,
  { deleteOriginals, onUnreadable }: FolderOptions,
): Promise<Folders> {
  const root = resolve(directory);
  const lake = lakeLayout(lakeFolder);
  await checkFolders(root, lake);
  const bucket = bucketName(basename(root));
  const folders = { [bucket]: root, [LAKE_BUCKET]: lake.root };
  const store = directoryObjectStore(folders, {
    syncCopies: deleteOriginals,
    onUnreadable: (listed, key, reason) => {
      // The lake itself must be readable.
      if (listed === LAKE_BUCKET) throw new UserError(`${join(lake.root, key)}: cannot be read: ${reason}`);
      onUnreadable(key, reason);
    },
  });
  return { bucket, lake, store };
}

/** A folder with the name of the lake's bucket must not be confused with it. */
const bucketName = (folder: string): string => (folder === LAKE_BUCKET ? `${folder}/` : folder);

async function checkFolders(directory: string, lake: LakeLayout): Promise<void> {
  const stats = await stat(directory).catch(() => undefined);
  if (!stats?.isDirectory()) {
    throw new UserError(`${directory}: the folder does not exist; enter the folder with the logs`);
  }
  const [logs, root] = [realPath(directory), realPath(lake.root)];
  if (isBelow(root, logs) || isBelow(logs, root)) {
    throw new UserError(
      `lake ${lake.root}: the lake and the folder of the logs must not contain each other; choose another folder`,
    );
  }
}

/** The canonical path of a folder: links and a case-insensitive file system give a folder several paths. */
function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch (error) {
    // A lake that does not exist yet gets its path from its parent folder.
    if (codeOf(error) !== "ENOENT" || dirname(path) === path) throw error;
    return join(realPath(dirname(path)), basename(path));
  }
}

const isBelow = (inner: string, outer: string): boolean =>
  inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : `${outer}${sep}`);
