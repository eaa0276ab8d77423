import { CloudwatchEventPermission } from "@cdktf/provider-aws/lib/cloudwatch-event-permission";
import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target";
import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import { DataAwsRegion } from "@cdktf/provider-aws/lib/data-aws-region";
import { S3BucketNotification } from "@cdktf/provider-aws/lib/s3-bucket-notification";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { SqsQueuePolicy } from "@cdktf/provider-aws/lib/sqs-queue-policy";
import { SqsQueueRedriveAllowPolicy } from "@cdktf/provider-aws/lib/sqs-queue-redrive-allow-policy";
import type { TerraformResource } from "cdktf";
import { Construct } from "constructs";
import { DAY_SECONDS } from "../formats/time";
import type { BucketRef } from "../pipeline/bucket-ref";
import { MAX_PATTERN_LENGTH } from "../pipeline/limits";
import { denyPlainText, type PolicyStatement, policyDocument } from "../pipeline/policy";
import { BUCKET_NAME_LIMIT } from "../pipeline/rules";
import { queueEncryption, type SecurityProps } from "../pipeline/security-props";
import { shortHashOf } from "../pipeline/short-hash";
import { deadLetterQueue } from "./dead-letter-queue";
import { fixLogicalId } from "./logical-id";

/**
 * How S3 reports new objects.
 *
 * - `s3-notification`: the bucket's own notification. It owns the bucket's whole notification configuration,
 *   so it is only for a bucket that this stack creates.
 * - `eventbridge`: one or more rules on the events that the bucket sends to EventBridge. The bucket is not
 *   changed: its owner must switch the events on, and forward them from another account.
 * - `queue`: the bucket may send to the queue. The bucket is not changed: its owner must configure the
 *   notification.
 */
export type TriggerKind = "s3-notification" | "eventbridge" | "queue";

/** Objects whose keys start with the same text. */
export interface ObjectSource {
  readonly name: string;
  readonly keyPrefix: string;
}

export interface ObjectCreatedTriggerProps extends Pick<SecurityProps, "kmsKey"> {
  readonly name: string;
  readonly kind: TriggerKind;
  readonly bucket: BucketRef;
  /**
   * Account that owns the bucket.
   *
   * @default - the account of the deployment
   */
  readonly bucketOwner?: string;
  /** Prefixes of the objects; no prefix may start with another one. */
  readonly sources: readonly ObjectSource[];
  /**
   * One rule for each source instead of one for all. Only for `eventbridge`.
   *
   * @default - true if the sources do not fit into one rule's pattern
   */
  readonly ruleForEachSource?: boolean;
  /** Seconds that a received message stays invisible: at least six times the consumer's timeout. */
  readonly visibilityTimeoutSeconds: number;
}

const QUEUE_RETENTION_DAYS = 4;
/** AWS advises at least five: a throttled function must not send good messages to the dead-letter queue. */
const MAX_RECEIVE_COUNT = 5;

/**
 * A queue that gets a message for each new object, and its dead-letter queue.
 *
 * @example
 * new ObjectCreatedTrigger(this, "trigger", {
 *   name: "company-logs-arrivals",
 *   kind: "queue",
 *   bucket: {
 *     bucket: "company-logs",
 *     arn: "arn:aws:s3:::company-logs",
 *     bucketDomainName: "company-logs.s3.amazonaws.com",
 *   },
 *   sources: [{ name: "web", keyPrefix: "alb/AWSLogs/" }],
 *   visibilityTimeoutSeconds: 360,
 * });
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

  private notifyFromBucket({ kind, bucket, bucketOwner, sources }: ObjectCreatedTriggerProps): void {
    const owner = bucketOwner ?? this.accountId();
    const policies = [
      this.queuePolicy("policy", this.queue, [
        letSend("s3.amazonaws.com", this.queue, {
          ArnEquals: { "aws:SourceArn": bucket.arn },
          StringEquals: { "aws:SourceAccount": owner },
        }),
      ]),
      this.queuePolicy("dead_letters_policy", this.deadLetterQueue, []),
    ];
    if (kind === "queue") return;
    new S3BucketNotification(this, "notification", {
      bucket: bucket.bucket,
      queue: sources.map(({ keyPrefix }) => ({
        queueArn: this.queue.arn,
        // Large files arrive as multipart uploads and some services use POST, so all creation events are
        // needed.
        events: ["s3:ObjectCreated:*"],
        filterPrefix: keyPrefix,
      })),
      dependsOn: policies,
    });
  }

  private notifyFromEventBridge(props: ObjectCreatedTriggerProps): void {
    const { name, bucketOwner, sources, ruleForEachSource } = props;
    if (bucketOwner !== undefined) {
      new CloudwatchEventPermission(this, "forwarding", {
        statementId: `${name}-forwarding`,
        principal: bucketOwner,
      });
    }
    const each =
      ruleForEachSource ?? patternOf(props, sources).length + BUCKET_NAME_LIMIT > MAX_PATTERN_LENGTH;
    // A pattern of rule names, so that the policies do not grow with the number of rules.
    const rules = { ArnLike: { "aws:SourceArn": this.ruleArn(each ? `${name}-*` : name) } };
    const policies = [
      this.queuePolicy("policy", this.queue, [letSend("events.amazonaws.com", this.queue, rules)]),
      this.queuePolicy("dead_letters_policy", this.deadLetterQueue, [
        letSend("events.amazonaws.com", this.deadLetterQueue, rules),
      ]),
    ];
    const listen = (suffix: string, ruleName: string, heard: readonly ObjectSource[]) => {
      const rule = new CloudwatchEventRule(this, `rule${suffix}`, {
        name: ruleName,
        description: `New access logs${suffix && ` of ${heard[0]?.name}`}`,
        eventPattern: patternOf(props, heard),
      });
      const fix = (resource: TerraformResource) =>
        suffix && fixLogicalId(resource, `${this.node.id}${suffix}`);
      fix(rule);
      const target = new CloudwatchEventTarget(this, `target${suffix}`, {
        rule: rule.name,
        arn: this.queue.arn,
        deadLetterConfig: { arn: this.deadLetterQueue.arn },
        dependsOn: policies,
      });
      fix(target);
    };
    if (each)
      for (const source of sources)
        listen(`-${source.name}`, `${name}-${shortHashOf(source.name)}`, [source]);
    else listen("", name, sources);
  }

  private accountId(): string {
    return new DataAwsCallerIdentity(this, "account").accountId;
  }

  private ruleArn(name: string): string {
    const { partition } = new DataAwsPartition(this, "partition");
    const { region } = new DataAwsRegion(this, "region");
    return `arn:${partition}:events:${region}:${this.accountId()}:rule/${name}`;
  }

  /** Lets services send to a queue, over TLS only. */
  private queuePolicy(id: string, queue: SqsQueue, statements: readonly PolicyStatement[]): SqsQueuePolicy {
    return new SqsQueuePolicy(this, id, {
      queueUrl: queue.url,
      policy: policyDocument([...statements, denyPlainText("sqs:*", [queue.arn])]),
    });
  }
}

function patternOf(
  { bucket, bucketOwner }: Pick<ObjectCreatedTriggerProps, "bucket" | "bucketOwner">,
  sources: readonly ObjectSource[],
): string {
  return JSON.stringify({
    source: ["aws.s3"],
    ...(bucketOwner === undefined ? {} : { account: [bucketOwner] }),
    "detail-type": ["Object Created"],
    detail: {
      bucket: { name: [bucket.bucket] },
      object: { key: sources.map(({ keyPrefix }) => ({ prefix: keyPrefix })) },
    },
  });
}

const letSend = (
  service: string,
  queue: SqsQueue,
  condition: NonNullable<PolicyStatement["Condition"]>,
): PolicyStatement => ({
  Sid: "NewObjects",
  Effect: "Allow",
  Principal: { Service: service },
  Action: "sqs:SendMessage",
  Resource: queue.arn,
  Condition: condition,
});
