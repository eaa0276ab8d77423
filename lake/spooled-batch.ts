import { createHash } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import pLimit from "p-limit";
import { type Partition, rawPrefixOf } from "../formats/partition-layout";
import { messageOf } from "../handlers/core/errors";
import type { RawFile } from "./file-records";
import type { LakeLayout } from "./layout";
import type { SpareFiles } from "./spare-files";
import type { Spooled } from "./spool";
import type { SpoolPool } from "./spool-pool";
import { isStorageFull } from "./storage-full";
import { ID_DIGITS } from "./typed-files";

/** Files of one partition, for one commit. */
export interface FileBatch {
  readonly partition: Partition;
  readonly files: readonly RawFile[];
  /** Path of the Parquet file that holds lines of all of these files; `undefined` if none of them has lines. */
  readonly parquet: string | undefined;
}

/** A batch as text that DuckDB can read. */
export interface SpooledBatch {
  readonly parquet: string | undefined;
  /** Id of the commit: the same files give the same id. */
  readonly id: string;
  /** Folder of only this batch, deleted after the commit. */
  readonly folder: string;
  /** Folder with one text per file, under the file's name. */
  readonly texts: string;
  readonly files: readonly SpooledFile[];
}

export interface SpooledFile {
  readonly file: RawFile;
  readonly outcome: Spooled | { readonly kind: "failed"; readonly reason: string };
}

/** Most compressed text of one commit, so that its disk space and time stay bounded. */
const BATCH_BYTES = 32 << 20;
/** DuckDB needs some kilobytes for each file that it reads. */
const BATCH_FILES = 1000;
const FILES_AT_ONCE = 4;

/** Splits files of a partition into commits. */
export function batchesOf(
  partition: Partition,
  files: readonly RawFile[],
  parquet: string | undefined,
): FileBatch[] {
  const batches: FileBatch[] = [];
  let batch: RawFile[] = [];
  let bytes = 0;
  const flush = () => {
    if (batch.length > 0) batches.push({ partition, files: batch, parquet });
    [batch, bytes] = [[], 0];
  };
  for (const file of files) {
    if (bytes + file.size > BATCH_BYTES || batch.length === BATCH_FILES) flush();
    batch.push(file);
    bytes += file.size;
  }
  flush();
  return batches;
}

/**
 * Writes the text of a batch's files into a separate folder. A file that cannot be read does not stop the others.
 *
 * @throws Error if the disk is full
 */
export async function spoolBatch(
  pool: SpoolPool,
  spares: SpareFiles,
  lake: LakeLayout,
  { partition, files, parquet }: FileBatch,
): Promise<SpooledBatch> {
  const prefix = rawPrefixOf(partition);
  const id = idOf(files.map(({ name }) => prefix + name).join("\n"));
  const folder = join(lake.workFolder, id);
  const texts = join(folder, "texts");
  await mkdir(texts, { recursive: true });
  let storageError: unknown;
  const spooled = await pLimit(FILES_AT_ONCE).map(files, async (file): Promise<SpooledFile> => {
    const text = join(texts, file.name);
    spares.putAt(text);
    try {
      const outcome = await pool.spool(partition.table, join(lake.root, prefix, file.name), text);
      if (outcome.kind === "corrupt") await rm(text);
      return { file, outcome };
    } catch (error) {
      if (isStorageFull(error)) storageError ??= error;
      await rm(text, { force: true });
      return { file, outcome: { kind: "failed", reason: messageOf(error) } };
    }
  });
  const result = { parquet, id, folder, texts, files: spooled };
  if (storageError === undefined) return result;
  await discard(result, spares);
  throw storageError;
}

/** Name of a commit. */
export const idOf = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, ID_DIGITS);

/** Deletes a batch; its files are spare from now on. */
export async function discard({ texts, folder }: SpooledBatch, spares: SpareFiles): Promise<void> {
  spares.takeFrom(texts);
  await rm(folder, { recursive: true });
}
