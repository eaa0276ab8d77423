import { stat, writeFile } from "node:fs/promises";
import { basename, resolve, sep } from "node:path";
import { FORMAT_IDS } from "../formats";
import type { SkipReason } from "../formats/object-kind";
import { directoryObjectStore } from "../handlers/adapters/directory-object-store";
import { type MoveOutcome, moveObjects } from "../handlers/core/move-objects";
import type { ArrivedObject } from "../handlers/core/move-plan";
import { type ObjectStore, systemClock } from "../handlers/core/ports";
import { type TouchedPartition, touchedPartitions } from "../handlers/core/touched-partitions";
import { type DuckdbEngine, openDuckdb } from "./duckdb-engine";
import { folderPartitionCatalog } from "./folder-partition-catalog";
import { commitBatch } from "./lake-commit";
import { LAKE_BUCKET, type LakeLayout, lakeLayout, prepareLake } from "./lake-layout";
import { withLakeLock } from "./lake-lock";
import { prefetch } from "./prefetch";
import { type SpooledBatch, spoolNewFiles } from "./spooled-batch";
import { UserError } from "./user-error";

export interface IngestOptions {
  /** Folder that is treated as the bucket: a file's path below it is its key. */
  readonly directory: string;
  readonly lake: string;
  /** Deletes the originals once they are copied. */
  readonly deleteOriginals: boolean;
  readonly onProgress: (progress: Progress) => void;
}

export interface Progress {
  readonly phase: "move" | "commit";
  readonly done: number;
  /** Unknown while files are still being listed. */
  readonly total?: number;
}

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

export interface IngestSummary {
  /** Files that are below `raw/` because of this run or an earlier one. */
  readonly moved: number;
  readonly skipped: Readonly<Partial<Record<IngestSkipReason, number>>>;
  /** Rows that this run added, by table. */
  readonly rows: Readonly<Record<string, number>>;
  /** Lines that could not be read, among those that this run added. */
  readonly unparsed: Readonly<Record<string, number>>;
  /** Partitions that this run looked at because they hold files of the folder. */
  readonly partitions: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** DuckDB's share: with Node itself, the process stays below 1 GiB. Spills go where the lake is. */
const DUCKDB_MEMORY = "600MiB";
const MOVE_BATCH = 1000;
/** The end of one partition, and the first batch of the next. */
const STEPS_AHEAD = 2;

/**
 * Runs the pipeline on this machine: moves the folder's access logs below `LAKE/raw/` as `move-access-logs` would,
 * and brings the typed table of every touched partition up to date.
 *
 * It may be run again at any time, after new or late files, and after it was interrupted: what is done stays done.
 *
 * @throws UserError if the folder cannot be read or another process is writing to the lake
 */
export async function ingest(options: IngestOptions): Promise<IngestSummary> {
  const started = performance.now();
  const directory = resolve(options.directory);
  const lake = lakeLayout(options.lake);
  await checkFolders(directory, lake);
  return withLakeLock(lake.lockFile, async () => {
    await prepareLake(lake);
    const bucket = basename(directory);
    const store = directoryObjectStore({ [bucketName(bucket)]: directory, [LAKE_BUCKET]: lake.root });
    const moved = await moveAll(store, bucketName(bucket), options);
    const committed = await commitTouched(store, lake, options.onProgress);
    const skipped = [...moved.skipped, ...committed.skipped];
    await writeFile(lake.skippedFile, skipped.map((item) => `${JSON.stringify(item)}\n`).join(""));
    return {
      moved: moved.count,
      skipped: countBy(skipped.map(({ reason }) => reason)),
      rows: committed.rows,
      unparsed: committed.unparsed,
      partitions: committed.partitions,
      seconds: Math.round(performance.now() - started) / 1000,
    };
  });
}

/** A folder named like the lake's own bucket must not be taken for it. */
const bucketName = (folder: string): string => (folder === LAKE_BUCKET ? `${folder}/` : folder);

async function checkFolders(directory: string, lake: LakeLayout): Promise<void> {
  const stats = await stat(directory).catch(() => undefined);
  if (!stats?.isDirectory()) {
    throw new UserError(`${directory}: there is no such folder; name the one that holds the logs`);
  }
  const isBelow = (inner: string, outer: string) => `${inner}${sep}`.startsWith(`${outer}${sep}`);
  if (isBelow(lake.root, directory) || isBelow(directory, lake.root)) {
    throw new UserError(
      `lake ${lake.root}: must not be inside the folder of the logs, nor around it; choose another folder`,
    );
  }
}

interface MovedAll {
  readonly count: number;
  readonly skipped: readonly SkippedObject[];
}

async function moveAll(store: ObjectStore, bucket: string, options: IngestOptions): Promise<MovedAll> {
  // Nobody configured prefixes here: every format is tried on every key.
  const sources = FORMAT_IDS.map((format) => ({ format, prefix: "" }));
  const config = { sources, targetBucket: LAKE_BUCKET, keepOriginals: !options.deleteOriginals };
  const skipped: SkippedObject[] = [];
  let count = 0;
  let done = 0;
  for await (const batch of batches(store, bucket)) {
    const outcomes = await moveObjects({ store, clock: systemClock }, config, batch);
    count += outcomes.filter(({ kind }) => kind === "moved").length;
    skipped.push(...batch.flatMap(({ key }, index) => skippedObject(key, outcomes[index])));
    done += batch.length;
    options.onProgress({ phase: "move", done });
  }
  return { count, skipped };
}

async function* batches(store: ObjectStore, bucket: string): AsyncGenerator<ArrivedObject[]> {
  let batch: ArrivedObject[] = [];
  for await (const { key, size } of store.list(bucket, "")) {
    batch.push({ bucket, key, size });
    if (batch.length < MOVE_BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function skippedObject(key: string, outcome: MoveOutcome | undefined): SkippedObject[] {
  if (outcome?.kind === "skipped") return [{ key, reason: outcome.reason }];
  if (outcome?.kind === "failed") return [{ key, reason: "unreadable-file", detail: outcome.error.message }];
  return [];
}

interface CommittedAll {
  readonly rows: Record<string, number>;
  readonly unparsed: Record<string, number>;
  readonly partitions: Record<string, number>;
  readonly skipped: readonly SkippedObject[];
}

async function commitTouched(
  store: ObjectStore,
  lake: LakeLayout,
  onProgress: IngestOptions["onProgress"],
): Promise<CommittedAll> {
  const touched: TouchedPartition[] = [];
  for await (const item of touchedPartitions(store, LAKE_BUCKET, () => undefined)) touched.push(item);
  const result = { rows: {}, unparsed: {}, partitions: {}, skipped: [] as SkippedObject[] };
  await folderPartitionCatalog(lake.root).add(touched.map(({ partition }) => partition));
  for (const { partition } of touched) {
    add(result.partitions, partition.table, 1);
    add(result.rows, partition.table, 0);
    add(result.unparsed, partition.table, 0);
  }
  const engine = await openDuckdb({
    memory_limit: DUCKDB_MEMORY,
    temp_directory: lake.workFolder,
    preserve_insertion_order: "false",
  });
  try {
    for await (const step of prefetch(commitSteps(engine, store, lake, touched), STEPS_AHEAD)) {
      if (step.kind === "finished") {
        await store.deleteIfUnchanged(
          { bucket: LAKE_BUCKET, key: step.touched.markerKey },
          step.touched.etag,
        );
        onProgress({ phase: "commit", done: step.done, total: touched.length });
        continue;
      }
      const { partition, corrupt } = step.batch;
      const commit = await commitBatch(engine, lake, step.batch);
      add(result.rows, partition.table, commit.rows);
      add(result.unparsed, partition.table, commit.unparsed);
      for (const [key, detail] of corrupt) result.skipped.push({ key, reason: "corrupt-file", detail });
    }
  } finally {
    engine.close();
  }
  return result;
}

type CommitStep =
  | { readonly kind: "commit"; readonly batch: SpooledBatch }
  /** Every file of the partition is in the typed table. */
  | { readonly kind: "finished"; readonly touched: TouchedPartition; readonly done: number };

async function* commitSteps(
  engine: DuckdbEngine,
  store: ObjectStore,
  lake: LakeLayout,
  touched: readonly TouchedPartition[],
): AsyncGenerator<CommitStep> {
  for (const [index, item] of touched.entries()) {
    let isWhole = true;
    for await (const batch of spoolNewFiles(engine, store, lake, item.partition)) {
      isWhole &&= batch.corrupt.size === 0;
      yield { kind: "commit", batch };
    }
    // The marker stays while a file waits for a whole copy, so that every run tries and tells again.
    if (isWhole) yield { kind: "finished", touched: item, done: index + 1 };
  }
}

const add = (counts: Record<string, number>, name: string, count: number): void => {
  counts[name] = (counts[name] ?? 0) + count;
};

function countBy<Name extends string>(names: readonly Name[]): Partial<Record<Name, number>> {
  const counts: Partial<Record<Name, number>> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
