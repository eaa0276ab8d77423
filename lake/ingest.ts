import { writeFile } from "node:fs/promises";
import type { PrivacyOptions } from "../formats/privacy";
import { type MoveOutcome, moveObjects } from "../handlers/core/move-objects";
import type { ArrivedObject } from "../handlers/core/move-plan";
import { type ObjectStore, systemClock } from "../handlers/core/ports";
import { commitNoted, type IngestSkipReason, type SkippedObject } from "./commit-noted";
import { ANY_SOURCE, openFolders } from "./folders";
import { LAKE_BUCKET, prepareLake } from "./layout";
import { withLakeLock } from "./lock";
import { lakePrivacy } from "./privacy";
import { withLakeWriter } from "./writer";

export interface IngestOptions {
  /** Folder that acts as the bucket: a file's path below it is its key. */
  readonly directory: string;
  readonly lake: string;
  /** Deletes the originals once they are copied. */
  readonly deleteOriginals: boolean;
  /**
   * Personal data that the rows of a new lake must not hold. A lake keeps its first options.
   *
   * @default - the lake's options; a new lake holds all that was logged
   */
  readonly privacy?: PrivacyOptions;
  readonly onProgress: (progress: Progress) => void;
}

export interface Progress {
  readonly phase: "move" | "commit";
  readonly done: number;
  /** `undefined` while files are still being listed. */
  readonly total?: number;
}

export interface IngestSummary {
  /** Files of the folder that this run or an earlier one moved below `raw/`. */
  readonly moved: number;
  readonly skipped: Readonly<Partial<Record<IngestSkipReason, number>>>;
  /** Rows that this run added, by table. */
  readonly rows: Readonly<Record<string, number>>;
  /** Unparsed lines among the rows that this run added. */
  readonly unparsed: Readonly<Record<string, number>>;
  /** Partitions that this run checked because they hold files of the folder. */
  readonly partitions: Readonly<Record<string, number>>;
  readonly seconds: number;
}

const MOVE_BATCH = 1000;
/**
 * Runs the pipeline locally: moves the folder's access logs below `LAKE/raw/` as `move-access-logs` does, and
 * commits them to the typed tables.
 *
 * It can run again at any time, after new or late files or an interruption: finished work is not repeated.
 *
 * @throws UserError if the folder cannot be read, another process is writing to the lake, or the lake has
 * other privacy options
 */
export async function ingest(options: IngestOptions): Promise<IngestSummary> {
  const started = performance.now();
  const { store, bucket, lake } = await openFolders(options.directory, options.lake, options);
  return withLakeLock(lake.lockFile, async () => {
    await prepareLake(lake);
    const privacy = await lakePrivacy(lake, options.privacy);
    const { moved, committed } = await withLakeWriter(lake, async (writer) => ({
      moved: await moveAll(store, bucket, options),
      committed: await commitNoted(store, lake, writer, privacy, options.onProgress),
    }));
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

interface MovedAll {
  readonly count: number;
  readonly skipped: readonly SkippedObject[];
}

async function moveAll(store: ObjectStore, bucket: string, options: IngestOptions): Promise<MovedAll> {
  const config = {
    sources: ANY_SOURCE,
    targetBucket: LAKE_BUCKET,
    names: "identity" as const,
    keepOriginals: !options.deleteOriginals,
  };
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

function countBy<Name extends string>(names: readonly Name[]): Partial<Record<Name, number>> {
  const counts: Partial<Record<Name, number>> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
