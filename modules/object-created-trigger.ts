import { CloudwatchEventPermission } from "@cdktf/provider-aws/lib/cloudwatch-event-permission";
import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target";
import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { S3BucketNotification } from "@cdktf/provider-aws/lib/s3-bucket-notification";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { SqsQueuePolicy } from "@cdktf/provider-aws/lib/sqs-queue-policy";
import { SqsQueueRedriveAllowPolicy } from "@cdktf/provider-aws/lib/sqs-queue-redrive-allow-policy";
import { Construct } from "constructs";
import { deadLetterQueue } from "./dead-letter-queue";
import { fixLogicalId } from "./logical-id";
import { denyPlainText, type PolicyStatement, policyDocument } from "./policy";
import { queueEncryption, type Safeguards } from "./safeguards";

/** A bucket of this stack or one that exists already. */
export interface BucketRef {
  readonly bucket: string;
  readonly arn: string;
}

/**
 * How S3 tells of new objects.
 *
 * - `s3-notification`: the bucket's own notification. It rules the whole notification configuration of the bucket, so
 *   it is only for a bucket that this stack creates.
 * - `eventbridge`: a rule on the events that the bucket sends to EventBridge. Nothing on the bucket is touched; its
 *   owner must have switched them on, and forward them if it is another account.
 * - `queue`: the bucket may send to the queue. Nothing on it is touched; its owner must have it do so.
 */
export type TriggerKind = "s3-notification" | "eventbridge" | "queue";

export interface ObjectCreatedTriggerProps extends Pick<Safeguards, "kmsKey"> {
  readonly name: string;
  readonly kind: TriggerKind;
  readonly bucket: BucketRef;
  /**
   * Account that owns the bucket.
   *
   * @default - the account that is deployed to
   */
  readonly bucketOwner?: string;
  /** What the keys start with; no prefix may start with another one. */
  readonly keyPrefixes: readonly string[];
  /** Seconds that a message stays invisible to others once it is received: at least six times the consumer's timeout. */
  readonly visibilityTimeoutSeconds: number;
}

const DAY_SECONDS = 86_400;
const QUEUE_RETENTION_DAYS = 4;
/** AWS advises at least five: a throttled function must not send good messages to the dead-letter queue. */
const MAX_RECEIVE_COUNT = 5;

/**
 * A queue that gets a message for each new object, and a dead-letter queue behind it.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
export class ObjectCreatedTrigger extends Construct {
  readonly queue: SqsQueue;
  readonly deadLetterQueue: SqsQueue;
  readonly visibilityTimeoutSeconds: number;

  constructor(scope: Construct, id: string, props: ObjectCreatedTriggerProps) {
    super(scope, id);
    this.visibilityTimeoutSeconds = props.visibilityTimeoutSeconds;
    this.deadLetterQueue = deadLetterQueue(this, props.name, props);
    this.queue = new SqsQueue(this, "Default", {
      name: props.name,
      visibilityTimeoutSeconds: props.visibilityTimeoutSeconds,
      messageRetentionSeconds: QUEUE_RETENTION_DAYS * DAY_SECONDS,
      receiveWaitTimeSeconds: 20,
      ...queueEncryption(props),
      redrivePolicy: JSON.stringify({
        deadLetterTargetArn: this.deadLetterQueue.arn,
        maxReceiveCount: MAX_RECEIVE_COUNT,
      }),
    });
    fixLogicalId(this.queue, id);
    new SqsQueueRedriveAllowPolicy(this, "redrive_allow", {
      queueUrl: this.deadLetterQueue.url,
      redriveAllowPolicy: JSON.stringify({ redrivePermission: "byQueue", sourceQueueArns: [this.queue.arn] }),
    });
    if (props.kind === "eventbridge") this.notifyFromEventBridge(props);
    else this.notifyFromBucket(props);
  }

  private notifyFromBucket({ kind, bucket, bucketOwner, keyPrefixes }: ObjectCreatedTriggerProps): void {
    const owner = bucketOwner ?? new DataAwsCallerIdentity(this, "account").accountId;
    const policies = this.permit("s3.amazonaws.com", {
      ArnEquals: { "aws:SourceArn": bucket.arn },
      StringEquals: { "aws:SourceAccount": owner },
    });
    if (kind === "queue") return;
    new S3BucketNotification(this, "notification", {
      bucket: bucket.bucket,
      queue: keyPrefixes.map((filterPrefix) => ({
        queueArn: this.queue.arn,
        // Large files arrive as multipart uploads and some services POST: every way of creation counts.
        events: ["s3:ObjectCreated:*"],
        filterPrefix,
      })),
      dependsOn: policies,
    });
  }

  private notifyFromEventBridge({ name, bucket, bucketOwner, keyPrefixes }: ObjectCreatedTriggerProps): void {
    if (bucketOwner !== undefined) {
      new CloudwatchEventPermission(this, "forwarding", {
        statementId: `${name}-forwarding`,
        principal: bucketOwner,
      });
    }
    const rule = new CloudwatchEventRule(this, "rule", {
      name,
      description: "New access logs",
      eventPattern: JSON.stringify({
        source: ["aws.s3"],
        ...(bucketOwner === undefined ? {} : { account: [bucketOwner] }),
        "detail-type": ["Object Created"],
        detail: {
          bucket: { name: [bucket.bucket] },
          object: { key: keyPrefixes.map((prefix) => ({ prefix })) },
        },
      }),
    });
    const policies = this.permit("events.amazonaws.com", { ArnEquals: { "aws:SourceArn": rule.arn } });
    new CloudwatchEventTarget(this, "target", {
      rule: rule.name,
      arn: this.queue.arn,
      deadLetterConfig: { arn: this.deadLetterQueue.arn },
      dependsOn: policies,
    });
  }

  /** Lets a service send to both queues, over TLS only. */
  private permit(service: string, condition: NonNullable<PolicyStatement["Condition"]>): SqsQueuePolicy[] {
    return [
      { id: "policy", queue: this.queue },
      { id: "dead_letters_policy", queue: this.deadLetterQueue },
    ].map(
      ({ id, queue }) =>
        new SqsQueuePolicy(this, id, {
          queueUrl: queue.url,
          policy: policyDocument([
            {
              Sid: "NewObjects",
              Effect: "Allow",
              Principal: { Service: service },
              Action: "sqs:SendMessage",
              Resource: queue.arn,
              Condition: condition,
            },
            denyPlainText("sqs:*", [queue.arn]),
          ]),
        }),
    );
  }
}
