import { realpathSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import * as z from "zod/mini";
import { isRecord, jsonOf } from "../handlers/core/json";
import { UserError } from "../terminal/user-error";
import { exists } from "./exists";
import { LAKE_BUCKET, type LakeLayout } from "./layout";
import { requireFile } from "./own-files";
import { writeWhole } from "./write-whole";

/**
 * Real paths of the folders that a lake got its logs from, by their bucket names. A map, because a folder may have every
 * name, also one that an object of JavaScript has.
 */
type Names = ReadonlyMap<string, string>;
const pathsSchema = z.array(z.tuple([z.string(), z.string()]));

/**
 * The bucket name of a folder: a file's key below `raw/` depends on it. It is the name of the folder, unless
 * another folder, which still exists, has that name in this lake: their files must not replace each other.
 */
export async function bucketNameOf(lake: LakeLayout, directory: string): Promise<string> {
  const names = await readNames(lake);
  const path = realpathSync.native(directory);
  const [known] = [...names].find(([, other]) => other === path) ?? [];
  if (known !== undefined) return known;
  for (let number = 1; ; number++) {
    const name = numbered(basename(directory), number);
    const other = names.get(name);
    // A folder that was moved, or is mounted elsewhere, keeps its name.
    if (other === undefined || !(await exists(other))) return name;
  }
}

/** Real paths of the folders that the lake got logs from. */
export const knownFolders = async (lake: LakeLayout): Promise<readonly string[]> => [
  ...(await readNames(lake)).values(),
];

/** Stores the bucket name of a folder. Call it only under the lake's lock. */
export async function keepBucketName(lake: LakeLayout, name: string, directory: string): Promise<void> {
  const names = await readNames(lake);
  const path = realpathSync.native(directory);
  if (names.get(name) === path) return;
  const all = Object.fromEntries([...names, [name, path]]);
  await writeWhole(lake.bucketsFile, `${JSON.stringify(all, null, 2)}\n`);
}

/** No folder has a slash in its name. A folder with the name of the lake's bucket must not be confused with it. */
const numbered = (folder: string, number: number): string => {
  const first = folder === LAKE_BUCKET ? `${folder}/` : folder;
  return number === 1 ? first : `${folder}/${number}`;
};

/** @throws UserError if the file is invalid: without the names, folders could replace each other's files */
async function readNames({ bucketsFile }: LakeLayout): Promise<Names> {
  if (!(await exists(bucketsFile))) return new Map();
  requireFile(bucketsFile);
  const names = jsonOf(await readFile(bucketsFile, "utf8"));
  const paths = isRecord(names) ? z.safeParse(pathsSchema, Object.entries(names)).data : undefined;
  if (paths) return new Map(paths);
  throw new UserError(
    `${bucketsFile}: expected an object with the path of each folder; restore the file, or delete it if all logs of the lake come from one folder`,
  );
}
