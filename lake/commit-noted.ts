import pLimit, { type LimitFunction } from "p-limit";
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
import type { MostlyUnparsed } from "./mostly-unparsed";
import { type CommitTools, PartitionCommit, type PartitionOutcome } from "./partition-commit";
import type { LostObject } from "./skipped";
import type { FileBatch } from "./spooled-batch";
import { isStorageFull } from "./storage-full";
import { WaitingStates } from "./waiting-states";
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
  /** Keys of the files that were added although the table has other lines of a log with their name. */
  readonly differing: readonly string[];
  /** Logs under names of AWS of which most lines are in no row. */
  readonly mostlyUnparsed: readonly MostlyUnparsed[];
  readonly lost: readonly LostObject[];
}

/** Progress, in partitions. */
export interface CommitProgress {
  readonly phase: "commit";
  readonly done: number;
  readonly total: number;
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
export const commitNoted = (
  store: ObjectStore,
  lake: LakeLayout,
  writer: LakeWriter,
  privacy: PrivacyRule | undefined,
  onProgress: (progress: CommitProgress) => void,
): Promise<CommittedAll> => new NotedCommits({ ...writer, store, lake, privacy }, onProgress).end();

/** The same for partitions whose files are all noted while files of others are not yet. */
export class NotedCommits {
  private readonly counts = {
    rows: {} as Record<string, number>,
    unparsed: {} as Record<string, number>,
    elsewhere: {} as Record<string, number>,
    partitions: {} as Record<string, number>,
    changed: 0,
    duplicates: 0,
  };
  private readonly differing = new Set<string>();
  private readonly mostlyUnparsed: MostlyUnparsed[] = [];
  /** By their keys: a partition that gets more files later is committed twice. */
  private readonly lost = new Map<string, LostObject>();
  private readonly lostFiles = new Map<string, NotedFile>();
  /** Partitions whose typed table cannot be read, by their paths. */
  private readonly unreadable = new Set<string>();
  private readonly failed = new Map<string, Partition>();
  /** The last commit of each partition, by its path: it never rejects. */
  private readonly started = new Map<string, Promise<void>>();
  /** Those of them that got more files since. */
  private readonly changed = new Set<string>();
  private readonly states: WaitingStates;
  private failure: { readonly error: unknown } | undefined;
  /** Each commit uses one thread, and while it is synced to the disk, another commit has it. */
  private readonly commits: LimitFunction;
  private readonly partitionsAtOnce: LimitFunction;
  private done = 0;
  private isMoved = false;

  constructor(
    private readonly tools: CommitTools,
    private readonly onProgress: (progress: CommitProgress) => void,
  ) {
    this.states = new WaitingStates(tools.engine, tools.lake);
    this.commits = pLimit(tools.pool.size + 1);
    this.partitionsAtOnce = pLimit(tools.pool.size + 1);
  }

  /** Commits a partition as soon as a thread is free; `end` learns of a failure. */
  start(partition: Partition): void {
    const path = partitionPath(partition);
    const earlier = this.started.get(path);
    if (!earlier) {
      add(this.counts.partitions, partition.table, 1);
      add(this.counts.rows, partition.table, 0);
      add(this.counts.unparsed, partition.table, 0);
    }
    this.changed.delete(path);
    this.started.set(path, this.startAfter(earlier, partition));
  }

  private async startAfter(earlier: Promise<void> | undefined, partition: Partition): Promise<void> {
    await earlier;
    this.states.add(partition);
    await this.partitionsAtOnce(async () => {
      if (this.failure) return;
      try {
        await this.commitPartition(partition);
      } catch (error) {
        this.failure ??= { error };
      }
    });
  }

  /** A partition got more files: if it was committed, it must be again. */
  change(partition: Partition): void {
    this.changed.add(partitionPath(partition));
  }

  /** Commits everything else that is noted, after all files are. */
  async end(): Promise<CommittedAll> {
    const { store, lake } = this.tools;
    const ports = { store, clock: systemClock };
    await replaceMarkers(ports, LAKE_BUCKET, () => undefined);
    const tables = Object.values(FORMATS).map(({ table }) => ({ table }));
    const notes = await allNotes(store, LAKE_BUCKET, tables);
    const partitions = partitionsOf(notes.flatMap(({ files }) => files)).sort((a, b) => a.hour - b.hour);
    await folderPartitionCatalog(lake.root).add(partitions);
    this.isMoved = true;
    for (const partition of partitions) {
      const path = partitionPath(partition);
      if (!this.started.has(path) || this.changed.has(path)) this.start(partition);
    }
    await this.settled();
    if (this.failure) throw this.failure.error;
    // With nothing else running, a batch that fails again fails because of one of its files.
    for (const partition of this.failed.values()) await this.findCulprits(partition);
    await noteArrivals(ports, LAKE_BUCKET, this.stillNoted(notes));
    await store.deleteAll(
      LAKE_BUCKET,
      notes.map(({ key }) => key),
    );
    const { counts, mostlyUnparsed } = this;
    return { ...counts, differing: [...this.differing], mostlyUnparsed, lost: [...this.lost.values()] };
  }

  /** Starts no other commit, and waits for those that run: no work continues in the background. */
  async stop(): Promise<void> {
    this.failure ??= { error: new Error("the commits were stopped") };
    await this.settled();
  }

  private async settled(): Promise<void> {
    await Promise.all(this.started.values());
  }

  private async commitPartition(partition: Partition): Promise<void> {
    const { commits } = this;
    const hasFailed = await this.attempt(partition, (batches, commit) =>
      forEachAtOnce(batches, commits.concurrency, (batch) => commits(commit, batch)),
    );
    if (hasFailed) this.failed.set(partitionPath(partition), partition);
    this.done++;
    if (this.isMoved) this.onProgress({ phase: "commit", done: this.done, total: this.started.size });
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
    for (const batch of await opened.laterBatches()) await run(commit, [batch]);
    return opened.end();
  }

  private async open(partition: Partition): Promise<PartitionCommit | undefined> {
    try {
      return new PartitionCommit(this.tools, partition, await this.states.take(partition));
    } catch (error) {
      this.unreadable.add(partitionPath(partition));
      this.addLost(failedFile(rawPrefixOf(partition), error));
      return undefined;
    }
  }

  private count(partition: Partition, outcome: PartitionOutcome): void {
    const { counts } = this;
    add(counts.rows, partition.table, outcome.rows);
    add(counts.unparsed, partition.table, outcome.unparsed);
    if (outcome.elsewhere > 0) add(counts.elsewhere, partition.table, outcome.elsewhere);
    counts.changed += outcome.changed;
    counts.duplicates += outcome.duplicates;
    for (const key of outcome.differing) this.differing.add(key);
    this.mostlyUnparsed.push(...outcome.mostlyUnparsed);
    for (const lost of outcome.lost) {
      this.addLost(lost);
      this.lostFiles.set(lost.key, { kind: "moved", key: lost.key, partition });
    }
  }

  private addLost(lost: LostObject): void {
    this.lost.set(lost.key, lost);
  }

  /** Files to commit again in the next run. */
  private stillNoted(notes: readonly ArrivalNote[]): NotedFile[] {
    const ofUnreadable =
      this.unreadable.size === 0
        ? []
        : notes.flatMap(({ files }) =>
            files.filter(({ partition }) => this.unreadable.has(partitionPath(partition))),
          );
    return [...this.lostFiles.values(), ...ofUnreadable];
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
