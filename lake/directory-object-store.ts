import { randomUUID } from "node:crypto";
import {
  type BigIntStats,
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { copyFile, link, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import { codeOf, messageOf } from "../handlers/core/errors";
import type { ObjectLocation, ObjectStore, StoredObject, StoredText } from "../handlers/core/ports";
import { fileProblem } from "./file-problem";
import { keyPath } from "./key-path";
import { setModified } from "./modified-time";
import { syncFile } from "./sync-to-disk";

const PARTIAL = ".partial";
const PARTIAL_PATH = /\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.partial$/;

/** Path of a file that is being written. Such files are never listed. */
export const partialPath = (path: string): string => partialOf(path, randomUUID());
/** True for such a path. */
export const isPartialPath = (path: string): boolean => PARTIAL_PATH.test(path);
const partialOf = (path: string, id: string): string => `${path}.${id}${PARTIAL}`;

/** Objects in folders. */
export interface DirectoryObjectStore extends ObjectStore {
  /** True if the target is a copy of the source, and the source did not change since then. */
  isCopied(source: ObjectLocation, target: ObjectLocation): boolean;
}

export interface DirectoryStoreOptions {
  /** Keys of copies that may differ from their sources although size and time are the same. */
  readonly suspects?: ReadonlySet<string>;
  /**
   * Gets each file and folder that a listing cannot read, or that is not a regular file. The listing then goes on.
   *
   * @default - other files are left out, and a listing fails at an unreadable folder
   */
  readonly onUnreadable?: OnUnreadable;
  /**
   * Called before a file takes the place of another content.
   *
   * @throws Error if it must not
   */
  readonly checkReplacement?: CheckReplacement;
  /** Called for each file that is copied, and whose copy, with the same size and time, was not there before. */
  readonly onCopied?: () => void;
}

/** A file, and its path below the folder of its bucket. */
export interface KeyedFile {
  readonly key: string;
  readonly path: string;
}
export type CheckReplacement = (source: KeyedFile, target: KeyedFile) => Promise<void>;

/** @param key path below the folder of the bucket */
export type OnUnreadable = (bucket: string, key: string, reason: string) => void;

/**
 * Stores objects as files: a key is a path below its bucket's folder.
 *
 * A file appears complete or not at all: it is written to a temporary path and renamed. All but copies survive a
 * power failure, too: sync a copy before you delete its source.
 *
 * @param folders absolute folder of each bucket
 */
export function directoryObjectStore(
  folders: Readonly<Record<string, string>>,
  {
    suspects = new Set(),
    onUnreadable,
    checkReplacement,
    onCopied = () => undefined,
  }: DirectoryStoreOptions = {},
): DirectoryObjectStore {
  const pathOf = ({ bucket, key }: ObjectLocation) => pathBelow(folderOf(folders, bucket), keyPath(key));
  return {
    isCopied: (source, target) =>
      !suspects.has(target.key) && isSameFile(statOrMissing(pathOf(source)), statOrMissing(pathOf(target))),
    // A second run does not copy unchanged files again.
    copy: async (source, target) => {
      const [sourcePath, targetPath] = [pathOf(source), pathOf(target)];
      const from = statOrMissing(sourcePath);
      if (!from) return "source-missing";
      const to = statOrMissing(targetPath);
      const isKnown = isSameFile(from, to);
      const isSuspect = suspects.has(target.key);
      if (isKnown && !isSuspect) return "copied";
      if (to && !isSuspect)
        await checkReplacement?.(
          { key: source.key, path: sourcePath },
          { key: target.key, path: targetPath },
        );
      await copy(sourcePath, from, targetPath);
      if (!isKnown) onCopied();
      return "copied";
    },
    exists: async (location) => statOrMissing(pathOf(location)) !== undefined,
    put: async (location, body) => writeAside(pathOf(location), (path) => writeFile(path, body), renameSync),
    putIfAbsent: async (location, body) => putIfAbsent(pathOf(location), body),
    read: async (location) => read(pathOf(location)),
    list: (bucket, prefix) => {
      const report = onUnreadable && ((key: string, reason: string) => onUnreadable(bucket, key, reason));
      return list(folderOf(folders, bucket), prefix, report);
    },
    deleteAll: async (bucket, keys) => {
      const failures = new Map<string, string>();
      for (const key of keys) {
        await rm(pathOf({ bucket, key }), { force: true }).catch((error: unknown) =>
          failures.set(key, messageOf(error)),
        );
      }
      return failures;
    },
  };
}

/** As `join` does it, which looks at each character, for a folder and a path below it that are in their usual form. */
const pathBelow = (folder: string, path: string): string =>
  folder + sep + (sep === "/" ? path : path.replaceAll("/", sep));

function folderOf(folders: Readonly<Record<string, string>>, bucket: string): string {
  const folder = folders[bucket];
  if (folder === undefined) throw new Error(`no folder is configured for the bucket "${bucket}"`);
  return folder;
}

/** A copy keeps the source's time, to the millisecond. */
const isSameFile = (from: BigIntStats | undefined, to: BigIntStats | undefined): boolean =>
  from !== undefined && to !== undefined && to.size === from.size && to.mtimeMs === from.mtimeMs;

/** Up to this size, passing a file to another thread, and waiting for its lock of the folder, take longer than to copy it. */
const SMALL_BYTES = 1 << 20;
/** Small files are copied in a row: about a millisecond. If all of a batch were, other work would wait too long. */
const SMALL_IN_A_ROW = 8;
let inARow = 0;
/** Of this process: while it copies a small file, it does nothing else. */
const SMALL_ID = randomUUID();

async function copy(source: string, from: BigIntStats, target: string): Promise<void> {
  const finish = (path: string) => setModified(path, Number(from.mtimeMs), from.atime);
  if (from.size > SMALL_BYTES) {
    const write = async (path: string) => {
      await copyFile(source, path, constants.COPYFILE_FICLONE);
      finish(path);
    };
    return writeAside(target, write, renameSync, false);
  }
  copySmall(source, target, finish);
  if (++inARow % SMALL_IN_A_ROW === 0) await setImmediate();
}

function copySmall(source: string, target: string, finish: (path: string) => void): void {
  const aside = partialOf(target, SMALL_ID);
  const write = () => copyFileSync(source, aside, constants.COPYFILE_FICLONE);
  try {
    try {
      write();
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw error;
      mkdirSync(dirname(target), { recursive: true });
      write();
    }
    finish(aside);
    renameSync(aside, target);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
}

async function putIfAbsent(target: string, body: string): Promise<string | undefined> {
  try {
    await writeAside(target, (path) => writeFile(path, body), linkAndRemove);
  } catch (error) {
    if (codeOf(error) === "EEXIST") return undefined;
    throw error;
  }
  const stats = statOrMissing(target);
  return stats ? etagOf(stats) : "";
}

async function read(path: string): Promise<StoredText | undefined> {
  const stats = statOrMissing(path);
  const body = await readFile(path, "utf8").catch(ignoreMissing(undefined));
  return stats && body !== undefined ? { body, etag: etagOf(stats), writtenAt: stats.mtime } : undefined;
}

/** @param publish makes the finished file appear under its name */
async function writeAside(
  target: string,
  write: (path: string) => Promise<void>,
  publish: (aside: string, target: string) => Promise<void> | void,
  isSynced = true,
): Promise<void> {
  const aside = partialPath(target);
  try {
    await write(aside).catch(async (error: unknown) => {
      if (codeOf(error) !== "ENOENT") throw error;
      mkdirSync(dirname(target), { recursive: true });
      await write(aside);
    });
    if (isSynced) await syncFile(aside);
    await publish(aside, target);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}

/** Unlike a rename, a link never replaces an existing file. */
async function linkAndRemove(aside: string, target: string): Promise<void> {
  await link(aside, target);
  await rm(aside);
}

type Report = (key: string, reason: string) => void;

/** Walks only the folder that the prefix names. Keys are in byte order, as in S3. */
async function* list(
  folder: string,
  prefix: string,
  report: Report | undefined,
): AsyncGenerator<StoredObject> {
  const start = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  for await (const key of walk(folder, start, report)) {
    if (!key.startsWith(prefix) || isPartialPath(key)) continue;
    const stats = statOfListed(folder, key, report);
    if (stats) yield { key, size: Number(stats.size), etag: etagOf(stats), writtenAt: stats.mtime };
  }
}

/** In one generator for all folders: each key would pass through one for each folder above it. */
async function* walk(folder: string, start: string, report: Report | undefined): AsyncGenerator<string> {
  const waiting = await namesIn(folder, start, report);
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    if (!key.endsWith("/")) yield key;
    else for (const name of await namesIn(folder, key, report)) waiting.push(name);
  }
}

/** Keys of the files and folders in a folder, the last one first. */
async function namesIn(folder: string, prefix: string, report: Report | undefined): Promise<string[]> {
  const entries = await readdir(join(folder, prefix), { withFileTypes: true }).catch((error: unknown) => {
    const isMissing = codeOf(error) === "ENOENT";
    if (isMissing && !isReplaced(prefix)) return [];
    if (!report) throw error;
    report(prefix, isMissing ? NOT_UTF8 : fileProblem("its files cannot be listed", error));
    return [];
  });
  // A folder sorts by its name with the slash: "a/" comes after "a-b", like its keys.
  const names = entries.map((entry) => prefix + entry.name + (entry.isDirectory() ? "/" : ""));
  return sortByBytes(names).reverse();
}

/** @returns nothing for what is not a regular file */
function statOfListed(folder: string, key: string, report: Report | undefined): BigIntStats | undefined {
  try {
    const stats = statOrMissing(pathBelow(folder, key));
    if (stats?.isFile()) return stats;
    const reason = stats ? kindOf(stats) : whyMissing(join(folder, key));
    if (reason !== undefined) report?.(key, reason);
  } catch (error) {
    if (!report) throw error;
    report(key, fileProblem("it cannot be read", error));
  }
  return undefined;
}

const kindOf = (stats: BigIntStats): string =>
  stats.isDirectory() ? "it is a link to a folder" : "it is a pipe, a socket or a device";

/** @returns `undefined` for a file that was deleted since it was listed */
function whyMissing(path: string): string | undefined {
  if (lstatSync(path, { throwIfNoEntry: false })) return "it is a link to a file that does not exist";
  return isReplaced(path) ? NOT_UTF8 : undefined;
}

const NOT_UTF8 = "its name is not UTF-8";
/** True if Node could not read a part of the path: it replaces what is not UTF-8, so that no file has the path. */
const isReplaced = (path: string): boolean => path.includes("\uFFFD");

/** UTF-16 has the order of the bytes, unless a character of four bytes is before one of three. */
const sortByBytes = (names: string[]): string[] =>
  names.some((name) => FOUR_BYTES.test(name)) ? names.sort(compareBytes) : names.sort();
const FOUR_BYTES = /[\uD800-\uDFFF]/;
const compareBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const ignoreMissing =
  <T>(value: T) =>
  (error: unknown): T => {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return value;
    throw error;
  };

/** Synchronous, because the kernel has the answer: the asynchronous call takes several times as long. */
function statOrMissing(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    return ignoreMissing(undefined)(error);
  }
}

/** A rewritten file has another inode; the time differs if an inode is reused. */
const etagOf = ({ ino, size, mtimeNs }: BigIntStats): string => `${ino}-${size}-${mtimeNs}`;
