import { GetQueueAttributesCommand, GetQueueUrlCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { functionsOf } from "../pipeline/deployed-parts";
import type { Answer } from "./inspector";
import type { LocatedPipeline } from "./locate-pipeline";

export interface QueueFacts {
  readonly name: string;
  /** True for a dead-letter queue: its messages wait for an operator. */
  readonly isDeadLetters: boolean;
  readonly answer: Answer<QueueState>;
}

export interface QueueState {
  readonly url: string;
  readonly arn: string;
  readonly waiting: number;
  /** Messages that were received and are not deleted yet. */
  readonly inFlight: number;
  /** JSON of the access policy and of the redrive policy. */
  readonly policy?: string;
  readonly redrivePolicy?: string;
}

/** The queue of new objects, and all dead-letter queues. */
export const awsQueues = (pipeline: LocatedPipeline): Promise<QueueFacts[]> => {
  const { move } = pipeline.parts;
  const queues = [
    ...(move?.queue === undefined ? [] : [{ name: move.queue, isDeadLetters: false }]),
    ...functionsOf(pipeline.parts).map(({ deadLetterQueue }) => ({
      name: deadLetterQueue,
      isDeadLetters: true,
    })),
  ];
  return Promise.all(
    queues.map(async (queue) => ({ ...queue, answer: await queueState(pipeline, queue.name) })),
  );
};

export const queueState = (
  { clients, inspector }: LocatedPipeline,
  name: string,
): Promise<Answer<QueueState>> =>
  inspector.ask("sqs:GetQueueAttributes", name, () => stateOf(clients.sqs, name));

/** @throws error of SQS, e.g. if the queue does not exist */
export async function stateOf(client: SQSClient, name: string): Promise<QueueState> {
  const { QueueUrl: url = "" } = await client.send(new GetQueueUrlCommand({ QueueName: name }));
  const { Attributes: attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }),
  );
  const { Policy: policy, RedrivePolicy: redrivePolicy } = attributes;
  return {
    url,
    arn: attributes.QueueArn ?? "",
    waiting: Number(attributes.ApproximateNumberOfMessages ?? 0),
    inFlight: Number(attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
    ...(policy === undefined ? {} : { policy }),
    ...(redrivePolicy === undefined ? {} : { redrivePolicy }),
  };
}
