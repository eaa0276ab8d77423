import { access, mkdir, rm } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import type { LogFormat } from "../formats/log-format";
import { type Partition, partitionPath } from "../formats/partition-layout";
import { UserError } from "../terminal/user-error";

/** Name under which the object store knows the lake's folder. */
export const LAKE_BUCKET = "lake";

/** Folder of the typed tables. */
export const TYPED_PREFIX = "typed/";

/** Where things lie in a lake's folder. */
export interface LakeLayout {
  readonly root: string;
  /** Parquet files of one partition of a typed table. */
  readonly typedPartition: (partition: Partition) => string;
  /** Glob over every Parquet file of a typed table. */
  readonly typedFiles: (format: LogFormat) => string;
  /** Files that are not published yet; on the same disk, so that publishing is a rename. */
  readonly workFolder: string;
  readonly lockFile: string;
  /** One JSON line for each object that the last `ingest` did not take, with its reason. */
  readonly skippedFile: string;
  /** What the rows must not tell; missing if they hold what was logged. */
  readonly privacyFile: string;
  /** Secret that hashes are made with. */
  readonly saltFile: string;
}

/** What DuckDB reads as a pattern; and a backslash as a separator, also where it is a part of a name. */
const NOT_FOR_DUCKDB = [..."*?[]{}", ...(sep === "\\" ? [] : ["\\"])];

/** False if DuckDB would read the path as a pattern, or as another path. */
export const isLakePath = (folder: string): boolean =>
  !NOT_FOR_DUCKDB.some((character) => resolve(folder).includes(character));

/** @throws UserError if DuckDB would read the path as a pattern, or as another path */
export function lakeLayout(folder: string): LakeLayout {
  const root = resolve(folder);
  if (!isLakePath(root)) {
    throw new UserError(
      `lake ${folder}: the path must not contain any of ${NOT_FOR_DUCKDB.join(" ")}, got ${root}; choose another folder`,
    );
  }
  return {
    root,
    typedPartition: (partition) => join(root, TYPED_PREFIX, partitionPath(partition)),
    typedFiles: (format) => join(root, TYPED_PREFIX, format.table, "**", "*.parquet"),
    workFolder: join(root, ".work"),
    lockFile: join(root, ".lock"),
    skippedFile: join(root, "skipped.jsonl"),
    privacyFile: join(root, "privacy.json"),
    saltFile: join(root, ".privacy-salt"),
  };
}

/** @throws UserError if there is no lake */
export async function existingLake(folder: string): Promise<LakeLayout> {
  const layout = lakeLayout(folder);
  try {
    await access(layout.root);
  } catch {
    throw new UserError(
      `lake ${folder}: the folder does not exist; create the lake with "access-logs ingest DIR --lake ${folder}"`,
    );
  }
  return layout;
}

/** Makes the lake's folders and clears what an interrupted run left half written. Only under the lake's lock. */
export async function prepareLake({ workFolder }: LakeLayout): Promise<void> {
  await rm(workFolder, { recursive: true, force: true });
  await mkdir(workFolder, { recursive: true });
}
