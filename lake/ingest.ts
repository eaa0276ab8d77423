import type { FormatId } from "../formats";
import type { PrivacyOptions } from "../formats/privacy";
import { keepBucketName } from "./bucket-names";
import { type CommitProgress, NotedCommits } from "./commit-noted";
import { lakeStore, openFolders } from "./folders";
import { IngestMove, type MoveProgress } from "./ingest-move";
import { findInputs } from "./inputs";
import { lakeLayout } from "./layout";
import type { MostlyUnparsed } from "./mostly-unparsed";
import { lakePrivacy } from "./privacy";
import type { RecognisedLog } from "./read-by-lines";
import type { RemoteBucket } from "./remote-bucket";
import { Replacements, type ShrunkFile } from "./replacements";
import {
  corruptKeys,
  type IngestSkipReason,
  isLost,
  type LostObject,
  type SkippedObject,
  writeSkipped,
} from "./skipped";
import type { SpoolPool } from "./spool-pool";
import { writeLake } from "./write-lake";
import { withLakeWriter, withSpoolPool } from "./writer";

export interface IngestOptions {
  /**
   * Folders, files, patterns, pipes, and `-` for standard input. A folder acts as a bucket: a file's path below it is its
   * key.
   */
  readonly inputs: readonly string[];
  /** Buckets, whose objects are downloaded. @default none */
  readonly buckets?: readonly RemoteBucket[];
  readonly lake: string;
  /** Deletes the originals after their rows are in the typed tables. */
  readonly deleteOriginals: boolean;
  /**
   * Personal data that the rows of a new lake must not hold. A lake keeps its first options.
   *
   * @default - the lake's options; a new lake holds all that was logged
   */
  readonly privacy?: PrivacyOptions;
  /**
   * Format of the files whose names are not AWS's.
   *
   * @default the format that their lines have
   */
  readonly format?: FormatId;
  readonly onProgress: (progress: Progress) => void;
}

export type Progress = MoveProgress | CommitProgress;

export interface IngestSummary {
  /** Logs that this run or an earlier one moved below `raw/`. */
  readonly moved: number;
  /** Those of them that this run moved. */
  readonly added: number;
  /** Logs among them whose names are not AWS's. */
  readonly recognised: readonly RecognisedLog[];
  /** Files that are no access logs, with the reasons. */
  readonly ignored: readonly SkippedObject[];
  readonly skipped: Readonly<Partial<Record<IngestSkipReason, number>>>;
  /** Access logs that did not become rows, or whose originals were kept. */
  readonly lost: readonly LostObject[];
  /** Files whose earlier rows were replaced, because they changed. */
  readonly changed: number;
  /** Those of them that have fewer rows now. */
  readonly shrunk: readonly ShrunkFile[];
  /** Files that were in the lake under another name. */
  readonly duplicates: number;
  /** Keys below `raw/` of the files that were added although the lake has other lines of a log with their name. */
  readonly differing: readonly string[];
  /** Logs under names of AWS that this run added, of which most lines are in no row. */
  readonly mostlyUnparsed: readonly MostlyUnparsed[];
  /** Rows that this run added, by table. */
  readonly rows: Readonly<Record<string, number>>;
  /** Unparsed lines among the rows that this run added. */
  readonly unparsed: Readonly<Record<string, number>>;
  /** Rows that this run added to an hour far from their times, because the names of their files say this hour. */
  readonly elsewhere: Readonly<Record<string, number>>;
  /** Partitions that this run checked because they hold files of the folder. */
  readonly partitions: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/**
 * Runs the pipeline locally: moves the folder's access logs below `LAKE/raw/` as `move-access-logs` does, and
 * commits them to the typed tables.
 *
 * It can run again at any time, after new, late or changed files or an interruption: finished work is not repeated.
 *
 * @throws UserError if the folder cannot be read, another process is writing to the lake, the disk is full, or the
 * lake has other privacy options
 */
export const ingest = (options: IngestOptions): Promise<IngestSummary> =>
  withSpoolPool((pool) => ingestWith(pool, options));

async function ingestWith(pool: SpoolPool, options: IngestOptions): Promise<IngestSummary> {
  const started = performance.now();
  const lake = lakeLayout(options.lake);
  const inputs = await findInputs(options.inputs, lake);
  const replacements = new Replacements(lake, pool);
  return writeLake(lake, async () => {
    const { moved, committed, kept } = await withLakeWriter(lake, pool, async (writer) => {
      const privacy = await lakePrivacy(lake, writer.engine, options.privacy);
      const commits = new NotedCommits(
        { ...writer, store: lakeStore(lake), lake, privacy },
        options.onProgress,
      );
      try {
        const move = new IngestMove(lake, options, await corruptKeys(lake), commits, replacements);
        for (const { directory, keys } of inputs.folders) {
          const folders = await openFolders(directory, lake, keys, replacements.check);
          await keepBucketName(lake, folders.bucket, folders.directory);
          await move.addFolder(folders);
        }
        for (const bucket of options.buckets ?? []) await move.addBucket(bucket);
        for (const stream of inputs.streams) await move.addStream(stream);
        const committed = await commits.end();
        const kept = options.deleteOriginals ? await move.deleteOriginals(writer.engine) : [];
        return { moved: move, committed, kept };
      } finally {
        await commits.stop();
      }
    });
    const skipped = [...moved.skipped, ...committed.lost, ...kept];
    await writeSkipped(lake, skipped);
    const { rows, unparsed, elsewhere, partitions, changed, duplicates, differing, mostlyUnparsed } =
      committed;
    return {
      moved: moved.count,
      added: moved.added,
      recognised: moved.recognised,
      ignored: skipped.filter((one) => !isLost(one)),
      skipped: countBy(skipped.map(({ reason }) => reason)),
      lost: skipped.filter(isLost),
      changed,
      shrunk: replacements.shrunk,
      duplicates: moved.duplicates + duplicates,
      differing,
      mostlyUnparsed,
      rows,
      unparsed,
      elsewhere,
      partitions,
      seconds: Math.round(performance.now() - started) / 1000,
    };
  });
}

function countBy<Name extends string>(names: readonly Name[]): Partial<Record<Name, number>> {
  const counts: Partial<Record<Name, number>> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
