import {
  ChangeMessageVisibilityBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";

/** SQS hands out at most ten messages at a time. */
const BATCH = 10;
/** Long enough to look at a batch. Afterwards it is visible again, even after a crash. */
const PEEK_SECONDS = 10;
/** Long polling: with a wait time, SQS queries all of its servers instead of some. */
const WAIT_SECONDS = 1;

/** Receives some messages, which stay invisible for some seconds. */
export async function receive(client: SQSClient, url: string, seconds: number): Promise<readonly Message[]> {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: BATCH,
      VisibilityTimeout: seconds,
      WaitTimeSeconds: WAIT_SECONDS,
      MessageAttributeNames: ["All"],
      MessageSystemAttributeNames: ["SentTimestamp", "ApproximateReceiveCount"],
    }),
  );
  return Messages;
}

/** Makes messages visible again at once. */
export async function giveBack(client: SQSClient, url: string, messages: readonly Message[]): Promise<void> {
  for (let start = 0; start < messages.length; start += BATCH) {
    const Entries = messages.slice(start, start + BATCH).map(({ ReceiptHandle }, index) => ({
      Id: String(index),
      ReceiptHandle,
      VisibilityTimeout: 0,
    }));
    await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }));
  }
}

/** Reads some messages of a dead-letter queue and leaves them there. */
export async function peek(client: SQSClient, url: string): Promise<readonly Message[]> {
  const messages = await receive(client, url, PEEK_SECONDS);
  await giveBack(client, url, messages);
  return messages;
}
