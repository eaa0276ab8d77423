import { createHash } from "node:crypto";
import {
  type AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type QueryExecution,
  StartQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import { messageOf, nameOf, QueryFailedError, RetryableError } from "../core/errors";
import type { Clock, CountingEngine, QueryResult, Statement } from "../core/ports";

export interface AthenaOptions {
  readonly client: Pick<AthenaClient, "send">;
  readonly clock: Clock;
  readonly database: string;
  readonly workgroup: string;
}

/** Submissions of one statement before it counts as failed; about two minutes in all. */
const MAX_ATTEMPTS = 6;
const FIRST_BACKOFF_MS = 2_000;
const MAX_BACKOFF_MS = 60_000;
const FIRST_POLL_MS = 500;
const MAX_POLL_MS = 5_000;
const GROWTH = 1.5;
/** Where a statement sets no time of its own: Athena ends a DDL statement after ten minutes by itself. */
const TIME_LIMIT_MS = 10 * 60_000;

/** Refusals that say "later": the account's own limits, or a fault on Athena's side. */
const THROTTLING = new Set(["TooManyRequestsException", "ThrottlingException", "InternalServerException"]);
/** What Glue answers if another run added the partition first: the aim is reached. */
const ALREADY_EXISTS = /Partition already exists|AlreadyExistsException/;

/**
 * Athena: submits a statement, waits for its end, and submits it again if Athena says that this may help.
 *
 * The token of a submission is derived from the statement's token and the number of queries that failed before, so that
 * a function that is invoked twice with the same work joins the query that is running already.
 *
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html
 */
export const athenaQueryEngine = (options: AthenaOptions): CountingEngine => ({
  run: (statement) => run(options, statement),
  value: async (statement) => {
    const { queryId } = await run(options, statement);
    const { ResultSet: results } = await options.client.send(
      new GetQueryResultsCommand({ QueryExecutionId: queryId, MaxResults: 2 }),
    );
    // The first row holds the names of the columns.
    return results?.Rows?.[1]?.Data?.[0]?.VarCharValue;
  },
  rowsWritten: (queryId) => rowsWritten(options, queryId),
});

async function rowsWritten({ client }: AthenaOptions, queryId: string): Promise<number | undefined> {
  try {
    return (await client.send(new GetQueryResultsCommand({ QueryExecutionId: queryId, MaxResults: 1 })))
      .UpdateCount;
  } catch {
    // The rows are in the table whatever Athena says now; only their number is not known.
    return undefined;
  }
}

async function run(options: AthenaOptions, statement: Statement): Promise<QueryResult> {
  // Counts the queries that failed. Only after one has ended may another be started in its place: while it is unknown
  // whether a query runs, the same token must be used, or two would write the same rows.
  let generation = 1;
  for (let attempt = 1; ; attempt++) {
    const outcome = await attemptOnce(options, statement, generation);
    if (outcome.kind === "succeeded") return outcome.result;
    if (attempt === MAX_ATTEMPTS) throw outcome.error;
    if (outcome.kind === "failed") generation++;
    await options.clock.sleep(Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1)));
  }
}

type Outcome =
  | { readonly kind: "succeeded"; readonly result: QueryResult }
  /** The query has ended, and Athena says that another may succeed. */
  | { readonly kind: "failed"; readonly error: Error }
  /** Athena would not take or would not tell: the query may run or not. */
  | { readonly kind: "refused"; readonly error: Error };

/** @throws an error that trying again cannot mend */
async function attemptOnce(
  options: AthenaOptions,
  statement: Statement,
  generation: number,
): Promise<Outcome> {
  try {
    const queryId = await submit(options, statement, generation);
    return outcomeOf(queryId, await waitForEnd(options, queryId, statement.waitUntil));
  } catch (error) {
    if (!THROTTLING.has(String(nameOf(error)))) throw error;
    const message = `Athena is busy (${nameOf(error)}): ${messageOf(error)}`;
    return { kind: "refused", error: new RetryableError("QUERY_FAILED", message, { cause: error }) };
  }
}

async function submit(
  { client, database, workgroup }: AthenaOptions,
  { sql, token }: Statement,
  generation: number,
): Promise<string> {
  const { QueryExecutionId } = await client.send(
    new StartQueryExecutionCommand({
      QueryString: sql,
      WorkGroup: workgroup,
      QueryExecutionContext: { Database: database },
      // The SQL is part of it: Athena refuses a token that comes again with another statement.
      ClientRequestToken: createHash("sha256").update(`${token}\n${generation}\n${sql}`).digest("hex"),
    }),
  );
  if (QueryExecutionId === undefined)
    throw new RetryableError("QUERY_FAILED", "Athena gave no id to the query");
  return QueryExecutionId;
}

async function waitForEnd(
  { client, clock }: AthenaOptions,
  queryId: string,
  waitUntil: Date = new Date(clock.now().getTime() + TIME_LIMIT_MS),
): Promise<QueryExecution> {
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(MAX_POLL_MS, pause * GROWTH)) {
    const { QueryExecution: execution = {} } = await client.send(
      new GetQueryExecutionCommand({ QueryExecutionId: queryId }),
    );
    const state = execution.Status?.State;
    if (state === "SUCCEEDED" || state === "FAILED" || state === "CANCELLED") return execution;
    if (clock.now() >= waitUntil) {
      throw new RetryableError("QUERY_TIMEOUT", `query ${queryId} is still ${state}; it was not waited for`);
    }
    await clock.sleep(pause);
  }
}

function outcomeOf(queryId: string, { Status: status, Statistics: statistics }: QueryExecution): Outcome {
  const reason = status?.StateChangeReason ?? status?.AthenaError?.ErrorMessage ?? "no reason given";
  if (status?.State === "SUCCEEDED" || ALREADY_EXISTS.test(reason)) {
    const bytesScanned = statistics?.DataScannedInBytes ?? 0;
    return { kind: "succeeded", result: { queryId, bytesScanned } };
  }
  const error = new QueryFailedError(queryId, `${status?.State}: ${reason}`);
  if (status?.State === "FAILED" && status.AthenaError?.Retryable) return { kind: "failed", error };
  throw error;
}
