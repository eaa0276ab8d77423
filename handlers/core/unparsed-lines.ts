import pLimit from "p-limit";
import { parsePartitionPath } from "../../formats/partition-layout";
import { HOUR_MS } from "../../formats/time";
import type { CommitRecords } from "./commit-records";
import { rangesOf } from "./plan-commits";
import type { CountingEngine, Lake } from "./ports";

export interface UnparsedPorts {
  readonly engine: CountingEngine;
  readonly lake: Pick<Lake, "countUnparsedSql" | "headerLines">;
  readonly records: CommitRecords;
}

/** A commit whose statement has succeeded. */
export interface SucceededCommit {
  readonly number: number;
  readonly token: string;
  readonly partitions: readonly string[];
  readonly files: readonly string[];
  readonly queryId: string;
  readonly endedAt: Date;
}

export interface CountOptions {
  /** Typed table. */
  readonly table: string;
  /** Bucket of the files. */
  readonly bucket: string;
  /** When to stop waiting for the count. */
  readonly waitUntil: Date;
  readonly now: Date;
}

/**
 * Athena publishes the statistics of a statement some time after its end, or never.
 *
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryRuntimeStatistics.html
 */
const STATISTICS_WITHIN_MS = 2 * HOUR_MS;
const READS_AT_ONCE = 32;
const HOUR_LENGTH = "YYYY-MM-DDTHH".length;

/**
 * Counts the unparsed lines of a commit's files, but not those of files of an earlier commit. If the statement wrote
 * each line that it read, except the headers, there are none. Otherwise the text is read again.
 *
 * @returns their number; `undefined` if the engine's numbers do not exist yet
 * @throws OperationError as `QueryEngine.run` does
 */
export async function countUnparsed(
  ports: UnparsedPorts,
  commit: SucceededCommit,
  options: CountOptions,
): Promise<number | undefined> {
  const { engine, lake } = ports;
  const [read, written] = await Promise.all([
    engine.rowsRead(commit.queryId, options.table),
    engine.rowsWritten(commit.queryId),
  ]);
  // Numbers that are not complete yet can be smaller.
  const isKnown = read !== undefined && written !== undefined && read >= written;
  if (!isKnown && options.now.getTime() - commit.endedAt.getTime() < STATISTICS_WITHIN_MS) return undefined;
  const headers = lake.headerLines(options.table) * commit.files.length;
  if (isKnown && [0, headers].includes(read - written)) return 0;
  const counts = await countByFile(ports, commit, options);
  if (counts.size === 0) return 0;
  const counted = await filesCommittedBefore(ports, commit.number);
  const files = commit.files.filter((key) => !counted.has(key));
  return files.reduce((total, key) => total + (counts.get(key) ?? 0), 0);
}

/** Unparsed lines by the key of their file. */
async function countByFile(
  { engine, lake }: UnparsedPorts,
  { token, partitions, files }: SucceededCommit,
  { bucket, waitUntil, now }: CountOptions,
): Promise<ReadonlyMap<string, number>> {
  const sql = lake.countUnparsedSql({
    partitions: partitions.flatMap((path) => parsePartitionPath(path) ?? []),
    ranges: rangesOf(files),
  });
  // Runs of the same hour join the query; if it fails, those of the next hour submit another one.
  const statement = { sql, token: `${token}/unparsed/${now.toISOString().slice(0, HOUR_LENGTH)}`, waitUntil };
  const lines = (await engine.value(statement))?.split("\n") ?? [];
  const prefix = `s3://${bucket}/`;
  return new Map(
    lines
      .filter((line) => line !== "")
      .map((line) => {
        const space = line.indexOf(" ");
        return [line.slice(space + 1 + prefix.length), Number(line.slice(0, space))];
      }),
  );
}

/** A file that two notes name is in two commits: its lines are counted with the first. */
async function filesCommittedBefore(
  { records }: UnparsedPorts,
  before: number,
): Promise<ReadonlySet<string>> {
  const earlier = (await records.read()).ended.filter(({ number }) => number < before);
  const files = await pLimit(READS_AT_ONCE).map(earlier, async ({ number }) => {
    if ((await records.outcome(number))?.state !== "committed") return [];
    return (await records.start(number))?.files ?? [];
  });
  return new Set(files.flat());
}
