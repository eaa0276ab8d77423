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
   * ARN of the queue in front of it. It is named because EventBridge puts what it could not deliver into the dead-letter
   * queue itself: such messages have no queue of their own that SQS could move them back to.
   */
  readonly to: string;
  /** Messages a second; SQS chooses if it is not said. */
  readonly rate?: number;
  readonly onProgress: (moved: number, total: number) => void;
}

const FIRST_POLL_MS = 200;
const MAX_POLL_MS = 5_000;
const GROWTH = 1.5;

/**
 * Has SQS move all messages of a dead-letter queue to the queue in front of it. A task that is at it already is followed.
 *
 * @returns how many were moved
 * @throws UserError if SQS gave up; what was not moved is where it was
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
