import pLimit from "p-limit";
import { identityOfPath } from "../../formats/file-identity";
import { HOUR_MS } from "../../formats/time";
import type { CommitRecords, PendingCommit, UnparsedCount } from "./commit-records";
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
 * Counts the unparsed lines of a commit's files, but not those that are counted with another commit. If the statement
 * wrote each line that it read, except the headers, the number is 0. Otherwise the text is read again.
 *
 * @returns `undefined` if the engine's numbers do not exist yet
 * @throws OperationError as `QueryEngine.run` does
 */
export async function countUnparsed(
  ports: UnparsedPorts,
  commit: SucceededCommit,
  options: CountOptions,
): Promise<UnparsedCount | undefined> {
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
  if (isKnown && [0, headers].includes(read - written)) return NONE;
  const counts = await countByFile(ports, commit, options);
  if (counts.size === 0) return NONE;
  const idOf = (path: string) => identityOfPath(options.bucket, path);
  const elsewhere = new Set((await filesCountedElsewhere(ports, commit)).map(idOf));
  const counted = files.filter((path) => counts.has(path) && !elsewhere.has(idOf(path)));
  if (counted.length === 0) return NONE;
  return { unparsed: counted.reduce((total, path) => total + (counts.get(path) ?? 0), 0), files: counted };
}

const NONE: UnparsedCount = { unparsed: 0 };

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

/**
 * Files whose lines are counted with another commit. Two notes can name a file, and a file as delivered can be moved
 * meanwhile: a commit that named a path without a file has not counted its lines.
 */
async function filesCountedElsewhere(
  { records }: UnparsedPorts,
  { number: own, text }: SucceededCommit,
): Promise<readonly string[]> {
  const paths = new Set(text.files);
  const others = (await records.read()).ended.filter(({ number }) => number !== own);
  const files = await pLimit(READS_AT_ONCE).map(others, async ({ number, isCounted }) => {
    if (isCounted) return (await records.countOf(number))?.files ?? [];
    // An earlier commit counts its paths later.
    if (number > own || (await records.outcome(number))?.state !== "committed") return [];
    return ((await records.start(number))?.text?.files ?? []).filter((path) => paths.has(path));
  });
  return files.flat();
}
