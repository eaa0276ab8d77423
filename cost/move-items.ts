import { DAY_SECONDS } from "../formats/time";
import { FILES_PER_NOTE } from "../handlers/core/arrival-notes";
import { MEMORY_MIB, MOVE } from "../pipeline/sizing";
import { moveSeconds } from "./function-time";
import { type Item, item, LOG_GB_PER_INVOCATION } from "./item";
import { DAYS_PER_MONTH, type Month } from "./load";
import { REQUESTS } from "./requests";

/** Lambda polls a queue with five readers, each for up to twenty seconds. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const QUEUE_READERS = 5;
const LONG_POLL_SECONDS = 20;
/** Messages in one DeleteMessageBatch. */
const QUEUE_BATCH = 10;

/**
 * Invocations of `move-access-logs` in a month: for full batches, or each time a poller's batch window ends.
 */
export const moveInvocations = (files: number): number =>
  Math.max(
    files / MOVE.batchSize,
    Math.min(files, QUEUE_READERS * (DAY_SECONDS / MOVE.batchWindowSeconds) * DAYS_PER_MONTH),
  );

/**
 * Notes that `move-access-logs` writes in a month: at least one per invocation, and one per hundred files.
 */
export const moveNotes = (files: number): number => {
  const invocations = moveInvocations(files);
  return invocations * Math.ceil(files / invocations / FILES_PER_NOTE);
};

export function moveItems({ files }: Month): Item[] {
  const invocations = moveInvocations(files);
  const seconds = invocations * moveSeconds(files / invocations);
  const idlePolls = (QUEUE_READERS * DAY_SECONDS * DAYS_PER_MONTH) / LONG_POLL_SECONDS;
  return [
    item("move: copies", "s3Writes", REQUESTS.copiesPerFile * files),
    item("move: notes", "s3Writes", moveNotes(files)),
    // S3's message is billed to the queue; in the worst case, each is received alone.
    item("move: queue", "sqsRequests", idlePolls + files * (1 + 1 + 1 / QUEUE_BATCH)),
    item("move: invocations", "lambdaInvocations", invocations),
    item("move: run time", "lambdaArm", (seconds * MEMORY_MIB) / 1024),
    item("move: log", "functionLogs", invocations * LOG_GB_PER_INVOCATION),
  ];
}
