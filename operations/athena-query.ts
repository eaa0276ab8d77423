import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import {
  type AthenaClient,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  type QueryExecution,
  StopQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import { ATHENA_MIN_BYTES } from "../cost/prices";
import {
  backoffMs,
  isBusy,
  MAX_ATTEMPTS,
  reasonOf,
  startQuery,
  waitForEnd,
} from "../handlers/adapters/athena-execution";
import { athenaRow, columnNames } from "../handlers/adapters/athena-values";
import { messageOf, QueryFailedError } from "../handlers/core/errors";
import type { Clock } from "../handlers/core/ports";
import { byteText } from "../terminal/quantities";
import type { Json, QueryRows } from "../terminal/rows";
import { UserError } from "../terminal/user-error";

export interface AthenaQuery {
  readonly client: Pick<AthenaClient, "send">;
  readonly database: string;
  readonly workgroup: string;
  readonly sql: string;
  /** Cancels the query when it is aborted. */
  readonly signal: AbortSignal;
  /** The query is cancelled when it has scanned more bytes. */
  readonly maxBytes?: number;
  /** A result of the same SQL that is not older is reused. */
  readonly reuseMinutes?: number;
  readonly onProgress: (state: string, bytesScanned: number) => void;
}

export interface AthenaAnswer extends QueryRows {
  readonly queryId: string;
  readonly bytesScanned: number;
  /** Billed bytes: whole megabytes, at least ten, if the query was run. */
  readonly bytesBilled: number;
  readonly isReused: boolean;
}

/** Exit code of a shell for a program ended by Ctrl-C. */
const EXIT_INTERRUPTED = 130;
const MB = 1e6;

/**
 * Runs SQL in Athena. If waiting ends early, because of Ctrl-C, a limit or an error, the query is cancelled.
 *
 * @returns the result; its pages are fetched as its rows are read
 * @throws QueryFailedError with Athena's reason; UserError if the query was cancelled from here
 */
export async function queryAthena(query: AthenaQuery): Promise<AthenaAnswer> {
  const { client, signal } = query;
  const clock = interruptibleClock(signal);
  try {
    const token = randomUUID();
    const queryId = await patiently(clock, () =>
      startQuery({ ...query, clock }, query.sql, token, reuseOf(query.reuseMinutes)),
    );
    const execution = await waitOrCancel(query, clock, queryId);
    signal.throwIfAborted();
    if (execution.Status?.State !== "SUCCEEDED") {
      throw new QueryFailedError(queryId, `${execution.Status?.State}: ${reasonOf(execution)}`);
    }
    const page = await patiently(clock, () =>
      client.send(new GetQueryResultsCommand({ QueryExecutionId: queryId })),
    );
    const columns = page.ResultSet?.ResultSetMetadata?.ColumnInfo ?? [];
    return {
      queryId,
      ...scanOf(execution),
      columns: columnNames(columns),
      rows: rowsOf(query, clock, execution, page),
    };
  } catch (error) {
    throw signal.aborted && !(error instanceof UserError) ? interrupted(error) : error;
  }
}

const reuseOf = (minutes: number | undefined) =>
  minutes === undefined
    ? {}
    : {
        ResultReuseConfiguration: {
          ResultReuseByAgeConfiguration: { Enabled: true, MaxAgeInMinutes: minutes },
        },
      };

async function waitOrCancel(query: AthenaQuery, clock: Clock, queryId: string): Promise<QueryExecution> {
  let bytes = 0;
  const watch = ({ Status: status, Statistics: statistics }: QueryExecution) => {
    bytes = statistics?.DataScannedInBytes ?? bytes;
    query.onProgress(status?.State ?? "", bytes);
    if (query.maxBytes !== undefined && bytes > query.maxBytes) {
      const limit = byteText(query.maxBytes);
      throw new UserError(
        `query ${queryId} was cancelled: it scanned ${byteText(bytes)}, more than --max-bytes ${limit}; query fewer days or columns`,
      );
    }
  };
  try {
    return await patiently(clock, () => waitForEnd({ client: query.client, clock }, queryId, watch));
  } catch (error) {
    await cancel(query.client, queryId);
    throw query.signal.aborted
      ? interrupted(error, `query ${queryId} was cancelled: it had scanned ${byteText(bytes)}`)
      : error;
  }
}

async function cancel(client: AthenaQuery["client"], queryId: string): Promise<void> {
  try {
    await client.send(new StopQueryExecutionCommand({ QueryExecutionId: queryId }));
  } catch (error) {
    const message = `query ${queryId} could not be cancelled and continues: ${messageOf(error)}`;
    throw new UserError(message, undefined, { cause: error });
  }
}

const interrupted = (cause: unknown, message = "interrupted") =>
  new UserError(message, EXIT_INTERRUPTED, { cause });

function scanOf({ Statistics: statistics, StatementType: type }: QueryExecution) {
  const bytesScanned = statistics?.DataScannedInBytes ?? 0;
  const isReused = statistics?.ResultReuseInformation?.ReusedPreviousResult ?? false;
  const isFree = isReused || type !== "DML";
  const bytesBilled = isFree ? 0 : Math.max(ATHENA_MIN_BYTES, Math.ceil(bytesScanned / MB) * MB);
  return { bytesScanned, bytesBilled, isReused };
}

/** Yields rows page by page: the next page is fetched when the rows of the current one were read. */
async function* rowsOf(
  { client, signal }: AthenaQuery,
  clock: Clock,
  { QueryExecutionId, StatementType }: QueryExecution,
  first: GetQueryResultsCommandOutput,
): AsyncGenerator<readonly Json[]> {
  const columns = first.ResultSet?.ResultSetMetadata?.ColumnInfo ?? [];
  // The first row of a query holds the column names; the first row of SHOW or DESCRIBE holds data.
  let headers = StatementType === "DML" ? 1 : 0;
  for (let page = first; ; ) {
    for (const row of page.ResultSet?.Rows?.slice(headers) ?? []) yield athenaRow(columns, row);
    headers = 0;
    const { NextToken } = page;
    if (NextToken === undefined) return;
    if (signal.aborted) throw interrupted(signal.reason);
    page = await patiently(clock, () =>
      client.send(new GetQueryResultsCommand({ QueryExecutionId, NextToken })),
    );
  }
}

/** Retries while Athena throttles. */
async function patiently<T>(clock: Clock, ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (!isBusy(error) || attempt === MAX_ATTEMPTS) throw error;
      await clock.sleep(backoffMs(attempt));
    }
  }
}

/** A clock whose sleep ends when the signal is aborted. */
const interruptibleClock = (signal: AbortSignal): Clock => ({
  now: () => new Date(),
  sleep: (milliseconds) => setTimeout(milliseconds, undefined, { signal }),
});
