import pLimit, { type LimitFunction } from "p-limit";
import type { SkipReason } from "../formats/object-kind";
import type { PrivacyRule } from "../formats/privacy";
import type { ObjectStore } from "../handlers/core/ports";
import { type TouchedPartition, touchedPartitions } from "../handlers/core/touched-partitions";
import { folderPartitionCatalog } from "./folder-partition-catalog";
import { forEachAtOnce } from "./for-each-at-once";
import { commitBatch } from "./lake-commit";
import { LAKE_BUCKET, type LakeLayout } from "./lake-layout";
import type { LakeWriter } from "./lake-writer";
import { discard, type FileBatch, newFiles, spoolBatch } from "./spooled-batch";

/**
 * Why a file did not become rows, beside the reasons of the move.
 *
 * - `corrupt-file`: it was moved, but cannot be read to its end, so nothing of it is in the typed table
 * - `unreadable-file`: the file system refused to copy it; it is where it was
 */
export type IngestSkipReason = SkipReason | "corrupt-file" | "unreadable-file";

/** An object that did not become rows. */
export interface SkippedObject {
  readonly key: string;
  readonly reason: IngestSkipReason;
  readonly detail?: string;
}

/** What was added to the typed tables, by table. */
export interface CommittedAll {
  readonly rows: Record<string, number>;
  readonly unparsed: Record<string, number>;
  readonly partitions: Record<string, number>;
  readonly skipped: SkippedObject[];
}

/**
 * Brings the typed table of every touched partition up to date. Only under the lake's lock.
 *
 * @param privacy what the rows must not tell
 */
export async function commitTouched(
  store: ObjectStore,
  lake: LakeLayout,
  writer: LakeWriter,
  privacy: PrivacyRule | undefined,
  onProgress: (progress: CommitProgress) => void,
): Promise<CommittedAll> {
  const touched: TouchedPartition[] = [];
  for await (const item of touchedPartitions(store, LAKE_BUCKET, () => undefined)) touched.push(item);
  await folderPartitionCatalog(lake.root).add(touched.map(({ partition }) => partition));
  // Each computes in one thread. More would need more memory, and wait for each other.
  const commits = pLimit(writer.pool.size);
  const work: Work = { ...writer, store, lake, privacy, commits, result: emptyResult(touched) };
  let done = 0;
  await forEachAtOnce(touched, commits.concurrency, async (item) => {
    await commitPartition(work, item);
    onProgress({ phase: "commit", done: ++done, total: touched.length });
  });
  return work.result;
}

interface Work extends LakeWriter {
  readonly store: ObjectStore;
  readonly lake: LakeLayout;
  readonly privacy: PrivacyRule | undefined;
  readonly commits: LimitFunction;
  readonly result: CommittedAll;
}

function emptyResult(touched: readonly TouchedPartition[]): CommittedAll {
  const result = { rows: {}, unparsed: {}, partitions: {}, skipped: [] };
  for (const { partition } of touched) {
    add(result.partitions, partition.table, 1);
    add(result.rows, partition.table, 0);
    add(result.unparsed, partition.table, 0);
  }
  return result;
}

async function commitPartition(work: Work, { partition, markerKey, etag }: TouchedPartition): Promise<void> {
  const { engine, store, lake, commits } = work;
  const batches: FileBatch[] = [];
  for await (const batch of newFiles(engine, store, lake, partition)) batches.push(batch);
  let isWhole = true;
  await forEachAtOnce(batches, commits.concurrency, async (batch) => {
    const isBatchWhole = await commits(commitFiles, work, batch);
    isWhole &&= isBatchWhole;
  });
  // The marker stays while a file waits for a whole copy, so that every run tries and tells again.
  if (isWhole) await store.deleteIfUnchanged({ bucket: LAKE_BUCKET, key: markerKey }, etag);
}

/** @returns true if every file is in the typed table now */
async function commitFiles(
  { engine, pool, spares, lake, privacy, result }: Work,
  files: FileBatch,
): Promise<boolean> {
  const { table } = files.partition;
  const batch = await spoolBatch(pool, spares, lake, files);
  try {
    const { rows, unparsed } = await commitBatch(engine, lake, batch, privacy);
    add(result.rows, table, rows);
    add(result.unparsed, table, unparsed);
  } finally {
    await discard(batch, spares);
  }
  for (const [key, detail] of batch.corrupt) result.skipped.push({ key, reason: "corrupt-file", detail });
  return batch.corrupt.size === 0;
}

/** Partitions done. */
export interface CommitProgress {
  readonly phase: "commit";
  readonly done: number;
  readonly total: number;
}

const add = (counts: Record<string, number>, name: string, count: number): void => {
  counts[name] = (counts[name] ?? 0) + count;
};
