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

/** Attempts of one request before it counts as failed; about two minutes in total. */
export const MAX_ATTEMPTS = 6;
const FIRST_BACKOFF_MS = 2_000;
const MAX_BACKOFF_MS = MINUTE_MS;
const FIRST_POLL_MS = 500;
const MAX_POLL_MS = 5_000;
const GROWTH = 1.5;

/** Errors that a later attempt may avoid: the account's limits, or a fault of Athena. */
const THROTTLING = new Set(["TooManyRequestsException", "ThrottlingException", "InternalServerException"]);

export const isBusy = (error: unknown): boolean => THROTTLING.has(String(nameOf(error)));

/** @param attempt number of the failed attempt, from 1 */
export const backoffMs = (attempt: number): number =>
  Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1));

/**
 * Submits a query.
 *
 * @param token from 32 to 128 characters; the same token and SQL join the query that they started before
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
 * @param onRunning called while the query runs; an error that it throws ends the wait, not the query
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

/** Athena's reason for the end of a query. */
export const reasonOf = ({ Status: status }: QueryExecution): string =>
  status?.StateChangeReason ?? status?.AthenaError?.ErrorMessage ?? "no reason given";
