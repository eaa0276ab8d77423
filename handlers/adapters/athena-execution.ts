import {
  type AthenaClient,
  GetQueryExecutionCommand,
  type QueryExecution,
  StartQueryExecutionCommand,
  type StartQueryExecutionInput,
} from "@aws-sdk/client-athena";
import { MINUTE_MS } from "../../formats/time";
import { nameOf, RetryableError } from "../core/errors";
import type { Clock } from "../core/ports";

export interface AthenaOptions {
  readonly client: Pick<AthenaClient, "send">;
  readonly clock: Clock;
  readonly database: string;
  readonly workgroup: string;
}

/** Requests of one kind before Athena counts as failed; about two minutes in all. */
export const MAX_ATTEMPTS = 6;
const FIRST_BACKOFF_MS = 2_000;
const MAX_BACKOFF_MS = MINUTE_MS;
const FIRST_POLL_MS = 500;
const MAX_POLL_MS = 5_000;
const GROWTH = 1.5;

/** Refusals that say "later": the account's own limits, or a fault on Athena's side. */
const THROTTLING = new Set(["TooManyRequestsException", "ThrottlingException", "InternalServerException"]);

export const isBusy = (error: unknown): boolean => THROTTLING.has(String(nameOf(error)));

/** @param attempt the one that failed, from 1 */
export const backoffMs = (attempt: number): number =>
  Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1));

/**
 * Submits a query.
 *
 * @param token from 32 to 128 characters; the same one with the same SQL joins the query that it started before
 * @returns the id of the query
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html
 */
export async function startQuery(
  { client, database, workgroup }: AthenaOptions,
  sql: string,
  token: string,
  further: Pick<StartQueryExecutionInput, "ResultReuseConfiguration"> = {},
): Promise<string> {
  const { QueryExecutionId } = await client.send(
    new StartQueryExecutionCommand({
      QueryString: sql,
      WorkGroup: workgroup,
      QueryExecutionContext: { Database: database },
      ClientRequestToken: token,
      ...further,
    }),
  );
  if (QueryExecutionId === undefined)
    throw new RetryableError("QUERY_FAILED", "Athena gave no id to the query");
  return QueryExecutionId;
}

/**
 * Waits until a query has succeeded, failed or been cancelled.
 *
 * @param onRunning called each time it has not; what it throws ends the waiting, not the query
 */
export async function waitForEnd(
  { client, clock }: Pick<AthenaOptions, "client" | "clock">,
  queryId: string,
  onRunning: (execution: QueryExecution) => void,
): Promise<QueryExecution> {
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(MAX_POLL_MS, pause * GROWTH)) {
    const { QueryExecution: execution = {} } = await client.send(
      new GetQueryExecutionCommand({ QueryExecutionId: queryId }),
    );
    const state = execution.Status?.State;
    if (state === "SUCCEEDED" || state === "FAILED" || state === "CANCELLED") return execution;
    onRunning(execution);
    await clock.sleep(pause);
  }
}

/** Athena's own words about how a query ended. */
export const reasonOf = ({ Status: status }: QueryExecution): string =>
  status?.StateChangeReason ?? status?.AthenaError?.ErrorMessage ?? "no reason given";
