import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SnsTopicPolicy } from "@cdktf/provider-aws/lib/sns-topic-policy";
import { Construct } from "constructs";
import { denyPlainText, policyDocument } from "../../pipeline/policy";
import type { SecurityProps } from "../../pipeline/security-props";
import { fixLogicalId } from "../logical-id";

export interface AlarmTopicProps extends Pick<SecurityProps, "kmsKey"> {
  readonly name: string;
  /** AWS account of the deployment: only its alarms may publish. */
  readonly accountId: string;
}

/**
 * A topic that the account's alarms publish to, over TLS only.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
 */
export class AlarmTopic extends Construct {
  readonly topic: SnsTopic;

  constructor(scope: Construct, id: string, { name, accountId, kmsKey }: AlarmTopicProps) {
    super(scope, id);
    this.topic = new SnsTopic(this, "Default", {
      name,
      // CloudWatch cannot use AWS's managed key for SNS: use a customer managed key, or no key.
      ...(kmsKey === undefined ? {} : { kmsMasterKeyId: kmsKey }),
    });
    fixLogicalId(this.topic, id);
    new SnsTopicPolicy(this, "policy", {
      arn: this.topic.arn,
      policy: policyDocument([
        {
          Sid: "Alarms",
          Effect: "Allow",
          Principal: { Service: "cloudwatch.amazonaws.com" },
          Action: "sns:Publish",
          Resource: this.topic.arn,
          Condition: { StringEquals: { "aws:SourceAccount": accountId } },
        },
        // Topic policies do not support "sns:*".
        denyPlainText("sns:Publish", [this.topic.arn]),
      ]),
    });
  }
}
