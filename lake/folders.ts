import { realpathSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { FORMAT_IDS } from "../formats";
import type { ConfiguredSource } from "../formats/configured-source";
import { codeOf } from "../handlers/core/errors";
import { UserError } from "../terminal/user-error";
import { bucketNameOf } from "./bucket-names";
import { type DirectoryObjectStore, directoryObjectStore } from "./directory-object-store";
import { LAKE_BUCKET, type LakeLayout, lakeLayout } from "./layout";
import { corruptKeys } from "./skipped";

/** No prefixes are configured locally: every format is tried on every key. */
export const ANY_SOURCE: readonly ConfiguredSource[] = FORMAT_IDS.map((format) => ({
  format,
  name: format,
  prefix: "",
}));

/** A folder of logs and a lake, as object stores for the core. */
export interface Folders {
  /** Folder of the logs. */
  readonly directory: string;
  readonly lake: LakeLayout;
  /** Maps `bucket` to the folder of the logs, and `LAKE_BUCKET` to the lake. */
  readonly store: DirectoryObjectStore;
  readonly bucket: string;
  /** Files and folders of the logs that the last listing could not read, by their keys, with the reasons. */
  readonly unreadable: ReadonlyMap<string, string>;
}

/**
 * @returns the layout of the lake
 * @throws UserError if the folder does not exist, or if one of the folder and the lake contains the other
 */
export async function checkedLake(directory: string, lakeFolder: string): Promise<LakeLayout> {
  const lake = lakeLayout(lakeFolder);
  await checkFolders(resolve(directory), lake);
  return lake;
}

/** Opens folders that were checked. */
export async function openFolders(directory: string, lake: LakeLayout): Promise<Folders> {
  const root = resolve(directory);
  const bucket = await bucketNameOf(lake, root);
  const folders = { [bucket]: root, [LAKE_BUCKET]: lake.root };
  const unreadable = new Map<string, string>();
  const store = directoryObjectStore(folders, {
    // A corrupt file is looked at again even if an intact one of the same size and time took its place.
    suspects: await corruptKeys(lake),
    onUnreadable: (listed, key, reason) => {
      // The lake itself must be readable.
      if (listed === LAKE_BUCKET) throw new UserError(`${join(lake.root, key)}: cannot be read: ${reason}`);
      unreadable.set(key, reason);
    },
  });
  return { directory: root, lake, bucket, store, unreadable };
}

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
