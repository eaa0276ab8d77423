import { mkdir, readdir, rm } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import type { LogFormat } from "../formats/log-format";
import { type Partition, partitionPath, RAW_PREFIX } from "../formats/partition-layout";
import { codeOf } from "../handlers/core/errors";
import { UserError } from "../terminal/user-error";
import { exists } from "./exists";
import { fileProblem } from "./file-problem";
import { TYPED_GLOB } from "./typed-files";

/** Bucket name of the lake's folder in the object store. */
export const LAKE_BUCKET = "lake";

const LOCK_FILE = ".lock.duckdb";

/** Folder of the typed tables. */
export const TYPED_PREFIX = "typed/";

/** Paths in a lake's folder. */
export interface LakeLayout {
  readonly root: string;
  /** Parquet files of one partition of a typed table. */
  readonly typedPartition: (partition: Partition) => string;
  /** Glob over every Parquet file of a typed table. */
  readonly typedFiles: (format: LogFormat) => string;
  /** Folder of unpublished files. It is on the same disk, so that publishing is a rename. */
  readonly workFolder: string;
  /** Database file that the only writer has open: the lock is the kernel's. */
  readonly lockFile: string;
  /** Describes the writer for people; left behind by a writer that failed or was killed. */
  readonly writerFile: string;
  /** One JSON line for each object that the last `ingest` skipped, with the reason. */
  readonly skippedFile: string;
  /** Bucket names of the folders that the logs came from. */
  readonly bucketsFile: string;
  /** Which objects of buckets were downloaded. */
  readonly downloadsFile: string;
  /** Which files were read by their lines, and where these are. */
  readonly readFilesFile: string;
  /** Keys below `raw/` of the files whose originals were deleted. */
  readonly deletedFile: string;
  /** The columns that all Parquet files of a table have. */
  readonly columnsFile: string;
  /** Privacy options of the rows. */
  readonly privacyFile: string;
  /** Secret of the hashes. */
  readonly saltFile: string;
}

/**
 * Characters that DuckDB reads as a pattern. DuckDB reads a backslash as a separator, even where it is part
 * of a name.
 */
const NOT_FOR_DUCKDB = [..."*?[]{}", ...(sep === "\\" ? [] : ["\\"])];

/** False if DuckDB would read the path as a pattern or as a different path. */
export const isLakePath = (folder: string): boolean =>
  !NOT_FOR_DUCKDB.some((character) => resolve(folder).includes(character));

/** @throws UserError if DuckDB would read the path as a pattern or as a different path */
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
    typedFiles: (format) => join(root, TYPED_PREFIX, format.table, ...TYPED_GLOB),
    workFolder: join(root, ".work"),
    lockFile: join(root, LOCK_FILE),
    writerFile: join(root, ".lock"),
    skippedFile: join(root, "skipped.jsonl"),
    bucketsFile: join(root, ".buckets.json"),
    downloadsFile: join(root, ".downloads.jsonl"),
    readFilesFile: join(root, ".read-files.jsonl"),
    deletedFile: join(root, ".deleted-originals"),
    columnsFile: join(root, ".columns.json"),
    privacyFile: join(root, "privacy.json"),
    saltFile: join(root, ".privacy-salt"),
  };
}

/** Names in every lake that an ingest was run on. */
const LAKE_NAMES: ReadonlySet<string> = new Set(["raw", "typed", "privacy.json", "skipped.jsonl"]);

/** True for a folder of other things. A new lake holds only its own hidden files. */
export const isForeignFolder = (names: readonly string[]): boolean =>
  !names.some((name) => LAKE_NAMES.has(name)) && names.some((name) => !name.startsWith("."));

/** True for the folder of a lake: only an ingest creates the file of its lock. */
export const isLake = async (folder: string): Promise<boolean> =>
  (await exists(join(folder, LOCK_FILE))) && (await exists(join(folder, RAW_PREFIX)));

/** @throws UserError if the lake does not exist, or if the folder is not a lake */
export async function existingLake(folder: string): Promise<LakeLayout> {
  const layout = lakeLayout(folder);
  if (!(await exists(layout.root))) {
    throw new UserError(
      `lake ${folder}: the folder does not exist; create the lake with "access-logs ingest PATH --lake ${folder}"`,
    );
  }
  if (!isForeignFolder(await namesIn(layout, folder))) return layout;
  throw new UserError(
    `lake ${folder}: the folder is not a lake; if it has logs, create a lake with "access-logs ingest ${folder} --lake ${PROPOSED_LAKE}"`,
  );
}

/** A lake that is proposed to be created: in a clone of this project, ./lake has sources. */
export const PROPOSED_LAKE = "../access-logs-lake";

/** @throws UserError if the folder has other things than a lake: they must not be mixed */
export async function requireNoOtherFolder(layout: LakeLayout): Promise<void> {
  if (!(await exists(layout.root)) || !isForeignFolder(await namesIn(layout, layout.root))) return;
  throw new UserError(
    `lake ${layout.root}: the folder has other files and is not a lake; name a new or empty folder with --lake, e.g. --lake ${PROPOSED_LAKE}`,
  );
}

/** @param folder the root as it was named */
const namesIn = ({ root }: LakeLayout, folder: string): Promise<string[]> =>
  readdir(root).catch((error: unknown) => {
    const problem =
      codeOf(error) === "ENOTDIR" ? "that is a file" : fileProblem("the folder cannot be read", error);
    throw new UserError(`lake ${folder}: ${problem}; enter the folder of a lake`, undefined, {
      cause: error,
    });
  });

/**
 * Creates the lake's folders and deletes incomplete files of an interrupted run. Call it only under the
 * lake's lock.
 */
export async function prepareLake({ workFolder }: LakeLayout): Promise<void> {
  await rm(workFolder, { recursive: true, force: true });
  await mkdir(workFolder, { recursive: true });
}
