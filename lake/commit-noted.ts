import pLimit, { type LimitFunction } from "p-limit";
import { FORMATS } from "../formats";
import type { SkipReason } from "../formats/object-kind";
import type { Partition } from "../formats/partition-layout";
import type { PrivacyRule } from "../formats/privacy";
import {
  allNotes,
  type NotedFile,
  noteArrivals,
  partitionsOf,
  replaceMarkers,
} from "../handlers/core/arrival-notes";
import { type ObjectStore, systemClock } from "../handlers/core/ports";
import { commitBatch } from "./commit";
import { folderPartitionCatalog } from "./folder-partition-catalog";
import { forEachAtOnce } from "./for-each-at-once";
import { LAKE_BUCKET, type LakeLayout } from "./layout";
import { discard, type FileBatch, newFiles, spoolBatch } from "./spooled-batch";
import type { LakeWriter } from "./writer";

/**
 * Why a file did not become rows, in addition to the reasons of the move.
 *
 * - `corrupt-file`: it was moved, but cannot be read to its end, so none of its rows are in the typed table
 * - `unreadable-file`: the file system refused to read or copy it, or it is not a regular file; it is where it was
 */
export type IngestSkipReason = SkipReason | "corrupt-file" | "unreadable-file";

/** An object that did not become rows. */
export interface SkippedObject {
  readonly key: string;
  readonly reason: IngestSkipReason;
  readonly detail?: string;
}

/** Rows added to the typed tables, by table. */
export interface CommittedAll {
  readonly rows: Record<string, number>;
  readonly unparsed: Record<string, number>;
  readonly partitions: Record<string, number>;
  readonly skipped: SkippedObject[];
}

/**
 * Commits the noted files to the typed tables. Call it only under the lake's lock.
 *
 * @param privacy personal data that the rows must not hold
 */
export async function commitNoted(
  store: ObjectStore,
  lake: LakeLayout,
  writer: LakeWriter,
  privacy: PrivacyRule | undefined,
  onProgress: (progress: CommitProgress) => void,
): Promise<CommittedAll> {
  const ports = { store, clock: systemClock };
  await replaceMarkers(ports, LAKE_BUCKET, () => undefined);
  const tables = Object.values(FORMATS).map(({ table }) => ({ table }));
  const notes = await allNotes(store, LAKE_BUCKET, tables);
  const partitions = partitionsOf(notes.flatMap(({ files }) => files)).sort((a, b) => a.hour - b.hour);
  await folderPartitionCatalog(lake.root).add(partitions);
  // Each commit uses one thread. More commits would need more memory and wait for each other.
  const commits = pLimit(writer.pool.size);
  const work: Work = {
    ...writer,
    store,
    lake,
    privacy,
    commits,
    result: emptyResult(partitions),
    corrupt: [],
  };
  let done = 0;
  await forEachAtOnce(partitions, commits.concurrency, async (partition) => {
    await commitPartition(work, partition);
    onProgress({ phase: "commit", done: ++done, total: partitions.length });
  });
  // A corrupt file stays noted until a complete copy arrives, so that every run tries and reports it again.
  await noteArrivals(ports, LAKE_BUCKET, work.corrupt);
  await store.deleteAll(
    LAKE_BUCKET,
    notes.map(({ key }) => key),
  );
  return work.result;
}

interface Work extends LakeWriter {
  readonly store: ObjectStore;
  readonly lake: LakeLayout;
  readonly privacy: PrivacyRule | undefined;
  readonly commits: LimitFunction;
  readonly result: CommittedAll;
  readonly corrupt: NotedFile[];
}

function emptyResult(partitions: readonly Partition[]): CommittedAll {
  const result = { rows: {}, unparsed: {}, partitions: {}, skipped: [] };
  for (const { table } of partitions) {
    add(result.partitions, table, 1);
    add(result.rows, table, 0);
    add(result.unparsed, table, 0);
  }
  return result;
}

async function commitPartition(work: Work, partition: Partition): Promise<void> {
  const { engine, store, lake, commits } = work;
  const batches: FileBatch[] = [];
  for await (const batch of newFiles(engine, store, lake, partition)) batches.push(batch);
  await forEachAtOnce(batches, commits.concurrency, (batch) => commits(commitFiles, work, batch));
}

async function commitFiles(
  { engine, pool, spares, lake, privacy, result, corrupt }: Work,
  files: FileBatch,
): Promise<void> {
  const { partition } = files;
  const batch = await spoolBatch(pool, spares, lake, files);
  try {
    const { rows, unparsed } = await commitBatch(engine, lake, batch, privacy);
    add(result.rows, partition.table, rows);
    add(result.unparsed, partition.table, unparsed);
  } finally {
    await discard(batch, spares);
  }
  for (const [key, detail] of batch.corrupt) {
    result.skipped.push({ key, reason: "corrupt-file", detail });
    corrupt.push({ kind: "moved", key, partition });
  }
}

/** Progress, in partitions. */
export interface CommitProgress {
  readonly phase: "commit";
  readonly done: number;
  readonly total: number;
}

const add = (counts: Record<string, number>, name: string, count: number): void => {
  counts[name] = (counts[name] ?? 0) + count;
};
