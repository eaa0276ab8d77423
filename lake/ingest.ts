import type { PrivacyOptions } from "../formats/privacy";
import { type MoveOutcome, moveObjects } from "../handlers/core/move-objects";
import type { ArrivedObject } from "../handlers/core/move-plan";
import { type ObjectStore, systemClock } from "../handlers/core/ports";
import { keepBucketName } from "./bucket-names";
import { commitNoted } from "./commit-noted";
import { deleteOriginals } from "./delete-originals";
import { ANY_SOURCE, checkedLake, type Folders, openFolders } from "./folders";
import { LAKE_BUCKET } from "./layout";
import { lakePrivacy } from "./privacy";
import { type IngestSkipReason, isLost, type LostObject, type SkippedObject, writeSkipped } from "./skipped";
import { throwIfFull } from "./storage-full";
import { writeLake } from "./write-lake";
import { withLakeWriter } from "./writer";

export interface IngestOptions {
  /** Folder that acts as the bucket: a file's path below it is its key. */
  readonly directory: string;
  readonly lake: string;
  /** Deletes the originals after their rows are in the typed tables. */
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
  /** Access logs that did not become rows, or whose originals were kept. */
  readonly lost: readonly LostObject[];
  /** Files whose earlier rows were replaced, because they changed. */
  readonly changed: number;
  /** Files that were in the lake under another name. */
  readonly duplicates: number;
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
 * It can run again at any time, after new, late or changed files or an interruption: finished work is not repeated.
 *
 * @throws UserError if the folder cannot be read, another process is writing to the lake, the disk is full, or the
 * lake has other privacy options
 */
export async function ingest(options: IngestOptions): Promise<IngestSummary> {
  const started = performance.now();
  const lake = await checkedLake(options.directory, options.lake);
  return writeLake(lake, async () => {
    const folders = await openFolders(options.directory, lake);
    const { moved, committed, kept } = await withLakeWriter(lake, async (writer) => {
      const privacy = await lakePrivacy(lake, writer.engine, options.privacy);
      await keepBucketName(lake, folders.bucket, folders.directory);
      return {
        moved: await copyAll(folders, options),
        committed: await commitNoted(folders.store, lake, writer, privacy, options.onProgress),
        kept: options.deleteOriginals ? await deleteOriginals(folders, writer.engine, () => true) : [],
      };
    });
    const skipped = [...moved.skipped, ...committed.lost, ...kept];
    await writeSkipped(lake, skipped);
    const { rows, unparsed, partitions, changed, duplicates } = committed;
    return {
      moved: moved.count,
      skipped: countBy(skipped.map(({ reason }) => reason)),
      lost: skipped.filter(isLost),
      changed,
      duplicates,
      rows,
      unparsed,
      partitions,
      seconds: Math.round(performance.now() - started) / 1000,
    };
  });
}

interface MovedAll {
  readonly count: number;
  readonly skipped: readonly SkippedObject[];
}

/** Moves all files, but deletes no original: that comes after the commits. */
async function copyAll({ store, bucket, unreadable }: Folders, options: IngestOptions): Promise<MovedAll> {
  const config = {
    sources: ANY_SOURCE,
    targetBucket: LAKE_BUCKET,
    names: "identity" as const,
    keepOriginals: true,
  };
  const skipped: SkippedObject[] = [];
  let count = 0;
  let done = 0;
  for await (const batch of batches(store, bucket)) {
    const outcomes = await moveObjects({ store, clock: systemClock }, config, batch);
    throwIfFull(outcomes.flatMap((outcome) => (outcome.kind === "failed" ? [outcome.error.message] : [])));
    count += outcomes.filter(({ kind }) => kind === "moved").length;
    skipped.push(...batch.flatMap(({ key }, index) => skippedObject(key, outcomes[index])));
    done += batch.length;
    options.onProgress({ phase: "move", done });
  }
  for (const [key, detail] of unreadable) skipped.push({ key, reason: "unreadable-file", detail });
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
