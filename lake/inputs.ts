import { realpathSync, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { UserError } from "../terminal/user-error";
import { knownFolders } from "./bucket-names";
import { findFiles, isPattern } from "./find-files";
import { checkFolders, isBelow, realPath } from "./folders";
import { isLake, type LakeLayout } from "./layout";
import { fileChunks, type UnnamedFile } from "./read-by-lines";

/** The logs that `ingest` reads. */
export interface LogInputs {
  readonly folders: readonly InputFolder[];
  /** Standard input and pipes. */
  readonly streams: readonly UnnamedFile[];
}

export interface InputFolder {
  readonly directory: string;
  /**
   * The files to read, by their paths below the folder.
   *
   * @default all files below the folder
   */
  readonly keys?: readonly string[];
}

const STDIN = "-";
const MAX_NAMED = 5;

/**
 * Finds what the arguments of `ingest` name: folders, files, patterns, pipes, and standard input.
 *
 * @throws UserError that names each argument that is nothing of these, or is in the lake
 */
export async function findInputs(paths: readonly string[], lake: LakeLayout): Promise<LogInputs> {
  const folders: string[] = [];
  const files: string[] = [];
  const streams: UnnamedFile[] = [];
  const problems: string[] = [];
  for (const path of paths) {
    if (path === STDIN) streams.push(standardInput());
    else await addPath(path);
  }
  async function addPath(path: string): Promise<void> {
    const stats = await stat(path).catch(() => undefined);
    if (stats) return add(path, stats);
    const found = isPattern(path) ? await findFiles(path) : [];
    for (const one of found) await add(one, await stat(one));
    if (found.length === 0)
      problems.push(
        isPattern(path) ? `${path}: no file matches` : `${path}: there is no such file or folder`,
      );
  }
  function add(path: string, stats: Stats): void {
    if (stats.isDirectory()) folders.push(resolve(path));
    else if (stats.isFile()) files.push(resolve(path));
    else streams.push({ key: path, open: () => fileChunks(path) });
  }
  if (problems.length > 0) throw new UserError(listed(problems));
  for (const folder of folders) {
    checkFolders(folder, lake);
    if (await isLake(folder))
      throw new UserError(
        `${folder}: that is a lake; ingest the logs that it was made of, or their copies in ${join(folder, "raw")}`,
      );
  }
  for (const file of files) checkFile(file, lake);
  return { folders: [...separate(folders), ...(await groupFiles(files, folders, lake))], streams };
}

function standardInput(): UnnamedFile {
  if (process.stdin.isTTY)
    throw new UserError('standard input ("-") is the terminal; pipe a log into the command');
  return { key: "standard input", open: () => process.stdin };
}

function listed(problems: readonly string[]): string {
  const more = problems.length - MAX_NAMED;
  return [...problems.slice(0, MAX_NAMED), ...(more > 0 ? [`and ${more} more`] : [])].join("\n");
}

function checkFile(file: string, lake: LakeLayout): void {
  if (isBelow(realPath(file), realPath(lake.root)))
    throw new UserError(`${file}: the file is in the lake ${lake.root}; enter a file with logs`);
}

/** Folders that are not in another one of them. */
const separate = (folders: readonly string[]): InputFolder[] =>
  [...new Set(folders)]
    .filter((folder) => !folders.some((other) => other !== folder && isBelow(folder, other)))
    .map((directory) => ({ directory }));

/**
 * Files by the folder that gives them their keys: one that the lake knows, so that a file is the same as when its folder
 * was ingested; else the folder that they are in.
 */
async function groupFiles(
  files: readonly string[],
  folders: readonly string[],
  lake: LakeLayout,
): Promise<InputFolder[]> {
  const known = [...(await knownFolders(lake))].sort((a, b) => b.length - a.length);
  const groups = new Map<string, Set<string>>();
  for (const file of files) {
    if (folders.some((folder) => isBelow(file, folder))) continue;
    const path = join(realpathSync.native(dirname(file)), basename(file));
    const directory = known.find((folder) => isBelow(path, folder)) ?? dirname(path);
    const key = relative(directory, path).split(sep).join("/");
    const group = groups.get(directory);
    if (group) group.add(key);
    else groups.set(directory, new Set([key]));
  }
  return [...groups].map(([directory, keys]) => ({ directory, keys: [...keys] }));
}
