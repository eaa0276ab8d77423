import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import type { Construct } from "constructs";
import { DAY_SECONDS } from "../formats/time";
import { deadLetterQueueNameOf } from "../pipeline/names";
import { queueEncryption, type SecurityProps } from "../pipeline/security-props";
import { fixLogicalId } from "./logical-id";

/** SQS's maximum: long enough to come back from a holiday and redrive. */
export const DEAD_LETTER_RETENTION_DAYS = 14;

/**
 * Creates an encrypted queue for messages that failed, as the child `dead_letters` of a construct.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
 */
export function deadLetterQueue(scope: Construct, name: string, security: SecurityProps): SqsQueue {
  const queue = new SqsQueue(scope, "dead_letters", {
    name: deadLetterQueueNameOf(name),
    messageRetentionSeconds: DEAD_LETTER_RETENTION_DAYS * DAY_SECONDS,
    ...queueEncryption(security),
  });
  fixLogicalId(queue, `${scope.node.id}_dead_letters`);
  return queue;
}
