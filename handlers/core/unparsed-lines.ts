import pLimit from "p-limit";
import { identityOfPath } from "../../formats/file-identity";
import { HOUR_MS } from "../../formats/time";
import type { CommitRecords, PendingCommit } from "./commit-records";
import { PermanentError } from "./errors";
import type { CountingEngine, Lake } from "./ports";

export interface UnparsedPorts {
  readonly engine: CountingEngine;
  readonly lake: Pick<Lake, "isCountOfUnparsed" | "headerLines">;
  readonly records: CommitRecords;
}

/** A commit whose statement has succeeded. */
export interface SucceededCommit extends Pick<PendingCommit, "number" | "token"> {
  readonly text: NonNullable<PendingCommit["text"]>;
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
  const { files } = commit.text;
  const headers = lake.headerLines(options.table) * files.length;
  if (isKnown && [0, headers].includes(read - written)) return 0;
  const counts = await countByFile(ports, commit, options);
  if (counts.size === 0) return 0;
  const idOf = (path: string) => identityOfPath(options.bucket, path);
  const counted = new Set((await filesCommittedBefore(ports, commit.number)).map(idOf));
  return files.reduce((total, path) => total + (counted.has(idOf(path)) ? 0 : (counts.get(path) ?? 0)), 0);
}

/** Unparsed lines by the path of their file. */
async function countByFile(
  { engine, lake }: UnparsedPorts,
  { number, token, text: { sql } }: SucceededCommit,
  { table, waitUntil, now }: CountOptions,
): Promise<ReadonlyMap<string, number>> {
  if (!lake.isCountOfUnparsed(table, sql)) {
    const message = `the record of commit ${number} of ${table} has a count that is not of the pipeline; delete it below _commits/`;
    throw new PermanentError("STORE_FAILED", message);
  }
  // Runs of the same hour join the query; if it fails, those of the next hour submit another one.
  const statement = { sql, token: `${token}/unparsed/${now.toISOString().slice(0, HOUR_LENGTH)}`, waitUntil };
  const lines = (await engine.value(statement))?.split("\n") ?? [];
  return new Map(
    lines
      .filter((line) => line !== "")
      .map((line) => {
        const space = line.indexOf(" ");
        return [line.slice(space + 1), Number(line.slice(0, space))];
      }),
  );
}

/** A file that two notes name, or that was delivered and moved, is in two commits: its lines are counted with the first. */
async function filesCommittedBefore({ records }: UnparsedPorts, before: number): Promise<readonly string[]> {
  const earlier = (await records.read()).ended.filter(({ number }) => number < before);
  const files = await pLimit(READS_AT_ONCE).map(earlier, async ({ number }) => {
    if ((await records.outcome(number))?.state !== "committed") return [];
    return (await records.start(number))?.text?.files ?? [];
  });
  return files.flat();
}
