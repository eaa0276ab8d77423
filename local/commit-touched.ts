import type { SkipReason } from "../formats/object-kind";
import type { ObjectStore } from "../handlers/core/ports";
import { type TouchedPartition, touchedPartitions } from "../handlers/core/touched-partitions";
import { type DuckdbEngine, openDuckdb } from "./duckdb-engine";
import { folderPartitionCatalog } from "./folder-partition-catalog";
import { commitBatch } from "./lake-commit";
import { LAKE_BUCKET, type LakeLayout } from "./lake-layout";
import { prefetch } from "./prefetch";
import { type SpooledBatch, spoolNewFiles } from "./spooled-batch";

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

/** DuckDB's share: with Node itself, the process stays below 1 GiB. Spills go where the lake is. */
const DUCKDB_MEMORY = "600MiB";
/** The end of one partition, and the first batch of the next. */
const STEPS_AHEAD = 2;

/** What was added to the typed tables, by table. */
export interface CommittedAll {
  readonly rows: Record<string, number>;
  readonly unparsed: Record<string, number>;
  readonly partitions: Record<string, number>;
  readonly skipped: readonly SkippedObject[];
}

/** Brings the typed table of every touched partition up to date. Only under the lake's lock. */
export async function commitTouched(
  store: ObjectStore,
  lake: LakeLayout,
  onProgress: (progress: CommitProgress) => void,
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

/** Partitions done. */
export interface CommitProgress {
  readonly phase: "commit";
  readonly done: number;
  readonly total: number;
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
