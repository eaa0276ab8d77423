import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { MoveQueue } from "../core/ports";

export interface MoveQueueOptions {
  readonly client: Pick<SQSClient, "send">;
  readonly url: string;
}

/** Objects in one message, which can hold 256 KiB: keys have at most 1 KiB, and three times as much if encoded. */
const OBJECTS_PER_MESSAGE = 50;

/** The queue of S3's event notifications. */
export const sqsMoveQueue = ({ client, url }: MoveQueueOptions): MoveQueue => ({
  announce: async (objects) => {
    for (let start = 0; start < objects.length; start += OBJECTS_PER_MESSAGE) {
      const Records = objects.slice(start, start + OBJECTS_PER_MESSAGE).map(({ bucket, key, size }) => ({
        s3: { bucket: { name: bucket }, object: { key: encodeURIComponent(key), size } },
      }));
      await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: JSON.stringify({ Records }) }));
    }
  },
});
