import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { DeleteMessageCommand, type Message, type SQSClient } from "@aws-sdk/client-sqs";
import { payloadOf, readRun } from "./dead-letter";
import { giveBack, receive } from "./peek";

export interface RunAgainOptions {
  readonly functionName: string;
  readonly queueUrl: string;
  /** Messages that were there at the beginning: what comes meanwhile is of the runs begun here. */
  readonly messages: number;
  readonly onProgress: (done: number, total: number) => void;
}

/** What became of the messages. */
export interface RanAgain {
  /** Payloads that the function was invoked with. */
  readonly invoked: readonly string[];
  /** Messages that stand for these runs, and are deleted. */
  readonly done: number;
  /** Messages that nobody could read: they stay. */
  readonly left: number;
}

/** Longer than it takes to work on a batch. */
const WORK_SECONDS = 120;

/**
 * Has a function do again what it could not do: one run for everything that a schedule asked for, or one for each table, and
 * one for each range of hours.
 *
 * A message is deleted when Lambda has taken the run over: if that fails again, Lambda puts it into the same queue. SQS
 * itself cannot help here: it moves messages only back to a queue, and these never were in one.
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
