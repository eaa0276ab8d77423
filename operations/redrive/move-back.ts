import {
  ListMessageMoveTasksCommand,
  type SQSClient,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import type { Clock } from "../../handlers/core/ports";
import { UserError } from "../../terminal/user-error";

export interface MoveBackOptions {
  /** ARN of the dead-letter queue. */
  readonly from: string;
  /**
   * ARN of its source queue. It must be given, because EventBridge sends undelivered events directly to the
   * dead-letter queue: SQS knows no source queue for such messages.
   */
  readonly to: string;
  /** Messages per second; if undefined, SQS chooses the rate. */
  readonly rate?: number;
  readonly onProgress: (moved: number, total: number) => void;
}

const FIRST_POLL_MS = 200;
const MAX_POLL_MS = 5_000;
const GROWTH = 1.5;

/**
 * Makes SQS move all messages of a dead-letter queue to its source queue. If such a task is already running,
 * waits for that task.
 *
 * @returns number of moved messages
 * @throws UserError if the task fails; the other messages stay in the dead-letter queue
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
 */
export async function moveBack(client: SQSClient, clock: Clock, options: MoveBackOptions): Promise<number> {
  const { from, to, rate, onProgress } = options;
  if ((await lastTask(client, from))?.Status !== "RUNNING") {
    await client.send(
      new StartMessageMoveTaskCommand({
        SourceArn: from,
        DestinationArn: to,
        ...(rate === undefined ? {} : { MaxNumberOfMessagesPerSecond: rate }),
      }),
    );
  }
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(MAX_POLL_MS, pause * GROWTH)) {
    const task = await lastTask(client, from);
    const moved = Number(task?.ApproximateNumberOfMessagesMoved ?? 0);
    onProgress(moved, Number(task?.ApproximateNumberOfMessagesToMove ?? 0));
    if (task?.Status === "COMPLETED") return moved;
    if (task?.Status !== "RUNNING") {
      throw new UserError(
        `${from}: SQS stopped after ${moved} messages (${task?.Status ?? "no task"}: ${task?.FailureReason ?? "no reason given"}); run the same command again`,
      );
    }
    await clock.sleep(pause);
  }
}

async function lastTask(client: SQSClient, arn: string) {
  const { Results = [] } = await client.send(
    new ListMessageMoveTasksCommand({ SourceArn: arn, MaxResults: 1 }),
  );
  return Results[0];
}
