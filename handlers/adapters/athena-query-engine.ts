import { createHash } from "node:crypto";
import {
  type AthenaClient,
  GetQueryExecutionCommand,
  type QueryExecution,
  StartQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import { messageOf, nameOf, QueryFailedError, RetryableError } from "../core/errors";
import type { Clock, QueryEngine, Statement } from "../core/ports";

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
/** Athena ends a DDL statement after ten minutes by itself. */
const TIME_LIMIT_MS = 10 * 60_000;

/** Refusals that say "later": the account's own limits, or a fault on Athena's side. */
const THROTTLING = new Set(["TooManyRequestsException", "ThrottlingException", "InternalServerException"]);
/** What Glue answers if another run added the partition first: the aim is reached. */
const ALREADY_EXISTS = /Partition already exists|AlreadyExistsException/;

/**
 * Athena: submits a statement, waits for its end, and submits it again if Athena says that this may help.
 *
 * The token of a submission is derived from the statement's token and the number of the attempt, so that a function
 * that is invoked twice with the same work joins the query that is running already.
 *
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html
 */
export const athenaQueryEngine = (options: AthenaOptions): QueryEngine => ({
  run: async (statement) => {
    for (let attempt = 1; ; attempt++) {
      const outcome = await attemptOnce(options, statement, attempt);
      if (outcome.kind === "succeeded") return { queryId: outcome.queryId };
      if (attempt === MAX_ATTEMPTS) throw outcome.error;
      await options.clock.sleep(Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1)));
    }
  },
});

type Outcome =
  | { readonly kind: "succeeded"; readonly queryId: string }
  | { readonly kind: "try-again"; readonly error: Error };

/** @throws an error that trying again cannot mend */
async function attemptOnce(options: AthenaOptions, statement: Statement, attempt: number): Promise<Outcome> {
  try {
    const queryId = await submit(options, statement, attempt);
    return outcomeOf(queryId, await waitForEnd(options, queryId));
  } catch (error) {
    if (!THROTTLING.has(String(nameOf(error)))) throw error;
    const message = `Athena is busy (${nameOf(error)}): ${messageOf(error)}`;
    return { kind: "try-again", error: new RetryableError("QUERY_FAILED", message, { cause: error }) };
  }
}

async function submit(
  { client, database, workgroup }: AthenaOptions,
  { sql, token }: Statement,
  attempt: number,
): Promise<string> {
  const { QueryExecutionId } = await client.send(
    new StartQueryExecutionCommand({
      QueryString: sql,
      WorkGroup: workgroup,
      QueryExecutionContext: { Database: database },
      // The SQL is part of it: Athena refuses a token that comes again with another statement.
      ClientRequestToken: createHash("sha256").update(`${token}\n${attempt}\n${sql}`).digest("hex"),
    }),
  );
  if (QueryExecutionId === undefined)
    throw new RetryableError("QUERY_FAILED", "Athena gave no id to the query");
  return QueryExecutionId;
}

async function waitForEnd({ client, clock }: AthenaOptions, queryId: string): Promise<QueryExecution> {
  const deadline = clock.now().getTime() + TIME_LIMIT_MS;
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(MAX_POLL_MS, pause * GROWTH)) {
    const { QueryExecution: execution = {} } = await client.send(
      new GetQueryExecutionCommand({ QueryExecutionId: queryId }),
    );
    const state = execution.Status?.State;
    if (state === "SUCCEEDED" || state === "FAILED" || state === "CANCELLED") return execution;
    if (clock.now().getTime() >= deadline) {
      throw new RetryableError(
        "QUERY_TIMEOUT",
        `query ${queryId} is still ${state} after ${TIME_LIMIT_MS / 60_000} minutes`,
      );
    }
    await clock.sleep(pause);
  }
}

function outcomeOf(queryId: string, { Status: status }: QueryExecution): Outcome {
  const reason = status?.StateChangeReason ?? status?.AthenaError?.ErrorMessage ?? "no reason given";
  if (status?.State === "SUCCEEDED" || ALREADY_EXISTS.test(reason)) return { kind: "succeeded", queryId };
  const error = new QueryFailedError(queryId, `${status?.State}: ${reason}`);
  if (status?.State === "FAILED" && status.AthenaError?.Retryable) return { kind: "try-again", error };
  throw error;
}
