import { createHash } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Partition, rawPrefixOf } from "../formats/partition-layout";
import type { FileRecord, RawFile } from "./file-records";
import type { LakeLayout } from "./layout";
import type { WrittenRows } from "./parquet/row-groups";
import type { FileOutcome } from "./spool-files";
import type { SpoolPool } from "./spool-pool";
import { ID_DIGITS } from "./typed-files";

/** Files of one partition, for one commit. */
export interface FileBatch {
  readonly partition: Partition;
  readonly files: readonly RawFile[];
  /** Path of the Parquet file that holds lines of all of these files; `undefined` if none of them has lines. */
  readonly parquet: string | undefined;
  /** File with lines in that Parquet file that the only file of the batch begins with, and takes the place of. */
  readonly continued?: RawFile;
}

/** The rows of a batch's files, in a Parquet file that lacks its footer. */
export interface SpooledBatch {
  readonly parquet: string | undefined;
  /** Id of the commit: the same files give the same id. */
  readonly id: string;
  /** Folder of only this batch, deleted after the commit. */
  readonly folder: string;
  readonly typed: TypedRows;
  readonly files: readonly SpooledFile[];
}

/** Rows in the row groups of a Parquet file, which lacks its footer. */
export interface TypedRows {
  readonly file: string;
  readonly written: WrittenRows;
}

export interface SpooledFile {
  readonly file: RawFile;
  readonly outcome: FileOutcome;
}

/** Most compressed text of one commit, so that its disk space and time stay bounded. */
const BATCH_BYTES = 32 << 20;
const BATCH_FILES = 1000;

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
 * Writes the rows of a batch's files into a separate folder. A file that cannot be read does not stop the others.
 *
 * @throws Error if the disk is full
 */
export async function spoolBatch(pool: SpoolPool, lake: LakeLayout, batch: FileBatch): Promise<SpooledBatch> {
  const { partition, files, parquet } = batch;
  const prefix = rawPrefixOf(partition);
  const id = idOf(files.map(({ name }) => prefix + name).join("\n"));
  const folder = join(lake.workFolder, id);
  await mkdir(folder, { recursive: true });
  try {
    const { outcomes, typed } = await spool(pool, lake, partition, folder, files);
    const spooled = files.map((file, index) => ({ file, outcome: outcomes[index] as FileOutcome }));
    return { parquet, id, folder, typed, files: spooled };
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
}

/**
 * Writes only the rows of some files of a batch.
 *
 * @throws Error if the disk is full, or if a file is not what it was
 */
export async function spoolAgain(
  pool: SpoolPool,
  lake: LakeLayout,
  partition: Partition,
  { folder }: SpooledBatch,
  records: readonly FileRecord[],
): Promise<TypedRows> {
  const files = records.filter(({ isDuplicate }) => !isDuplicate);
  const { outcomes, typed } = await spool(pool, lake, partition, folder, files);
  for (const [index, { name, hash }] of files.entries()) {
    const outcome = outcomes[index];
    if (outcome?.kind !== "spooled" || outcome.hash !== hash) {
      throw new Error(`${rawPrefixOf(partition)}${name}: the file changed while it was read`);
    }
  }
  return typed;
}

async function spool(
  pool: SpoolPool,
  lake: LakeLayout,
  partition: Partition,
  folder: string,
  files: readonly RawFile[],
): Promise<{ readonly outcomes: readonly FileOutcome[]; readonly typed: TypedRows }> {
  const prefix = rawPrefixOf(partition);
  const file = join(folder, "rows");
  const { outcomes, written } = await pool.spool({
    table: partition.table,
    folder: join(lake.root, prefix),
    names: files.map(({ name }) => name),
    target: { file, prefix },
  });
  return { outcomes, typed: { file, written } };
}

/** Name of a commit. */
export const idOf = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, ID_DIGITS);

/** Deletes a batch that was committed, or was not. */
export const discard = ({ folder }: SpooledBatch): Promise<void> => rm(folder, { recursive: true });
