import { realpathSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { FORMAT_IDS } from "../formats";
import type { ConfiguredSource } from "../formats/configured-source";
import { codeOf } from "../handlers/core/errors";
import type { ObjectStore, StoredObject } from "../handlers/core/ports";
import { UserError } from "../terminal/user-error";
import { bucketNameOf } from "./bucket-names";
import {
  type CheckReplacement,
  type DirectoryObjectStore,
  directoryObjectStore,
} from "./directory-object-store";
import { fileProblem } from "./file-problem";
import { LAKE_BUCKET, type LakeLayout, lakeLayout } from "./layout";
import { corruptKeys } from "./skipped";

/** No prefixes are configured locally: every format is tried on every key. */
export const ANY_SOURCE: readonly ConfiguredSource[] = FORMAT_IDS.map((format) => ({
  format,
  name: format,
  prefix: "",
}));

/** Logs that can be moved to a lake. */
export interface MovableLogs {
  /** Has the logs in `bucket`, and the lake in `LAKE_BUCKET`. */
  readonly store: ObjectStore;
  readonly bucket: string;
  /** The logs. */
  readonly list: () => AsyncIterable<ListedLog>;
  /** Number of logs that the store copied. */
  readonly copied: () => number;
}

/** A folder of logs and a lake, as object stores for the core. */
export interface Folders extends MovableLogs {
  /** Folder of the logs. */
  readonly directory: string;
  readonly lake: LakeLayout;
  readonly store: DirectoryObjectStore;
  /** Files and folders of the logs that the last listing could not read, by their keys, with the reasons. */
  readonly unreadable: ReadonlyMap<string, string>;
}

/** The lake as a store. It must be readable. */
export const lakeStore = (lake: LakeLayout): DirectoryObjectStore =>
  directoryObjectStore(
    { [LAKE_BUCKET]: lake.root },
    { onUnreadable: (_, key, reason) => failUnreadable(lake, key, reason) },
  );

function failUnreadable(lake: LakeLayout, key: string, reason: string): never {
  throw new UserError(`${join(lake.root, key)}: cannot be read: ${reason}`);
}

export type ListedLog = Pick<StoredObject, "key" | "size">;

/**
 * @returns the layout of the lake
 * @throws UserError if the folder does not exist, or if one of the folder and the lake contains the other
 */
export async function checkedLake(directory: string, lakeFolder: string): Promise<LakeLayout> {
  const lake = lakeLayout(lakeFolder);
  const stats = await stat(directory).catch(() => undefined);
  if (!stats?.isDirectory()) {
    throw new UserError(
      stats
        ? `${directory}: that is a file; enter the folder with the logs`
        : `${directory}: the folder does not exist; enter the folder with the logs`,
    );
  }
  checkFolders(resolve(directory), lake);
  return lake;
}

/**
 * Opens folders that were checked.
 *
 * @param keys the logs; default: all files below the folder
 * @param checkReplacement called before a file of the folder replaces another content in the lake
 */
export async function openFolders(
  directory: string,
  lake: LakeLayout,
  keys?: readonly string[],
  checkReplacement?: CheckReplacement,
): Promise<Folders> {
  const root = resolve(directory);
  const bucket = await bucketNameOf(lake, root);
  const folders = { [bucket]: root, [LAKE_BUCKET]: lake.root };
  const unreadable = new Map<string, string>();
  let copied = 0;
  const store = directoryObjectStore(folders, {
    // A corrupt file is looked at again even if an intact one of the same size and time took its place.
    suspects: await corruptKeys(lake),
    onUnreadable: (listed, key, reason) => {
      if (listed === LAKE_BUCKET) failUnreadable(lake, key, reason);
      unreadable.set(key, reason);
    },
    onCopied: () => copied++,
    ...(checkReplacement ? { checkReplacement } : {}),
  });
  const list = () =>
    keys ? listFiles(root, keys, (key, reason) => unreadable.set(key, reason)) : store.list(bucket, "");
  return { directory: root, lake, bucket, store, list, unreadable, copied: () => copied };
}

async function* listFiles(
  directory: string,
  keys: readonly string[],
  onUnreadable: (key: string, reason: string) => void,
): AsyncGenerator<ListedLog> {
  for (const key of keys) {
    try {
      yield { key, size: (await stat(join(directory, key))).size };
    } catch (error) {
      onUnreadable(key, fileProblem("it cannot be read", error));
    }
  }
}

/** @throws UserError if one of the folder and the lake contains the other */
export function checkFolders(directory: string, lake: LakeLayout): void {
  const [logs, root] = [realPath(directory), realPath(lake.root)];
  if (isBelow(root, logs) || isBelow(logs, root)) {
    throw new UserError(
      `lake ${lake.root}: the lake and the folder of the logs must not contain each other; choose another folder`,
    );
  }
}

/** The canonical path of a folder: links and a case-insensitive file system give a folder several paths. */
export function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch (error) {
    // A lake that does not exist yet gets its path from its parent folder.
    if (codeOf(error) !== "ENOENT" || dirname(path) === path) throw error;
    return join(realPath(dirname(path)), basename(path));
  }
}

/** True if a path is another one, or in it. */
export const isBelow = (inner: string, outer: string): boolean =>
  inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : `${outer}${sep}`);
