import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { DeleteMessageCommand, type Message, type SQSClient } from "@aws-sdk/client-sqs";
import { payloadOf, readRun } from "./dead-letter";
import { giveBack, receive } from "./peek";

export interface RunAgainOptions {
  readonly functionName: string;
  readonly queueUrl: string;
  /** Number of messages at the start: later messages come from the runs started here. */
  readonly messages: number;
  readonly onProgress: (done: number, total: number) => void;
}

/** Outcome for the messages. */
export interface RanAgain {
  /** Payloads that the function was invoked with. */
  readonly invoked: readonly string[];
  /** Messages of these runs, which are deleted. */
  readonly done: number;
  /** Messages that could not be read: they stay in the queue. */
  readonly left: number;
}

/** Visibility timeout: longer than the work on a batch. */
const WORK_SECONDS = 120;

/**
 * Repeats failed runs of a function: one run for all scheduled runs, or one for each table, and one for each
 * range of hours.
 *
 * A message is deleted when Lambda has accepted the run: if the run fails again, Lambda sends it to the same
 * queue. SQS cannot redrive these messages: they have no source queue.
 */
export async function runAgain(
  sqs: SQSClient,
  lambda: LambdaClient,
  options: RunAgainOptions,
): Promise<RanAgain> {
  const { functionName, queueUrl, messages, onProgress } = options;
  const invoked = new Set<string>();
  const left: Message[] = [];
  let done = 0;
  while (done + left.length < messages) {
    const batch = await receive(sqs, queueUrl, WORK_SECONDS);
    if (batch.length === 0) break;
    for (const message of batch) {
      const letter = readRun(message);
      if (letter.kind !== "run") {
        left.push(message);
        continue;
      }
      const payload = payloadOf(letter.request);
      if (!invoked.has(payload)) {
        await lambda.send(
          new InvokeCommand({ FunctionName: functionName, InvocationType: "Event", Payload: payload }),
        );
        invoked.add(payload);
      }
      await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle }));
      onProgress(++done, messages);
    }
  }
  await giveBack(sqs, queueUrl, left);
  return { invoked: [...invoked], done, left: left.length };
}
