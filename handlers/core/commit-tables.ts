import { randomUUID } from "node:crypto";
import { partitionPath } from "../../formats/partition-layout";
import {
  type ArrivalNote,
  deliveredFolders,
  fileId,
  movedPartitions,
  partitionsOf,
  pathOf,
  readNotes,
  replaceMarkers,
} from "./arrival-notes";
import { CommitCounts } from "./commit-counts";
import { type CommitRecords, commitRecords, type PendingCommit } from "./commit-records";
import { type OperationError, PermanentError, QueryFailedError, RetryableError } from "./errors";
import { FailedCommits } from "./failed-commits";
import type { PartitionedTable } from "./partitioned-table";
import { committedFiles, type FileBatch, planCommits } from "./plan-commits";
import type { Clock, CountingEngine, Lake, ObjectStore, PartitionCatalog } from "./ports";
import type { RejectedFile } from "./rejected-files";

export interface CommitPorts {
  readonly store: ObjectStore;
  readonly catalog: PartitionCatalog;
  readonly engine: CountingEngine;
  readonly lake: Lake;
  readonly clock: Clock;
}

export interface CommitConfig {
  /** Bucket of the moved files, the arrival notes and the commit records. */
  readonly bucket: string;
  readonly tables: readonly PartitionedTable[];
  /** When the run must end. The next run waits for a query that is still running then. */
  readonly deadline: Date;
}

/** Results of one run for one table. */
export interface CommittedTable {
  readonly table: string;
  /** Partitions whose files this run committed. */
  readonly committed: number;
  /** Partitions with noted files that are left for the next run. */
  readonly waiting: number;
  readonly bytesScanned: number;
  /** Rows that the commits added, if the engine reports them. Only one run counts each row. */
  readonly rows: number;
  /** Unparsed lines of the commits that this run counted, also of earlier runs; `undefined` if it counted none. */
  readonly unparsed: number | undefined;
  /** Time until the slowest note was committed, or until now if it still waits. 0 without notes. */
  readonly secondsToLake: number;
  /** Rejected files. */
  readonly rejected: readonly Pick<RejectedFile, "key" | "reason">[];
  /** Failures of statements that the run could not resolve; a later run continues. */
  readonly failures: readonly OperationError[];
}

/** A commit does not start with less time left: most commits take a few seconds. */
const MIN_TIME_LEFT_MS = 20_000;
/** Notes that one pass reads: 200,000 files. */
const MAX_NOTES = 2000;

/**
 * Commits the files of arrival notes to the typed tables, oldest first. The failure of a table does not affect the
 * others.
 *
 * @param onUnknown called with the key of a note that cannot be parsed; the note is not changed
 * @param onCounted called with a table and the unparsed lines of one of its commits, see `CommitCounts`
 * @throws OperationError if the store fails, after the other tables are done
 */
export async function commitTables(
  ports: CommitPorts,
  config: CommitConfig,
  onUnknown: (key: string) => void,
  onCounted: (table: string, unparsed: number) => void,
): Promise<readonly CommittedTable[]> {
  await replaceMarkers(ports, config.bucket, onUnknown);
  const runs = config.tables.map((table) =>
    new TableCommit(ports, config, table, onUnknown, (unparsed) => onCounted(table.table, unparsed)).run(),
  );
  const outcomes = await Promise.allSettled(runs);
  return outcomes.map((outcome) => {
    if (outcome.status === "fulfilled") return outcome.value;
    throw outcome.reason;
  });
}

type Outcome =
  | { readonly kind: "committed" }
  /** The query is still running, and the time is over. */
  | { readonly kind: "running" }
  /** Another run has started a commit. */
  | { readonly kind: "overtaken" }
  | { readonly kind: "failed"; readonly error: QueryFailedError };

/** One run for one table. */
class TableCommit {
  private readonly records: CommitRecords;
  private readonly failed: FailedCommits;
  private readonly counts: CommitCounts;
  private notes: readonly ArrivalNote[] = [];
  /** Committed and rejected files, as `fileId` names them. */
  private readonly finished = new Set<string>();
  private committed = 0;
  private bytesScanned = 0;
  private rows = 0;
  private secondsToLake = 0;

  constructor(
    private readonly ports: CommitPorts,
    private readonly config: CommitConfig,
    private readonly table: PartitionedTable,
    private readonly onUnknown: (key: string) => void,
    onCounted: (unparsed: number) => void,
  ) {
    const ofTable = { ...config, table: table.table };
    this.records = commitRecords(ports.store, config.bucket, table.table);
    this.failed = new FailedCommits(ports, ofTable);
    this.counts = new CommitCounts({ ...ports, records: this.records }, ofTable, onCounted);
  }

  async run(): Promise<CommittedTable> {
    await this.commitNotes();
    await this.counts.count();
    return this.result();
  }

  private async commitNotes(): Promise<void> {
    for (;;) {
      const isFree = await this.finishPending();
      const more = await this.readNotes();
      const before = this.finished.size;
      if (!isFree || this.notes.length === 0 || !this.hasTime()) return;
      await this.prepare();
      const end = await this.commitAll();
      const hasMore = more > 0 && this.finished.size > before;
      if (end !== "overtaken" && !hasMore) return;
    }
  }

  /** @returns the number of notes that were not read */
  private async readNotes(): Promise<number> {
    const { bucket } = this.config;
    const { store } = this.ports;
    const { notes, more } = await readNotes(store, bucket, this.table, MAX_NOTES, this.onUnknown);
    this.notes = notes.filter(({ files }) => files.length > 0);
    // Their files are not read as delivered any more.
    const empty = notes.filter(({ files }) => files.length === 0).map(({ key }) => key);
    if (empty.length > 0) await store.deleteAll(bucket, empty);
    return more;
  }

  /** Without this, a partition that is not in the catalog looks empty, and its files would count as committed. */
  private async prepare(): Promise<void> {
    const files = this.notes.flatMap((note) => note.files);
    await this.ports.catalog.add(movedPartitions(files));
    await this.ports.catalog.addDelivered(deliveredFolders(files));
    await this.ports.lake.prepare(this.table.table);
  }

  private hasTime(): boolean {
    return this.config.deadline.getTime() - this.ports.clock.now().getTime() >= MIN_TIME_LEFT_MS;
  }

  private async commitAll(): Promise<"overtaken" | "ended"> {
    // Once, although several notes may name it: a rejected file must not be read again.
    const files = new Map(this.notes.flatMap((note) => note.files.map((file) => [fileId(file), file])));
    const unfinished = [...files].filter(([id]) => !this.finished.has(id)).map(([, file]) => file);
    const waiting = planCommits(this.table, unfinished);
    while (this.hasTime()) {
      const batch = waiting.shift();
      if (!batch) break;
      const outcome = await this.commit(batch);
      if (outcome.kind === "overtaken") return "overtaken";
      if (outcome.kind === "running") break;
      if (outcome.kind === "failed") waiting.unshift(...(await this.afterFailure(batch, outcome.error)));
      if (this.failed.isHopeless) break;
    }
    return "ended";
  }

  /** Reserves a number for the commit and submits its statement. */
  private async commit(batch: FileBatch): Promise<Outcome> {
    const { pending, next } = await this.records.read();
    if (pending) return { kind: "overtaken" };
    const { lake } = this.ports;
    const files = committedFiles(batch, this.failed.unreadable);
    const commit: PendingCommit = {
      number: next,
      sql: lake.commitSql(files),
      token: randomUUID(),
      notes: this.notesEndedBy(batch),
      partitions: partitionsOf(batch).map(partitionPath),
      text: { files: this.pathsOf(batch), sql: lake.countUnparsedSql(files) },
    };
    if (!(await this.records.begin(commit))) return { kind: "overtaken" };
    const outcome = await this.finish(commit);
    if (outcome.kind === "committed") for (const file of batch) this.finished.add(fileId(file));
    return outcome;
  }

  /** Notes whose files are all finished after the commit of the batch. */
  private notesEndedBy(batch: FileBatch): string[] {
    const ended = new Set([...this.finished, ...batch.map(fileId)]);
    const inBatch = new Set(batch.map(fileId));
    return this.notes
      .filter(({ files }) => files.some((file) => inBatch.has(fileId(file))))
      .filter(({ files }) => files.every((file) => ended.has(fileId(file))))
      .map(({ key }) => key);
  }

  /** Waits for the pending commit, if there is one. @returns false if it is still running */
  private async finishPending(): Promise<boolean> {
    const { pending, ended } = await this.records.read();
    this.counts.addLeft(ended);
    return pending === undefined || (await this.finish(pending)).kind !== "running";
  }

  /** Submits a pending commit again with its token: if its query was already submitted, Athena returns that query. */
  private async finish(commit: PendingCommit): Promise<Outcome> {
    const { engine, store, lake } = this.ports;
    const { number, sql, token, notes } = commit;
    if (!lake.isCommit(this.table.table, sql)) {
      const message = `commit ${number} of ${this.table.table} is not a statement of the pipeline; delete its record below _commits/`;
      throw new PermanentError("STORE_FAILED", message);
    }
    try {
      const { queryId, bytesScanned = 0 } = await engine.run({
        sql,
        token,
        waitUntil: this.config.deadline,
        once: true,
      });
      if (await this.records.end(number, { state: "committed", queryId }))
        await this.count(commit, queryId, bytesScanned);
      this.failed.succeeded();
      await store.deleteAll(this.config.bucket, notes);
      return { kind: "committed" };
    } catch (error) {
      if (error instanceof RetryableError && error.code === "QUERY_TIMEOUT") return { kind: "running" };
      // Only a query that has ended may be recorded as failed: any other query may still be running.
      if (!(error instanceof QueryFailedError)) throw error;
      await this.records.end(number, { state: "failed", reason: error.reason });
      return { kind: "failed", error };
    }
  }

  private async count(commit: PendingCommit, queryId: string, bytesScanned: number): Promise<void> {
    this.committed += commit.partitions.length;
    this.bytesScanned += bytesScanned;
    this.rows += (await this.ports.engine.rowsWritten(queryId)) ?? 0;
    const ended = new Set(commit.notes);
    for (const note of this.notes) if (ended.has(note.key)) this.measure(note);
    const { number, token, text } = commit;
    if (text) this.counts.add({ number, token, text, queryId, endedAt: this.ports.clock.now() });
  }

  private pathsOf(batch: FileBatch): string[] {
    return [...new Set(batch.map((file) => pathOf(this.config.bucket, file)))];
  }

  /** Updates the longest time that a note has waited for its commit. */
  private measure({ writtenAt }: ArrivalNote): void {
    const seconds = (this.ports.clock.now().getTime() - writtenAt.getTime()) / 1000;
    this.secondsToLake = Math.max(this.secondsToLake, seconds);
  }

  /** @returns the batches to commit instead of the failed one */
  private async afterFailure(batch: FileBatch, error: QueryFailedError): Promise<readonly FileBatch[]> {
    const next = await this.failed.after(batch, error);
    switch (next.kind) {
      case "again":
        return next.batches;
      case "rejected":
        return this.without(next.id, batch);
      case "given-up":
        return [];
    }
  }

  /** The rest of a batch after one of its files was rejected. */
  private async without(id: string, batch: FileBatch): Promise<readonly FileBatch[]> {
    this.finished.add(id);
    const rest = batch.filter((file) => fileId(file) !== id);
    if (rest.length > 0) return [rest];
    await this.ports.store.deleteAll(this.config.bucket, this.notesEndedBy(batch));
    return [];
  }

  private result(): CommittedTable {
    const waiting = this.notes.filter(({ files }) => files.some((file) => !this.finished.has(fileId(file))));
    for (const note of waiting) this.measure(note);
    const partitions = partitionsOf(waiting.flatMap(({ files }) => files));
    const { committed, bytesScanned, rows, secondsToLake, counts } = this;
    const { rejected, failures } = this.failed;
    return {
      table: this.table.table,
      committed,
      waiting: partitions.length,
      bytesScanned,
      rows,
      unparsed: counts.unparsed,
      secondsToLake,
      rejected,
      failures: [...failures, ...counts.failures],
    };
  }
}
