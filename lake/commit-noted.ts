import pLimit from "p-limit";
import { FORMATS } from "../formats";
import { type Partition, partitionPath, rawPrefixOf } from "../formats/partition-layout";
import type { PrivacyRule } from "../formats/privacy";
import {
  type ArrivalNote,
  allNotes,
  type NotedFile,
  noteArrivals,
  partitionsOf,
  replaceMarkers,
} from "../handlers/core/arrival-notes";
import { messageOf } from "../handlers/core/errors";
import { type ObjectStore, systemClock } from "../handlers/core/ports";
import { folderPartitionCatalog } from "./folder-partition-catalog";
import { forEachAtOnce } from "./for-each-at-once";
import { LAKE_BUCKET, type LakeLayout } from "./layout";
import { type CommitTools, PartitionCommit, type PartitionOutcome } from "./partition-commit";
import type { LostObject } from "./skipped";
import type { FileBatch } from "./spooled-batch";
import { isStorageFull } from "./storage-full";
import type { LakeWriter } from "./writer";

/** Rows added to the typed tables, by table. */
export interface CommittedAll {
  readonly rows: Record<string, number>;
  readonly unparsed: Record<string, number>;
  /** Rows whose times are far from the hour of their file, by table; tables without such rows are left out. */
  readonly elsewhere: Record<string, number>;
  readonly partitions: Record<string, number>;
  /** Files whose earlier rows were replaced, because their content changed. */
  readonly changed: number;
  /** Files whose content was in the lake under another name. */
  readonly duplicates: number;
  readonly lost: readonly LostObject[];
}

/**
 * Commits the noted files to the typed tables. Call it only under the lake's lock.
 *
 * One file or Parquet file that cannot be read does not stop the others: it is reported, and stays noted until an
 * intact copy arrives, so that every run tries and reports it again.
 *
 * @param privacy personal data that the rows must not hold
 * @throws Error if the disk is full
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
  const run = new CommitRun({ ...writer, store, lake, privacy }, partitions);
  await run.commitAll(onProgress);
  await noteArrivals(ports, LAKE_BUCKET, run.stillNoted(notes));
  await store.deleteAll(
    LAKE_BUCKET,
    notes.map(({ key }) => key),
  );
  return run.result;
}

/** Progress, in partitions. */
export interface CommitProgress {
  readonly phase: "commit";
  readonly done: number;
  readonly total: number;
}

class CommitRun {
  readonly result = {
    rows: {} as Record<string, number>,
    unparsed: {} as Record<string, number>,
    elsewhere: {} as Record<string, number>,
    partitions: {} as Record<string, number>,
    changed: 0,
    duplicates: 0,
    lost: [] as LostObject[],
  };
  /** Partitions whose typed table cannot be read, by their paths. */
  private readonly unreadable = new Set<string>();
  private readonly lostFiles: NotedFile[] = [];

  constructor(
    private readonly tools: CommitTools,
    private readonly partitions: readonly Partition[],
  ) {
    for (const { table } of partitions) {
      add(this.result.partitions, table, 1);
      add(this.result.rows, table, 0);
      add(this.result.unparsed, table, 0);
    }
  }

  async commitAll(onProgress: (progress: CommitProgress) => void): Promise<void> {
    // Each commit uses one thread, and while it is synced to the disk, another commit has it.
    const commits = pLimit(this.tools.pool.size + 1);
    const failed: Partition[] = [];
    let done = 0;
    await forEachAtOnce(this.partitions, commits.concurrency, async (partition) => {
      const hasFailed = await this.attempt(partition, (batches, commit) =>
        forEachAtOnce(batches, commits.concurrency, (batch) => commits(commit, batch)),
      );
      if (hasFailed) failed.push(partition);
      onProgress({ phase: "commit", done: ++done, total: this.partitions.length });
    });
    // With nothing else running, a batch that fails again fails because of one of its files.
    for (const partition of failed) await this.findCulprits(partition);
  }

  /** @returns true if a batch failed: the files that are not committed must be tried again */
  private async attempt(partition: Partition, run: RunBatches): Promise<boolean> {
    let hasFailed = false;
    const outcome = await this.commit(partition, async (commit, batches) => {
      await run(batches, (batch) =>
        commit(batch).catch((error: unknown) => {
          if (isStorageFull(error)) throw error;
          hasFailed = true;
        }),
      );
    });
    if (outcome) this.count(partition, hasFailed ? { ...outcome, lost: [] } : outcome);
    return hasFailed;
  }

  private async findCulprits(partition: Partition): Promise<void> {
    const culprits: LostObject[] = [];
    const outcome = await this.commit(partition, async (commit, batches) => {
      for (const batch of batches) await commitHalves(batch, commit, (culprit) => culprits.push(culprit));
    });
    if (outcome) this.count(partition, { ...outcome, lost: [...outcome.lost, ...culprits] });
  }

  private async commit(
    partition: Partition,
    run: (commit: CommitBatch, batches: readonly FileBatch[]) => Promise<void>,
  ): Promise<PartitionOutcome | undefined> {
    const opened = await this.open(partition);
    if (!opened) return undefined;
    const { rewriting, adding } = await opened.batches();
    const commit = (batch: FileBatch) => opened.commit(batch);
    for (const batch of rewriting) await run(commit, [batch]);
    await run(commit, adding);
    return opened.end();
  }

  private async open(partition: Partition): Promise<PartitionCommit | undefined> {
    try {
      return await PartitionCommit.open(this.tools, partition);
    } catch (error) {
      this.unreadable.add(partitionPath(partition));
      this.result.lost.push(failedFile(rawPrefixOf(partition), error));
      return undefined;
    }
  }

  private count(partition: Partition, outcome: PartitionOutcome): void {
    const { result } = this;
    add(result.rows, partition.table, outcome.rows);
    add(result.unparsed, partition.table, outcome.unparsed);
    if (outcome.elsewhere > 0) add(result.elsewhere, partition.table, outcome.elsewhere);
    result.changed += outcome.changed;
    result.duplicates += outcome.duplicates;
    result.lost.push(...outcome.lost);
    this.lostFiles.push(...outcome.lost.map(({ key }) => ({ kind: "moved" as const, key, partition })));
  }

  /** Files to commit again in the next run. */
  stillNoted(notes: readonly ArrivalNote[]): NotedFile[] {
    const ofUnreadable =
      this.unreadable.size === 0
        ? []
        : notes.flatMap(({ files }) =>
            files.filter(({ partition }) => this.unreadable.has(partitionPath(partition))),
          );
    return [...this.lostFiles, ...ofUnreadable];
  }
}

type CommitBatch = (batch: FileBatch) => Promise<void>;
type RunBatches = (batches: readonly FileBatch[], commit: CommitBatch) => Promise<void>;

/** Commits a batch, or if it fails, its halves, until only the files remain that cannot be committed. */
async function commitHalves(
  batch: FileBatch,
  commit: CommitBatch,
  onCulprit: (culprit: LostObject) => void,
): Promise<void> {
  try {
    return await commit(batch);
  } catch (error) {
    if (isStorageFull(error)) throw error;
    const { files, partition } = batch;
    const [file] = files;
    if (file && files.length === 1) return onCulprit(failedFile(rawPrefixOf(partition) + file.name, error));
  }
  const middle = batch.files.length >> 1;
  for (const files of [batch.files.slice(0, middle), batch.files.slice(middle)]) {
    await commitHalves({ ...batch, files }, commit, onCulprit);
  }
}

const failedFile = (key: string, error: unknown): LostObject => ({
  key,
  reason: "failed-file",
  detail: messageOf(error),
});

const add = (counts: Record<string, number>, name: string, count: number): void => {
  counts[name] = (counts[name] ?? 0) + count;
};
