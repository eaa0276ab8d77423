import { randomUUID } from "node:crypto";
import { COMMIT_KEY } from "../../formats/partition-layout";
import { isPartitionOf, type PartitionedTable } from "./add-partitions";
import { messageOf, type OperationError, QueryFailedError, RetryableError } from "./errors";
import type { Clock, CountingEngine, Lake, ObjectStore, PartitionCatalog } from "./ports";
import { type TouchedPartition, touchedPartitions } from "./touched-partitions";

export interface CommitPorts {
  readonly store: ObjectStore;
  readonly catalog: PartitionCatalog;
  readonly engine: CountingEngine;
  readonly lake: Lake;
  readonly clock: Clock;
}

export interface CommitConfig {
  /** Bucket of the moved files, the markers and the commit that is on its way. */
  readonly bucket: string;
  readonly tables: readonly PartitionedTable[];
  /** When the run must end. A query that goes on until then is joined by the next run. */
  readonly deadline: Date;
}

/** What one run did. */
export interface CommittedPartitions {
  readonly committed: number;
  /** Touched partitions that are left for the next run. */
  readonly waiting: number;
  readonly bytesScanned: number;
  /** Rows that the commits added, as far as the engine tells. */
  readonly rows: number;
  /** How long the slowest touched partition took to be committed; until now if it still waits. 0 if none was touched. */
  readonly secondsToLake: number;
  /** Partitions whose statement failed; their markers stay. */
  readonly failures: readonly OperationError[];
}

/** A commit is not begun when less than this is left: most take a few seconds. */
const MIN_TIME_LEFT_MS = 20_000;

/** The commit that is on its way, as it lies in the bucket. */
interface PendingCommit {
  readonly sql: string;
  readonly token: string;
  readonly markerKey: string;
  readonly markerEtag: string;
}

/**
 * Brings the typed tables up to date with the touched partitions, oldest first.
 *
 * Two statements that commit the same files at once would both succeed, so there is never more than one: before a
 * statement is submitted it is written down, where only one writer can be the first. Whoever finds it there, after a crash
 * or beside a run that goes on, submits it again under its token, which joins the query instead of starting another.
 * The note goes when the query has ended, the marker goes only if no file came since.
 */
export async function commitPartitions(
  ports: CommitPorts,
  config: CommitConfig,
  onUnknownMarker: (key: string) => void,
): Promise<CommittedPartitions> {
  const run = new CommitRun(ports, config);
  if (!(await run.finishPending())) return run.result(await touchedOf(ports, config, () => undefined));
  const touched = await touchedOf(ports, config, onUnknownMarker);
  // A partition that the catalog does not know looks empty, and its files would be taken for committed.
  await ports.catalog.add(touched.map(({ partition }) => partition));
  for (const table of new Set(touched.map(({ partition }) => partition.table)))
    await ports.lake.prepare(table);
  while (touched.length > 0 && run.hasTime()) {
    const [next] = touched;
    if (!next || !(await run.commit(next))) break;
    run.measure(next);
    touched.shift();
  }
  return run.result(touched);
}

async function touchedOf(
  { store }: CommitPorts,
  { bucket, tables }: CommitConfig,
  onUnknownMarker: (key: string) => void,
): Promise<TouchedPartition[]> {
  const touched: TouchedPartition[] = [];
  for await (const item of touchedPartitions(store, bucket, onUnknownMarker)) {
    if (isPartitionOf(tables, item.partition)) touched.push(item);
    else onUnknownMarker(item.markerKey);
  }
  return touched.sort((a, b) => a.partition.hour - b.partition.hour);
}

class CommitRun {
  private committed = 0;
  private bytesScanned = 0;
  private rows = 0;
  private secondsToLake = 0;
  private readonly failures: OperationError[] = [];

  constructor(
    private readonly ports: CommitPorts,
    private readonly config: CommitConfig,
  ) {}

  result(waiting: readonly TouchedPartition[]): CommittedPartitions {
    for (const partition of waiting) this.measure(partition);
    const { committed, bytesScanned, rows, secondsToLake, failures } = this;
    return { committed, waiting: waiting.length, bytesScanned, rows, secondsToLake, failures };
  }

  /** Takes down how long a partition has waited for its commit until now. */
  measure({ touchedAt }: TouchedPartition): void {
    const seconds = (this.ports.clock.now().getTime() - touchedAt.getTime()) / 1000;
    this.secondsToLake = Math.max(this.secondsToLake, seconds);
  }

  hasTime(): boolean {
    return this.config.deadline.getTime() - this.ports.clock.now().getTime() >= MIN_TIME_LEFT_MS;
  }

  /** @returns false if another commit is on its way and did not end in time */
  async commit({ partition, markerKey, etag }: TouchedPartition): Promise<boolean> {
    const sql = this.ports.lake.commitSql(partition);
    const pending: PendingCommit = { sql, token: randomUUID(), markerKey, markerEtag: etag };
    const body = JSON.stringify(pending);
    // Without its marker, another run was quicker: there is nothing left to commit.
    while (await this.ports.store.exists({ bucket: this.config.bucket, key: markerKey })) {
      const noteEtag = await this.ports.store.putIfAbsent(this.note, body);
      if (noteEtag !== undefined) return this.finish(pending, noteEtag);
      if (!(await this.finishPending())) return false;
    }
    return true;
  }

  /** Brings the commit that is on its way to its end, if there is one. @returns false if it did not end in time */
  async finishPending(): Promise<boolean> {
    const note = await this.ports.store.read(this.note);
    return note === undefined || this.finish(parsePending(note.body), note.etag);
  }

  private async finish(pending: PendingCommit, noteEtag: string): Promise<boolean> {
    const { store, engine } = this.ports;
    try {
      const { sql, token } = pending;
      const { queryId, bytesScanned = 0 } = await engine.run({ sql, token, waitUntil: this.config.deadline });
      this.bytesScanned += bytesScanned;
      await store.deleteIfUnchanged(
        { bucket: this.config.bucket, key: pending.markerKey },
        pending.markerEtag,
      );
      this.committed++;
      this.rows += (await engine.rowsWritten(queryId)) ?? 0;
    } catch (error) {
      if (error instanceof RetryableError && error.code === "QUERY_TIMEOUT") return false;
      // Only a query that has ended may be forgotten: of any other it is not known whether it goes on.
      if (!(error instanceof QueryFailedError)) throw error;
      this.failures.push(error);
    }
    await store.deleteIfUnchanged(this.note, noteEtag);
    return true;
  }

  private get note() {
    return { bucket: this.config.bucket, key: COMMIT_KEY };
  }
}

function parsePending(body: string): PendingCommit {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new RetryableError(
      "STORE_FAILED",
      `${COMMIT_KEY} is not what a run wrote (${messageOf(cause)}); delete it once no INSERT is running`,
      { cause },
    );
  }
}
