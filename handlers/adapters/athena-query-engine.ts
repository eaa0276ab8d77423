import { createHash } from "node:crypto";
import {
  type ColumnInfo,
  GetQueryResultsCommand,
  GetQueryRuntimeStatisticsCommand,
  type QueryExecution,
  type Row,
} from "@aws-sdk/client-athena";
import { MINUTE_MS } from "../../formats/time";
import type { Json } from "../../terminal/rows";
import { messageOf, nameOf, QueryFailedError, type QueryFault, RetryableError } from "../core/errors";
import type { CountingEngine, QueryResult, RowsEngine, Statement } from "../core/ports";
import {
  type AthenaOptions,
  backoffMs,
  isBusy,
  MAX_ATTEMPTS,
  reasonOf,
  startQuery,
  waitForEnd,
} from "./athena-execution";
import { faultOf } from "./athena-failure";
import { rowsReadExcept } from "./athena-statistics";
import { athenaRow, columnNames } from "./athena-values";
import { pagesOf } from "./pages";

/** An engine that returns values of the types of their columns. */
export interface TableEngine {
  /** Runs a query. @throws as `run` does */
  table(
    statement: Statement,
  ): Promise<{ readonly columns: readonly string[]; readonly rows: readonly (readonly Json[])[] }>;
}

/** Default time limit of a statement: Athena itself ends a DDL statement after ten minutes. */
export const TIME_LIMIT_MS = 10 * MINUTE_MS;

/** Glue's error if another run added the partition first. Only for ALTER TABLE, this counts as success. */
const ALREADY_EXISTS = /Partition already exists|AlreadyExistsException/;
const ALTER_TABLE = /^\s*ALTER\s+TABLE\b/i;

/**
 * Athena: submits a statement, waits for its end, and submits it again if a retry may help.
 *
 * The token of a submission is derived from the statement's token and the number of failed queries. So a
 * function that is invoked twice with the same work joins the running query.
 *
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html
 */
export const athenaQueryEngine = (options: AthenaOptions): CountingEngine & RowsEngine & TableEngine => ({
  run: (statement) => run(options, statement),
  value: async (statement) => {
    const { queryId } = await run(options, statement);
    const { ResultSet: results } = await options.client.send(
      new GetQueryResultsCommand({ QueryExecutionId: queryId, MaxResults: 2 }),
    );
    // The first row holds the names of the columns.
    return results?.Rows?.[1]?.Data?.[0]?.VarCharValue;
  },
  rows: async (statement) => {
    const { rows } = await resultOf(options, (await run(options, statement)).queryId);
    return rows.map(({ Data = [] }) => Data.map(({ VarCharValue = "" }) => VarCharValue));
  },
  table: async (statement) => {
    const { columns, rows } = await resultOf(options, (await run(options, statement)).queryId);
    return { columns: columnNames(columns), rows: rows.map((row) => athenaRow(columns, row)) };
  },
  rowsRead: (queryId, exceptOf) =>
    numberOrUnknown(async () => {
      const { QueryRuntimeStatistics: statistics } = await options.client.send(
        new GetQueryRuntimeStatisticsCommand({ QueryExecutionId: queryId }),
      );
      return statistics && rowsReadExcept(statistics, exceptOf);
    }),
  rowsWritten: (queryId) =>
    numberOrUnknown(async () => {
      const input = { QueryExecutionId: queryId, MaxResults: 1 };
      return (await options.client.send(new GetQueryResultsCommand(input))).UpdateCount;
    }),
});

/** All pages of a query's results. */
async function resultOf(
  { client }: AthenaOptions,
  queryId: string,
): Promise<{ readonly columns: readonly ColumnInfo[]; readonly rows: readonly Row[] }> {
  const rows: Row[] = [];
  let columns: readonly ColumnInfo[] = [];
  const pages = pagesOf((next) =>
    client.send(new GetQueryResultsCommand({ QueryExecutionId: queryId, ...next })),
  );
  for await (const { ResultSet: results } of pages) {
    columns = results?.ResultSetMetadata?.ColumnInfo ?? columns;
    rows.push(...(results?.Rows ?? []));
  }
  // The first row holds the names of the columns.
  return { columns, rows: rows.slice(1) };
}

/** The statement has succeeded even if a request for one of its numbers fails. */
async function numberOrUnknown(request: () => Promise<number | undefined>): Promise<number | undefined> {
  try {
    return await request();
  } catch {
    return undefined;
  }
}

async function run(options: AthenaOptions, statement: Statement): Promise<QueryResult> {
  const started = options.clock.now();
  // Counts the failed queries. A query may be replaced only after it has ended: while it may be running, the
  // same token must be used, otherwise two queries would write the same rows.
  let generation = 1;
  for (let attempt = 1; ; attempt++) {
    const outcome = await attemptOnce(options, statement, generation);
    if (outcome.kind === "succeeded") return outcome.result;
    if (attempt === MAX_ATTEMPTS) throw outcome.error;
    if (outcome.kind === "failed") {
      if (statement.once || !mayHelp(outcome, started)) throw outcome.error;
      generation++;
    }
    await options.clock.sleep(backoffMs(attempt));
  }
}

type Outcome =
  | { readonly kind: "succeeded"; readonly result: QueryResult }
  /** The query has ended without effect. */
  | { readonly kind: "failed"; readonly error: QueryFailedError; readonly endedAt: Date | undefined }
  /** Athena refused a request: it is not known whether the query is running. */
  | { readonly kind: "refused"; readonly error: Error };

/**
 * True if another query may succeed. If the token joined a query that failed in an earlier invocation, this
 * invocation has not tried yet.
 */
const mayHelp = (
  { error: { fault }, endedAt }: Extract<Outcome, { readonly kind: "failed" }>,
  started: Date,
): boolean => fault.kind === "transient" || (endedAt !== undefined && endedAt < started);

async function attemptOnce(
  options: AthenaOptions,
  statement: Statement,
  generation: number,
): Promise<Outcome> {
  // The SQL is part of the token: Athena refuses a token that is reused with another statement.
  const token = createHash("sha256")
    .update(`${statement.token}\n${generation}\n${statement.sql}`)
    .digest("hex");
  try {
    const queryId = await startQuery(options, statement.sql, token);
    return outcomeOf(statement, queryId, await waitUntil(options, queryId, statement.waitUntil));
  } catch (error) {
    if (!isBusy(error)) throw error;
    const message = `Athena is busy (${nameOf(error)}): ${messageOf(error)}`;
    return { kind: "refused", error: new RetryableError("QUERY_FAILED", message, { cause: error }) };
  }
}

const waitUntil = (
  options: AthenaOptions,
  queryId: string,
  end = new Date(options.clock.now().getTime() + TIME_LIMIT_MS),
): Promise<QueryExecution> =>
  waitForEnd(options, queryId, ({ Status: status }) => {
    if (options.clock.now() < end) return;
    const message = `query ${queryId} is still ${status?.State}; the function stopped waiting`;
    throw new RetryableError("QUERY_TIMEOUT", message);
  });

function outcomeOf({ sql }: Statement, queryId: string, execution: QueryExecution): Outcome {
  const { Status: status, Statistics: statistics } = execution;
  const reason = reasonOf(execution);
  const isThereAlready = ALTER_TABLE.test(sql) && ALREADY_EXISTS.test(reason);
  if (status?.State === "SUCCEEDED" || isThereAlready) {
    const bytesScanned = statistics?.DataScannedInBytes ?? 0;
    return { kind: "succeeded", result: { queryId, bytesScanned } };
  }
  // A cancelled query is not submitted again automatically.
  const fault: QueryFault =
    status?.State === "FAILED"
      ? faultOf(reason, status.AthenaError?.Retryable ?? false)
      : { kind: "statement" };
  const error = new QueryFailedError(queryId, `${status?.State}: ${reason}`, { fault });
  return { kind: "failed", error, endedAt: status?.CompletionDateTime };
}
