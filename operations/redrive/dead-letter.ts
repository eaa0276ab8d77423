import type { Message } from "@aws-sdk/client-sqs";
import { arrivedObjects } from "../../handlers/arrived-objects";
import { messageOf } from "../../handlers/core/errors";
import { isRecord, jsonOf } from "../../handlers/core/json";

/** Subject of a message in a dead-letter queue. */
export type DeadLetter =
  /** Objects that could not be moved. */
  | { readonly kind: "objects"; readonly objects: readonly string[] }
  /** A run of a function that could not begin or ended badly. */
  | { readonly kind: "run"; readonly request: RunRequest; readonly error: string }
  /** Not a message of the pipeline: it is left in the queue. */
  | { readonly kind: "unknown"; readonly reason: string };

/**
 * Run to request from a function.
 *
 * - `now`: the run that is due now. A scheduled run also does the work of all missed runs. A failed run is
 *   never repeated with its own time, because Athena would return the failed statement for it.
 * - `table`: as `now`, for a function that is invoked for each table.
 * - `range`: hours that were requested by hand.
 */
export type RunRequest =
  | { readonly kind: "now" }
  | { readonly kind: "table"; readonly table: string }
  | { readonly kind: "range"; readonly from: string; readonly to: string };

/** The event to invoke the function with. */
export const payloadOf = ({ kind, ...values }: RunRequest): string => JSON.stringify(values);

/** Reads a message of the queue behind the queue of new objects. */
export function readArrival({ Body = "" }: Message): DeadLetter {
  try {
    return {
      kind: "objects",
      objects: arrivedObjects(Body).map(({ bucket, key }) => `s3://${bucket}/${key}`),
    };
  } catch (error) {
    return { kind: "unknown", reason: messageOf(error) };
  }
}

/**
 * Reads a message of a schedule's queue: Lambda's record of a failed run, or an event that the schedule could
 * not deliver.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
 */
export function readRun({ Body = "", MessageAttributes = {} }: Message): DeadLetter {
  const body = jsonOf(Body);
  const isOfFailure = isRecord(body) && "requestPayload" in body;
  const payload = isOfFailure ? body.requestPayload : body;
  const request = isRecord(payload) ? requestOf(payload) : undefined;
  if (!request)
    return { kind: "unknown", reason: `expected the event of a function, got ${Body.slice(0, 200)}` };
  const response = isOfFailure && isRecord(body.responsePayload) ? body.responsePayload : {};
  const schedule = [MessageAttributes.ERROR_CODE, MessageAttributes.ERROR_MESSAGE].flatMap(
    (attribute) => attribute?.StringValue ?? [],
  );
  const error = isOfFailure ? [response.errorType, response.errorMessage] : schedule;
  return { kind: "run", request, error: error.filter((text) => typeof text === "string").join(": ") };
}

function requestOf(payload: Record<string, unknown>): RunRequest | undefined {
  const { from, to, table } = payload;
  if (typeof from === "string" && typeof to === "string") return { kind: "range", from, to };
  if (table !== undefined) return typeof table === "string" ? { kind: "table", table } : undefined;
  return "scheduledTime" in payload || Object.keys(payload).length === 0 ? { kind: "now" } : undefined;
}
