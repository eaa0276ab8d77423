import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import { Construct } from "constructs";
import type { AlarmSubscription } from "../../pipeline/alarm-protocols";
import { fixLogicalId } from "../logical-id";

export interface AlarmSubscriptionsProps {
  readonly topicArn: string;
  readonly subscriptions: readonly AlarmSubscription[];
}

/** @see https://docs.aws.amazon.com/sns/latest/dg/sns-create-subscribe-endpoint-to-topic.html */
export class AlarmSubscriptions extends Construct {
  constructor(scope: Construct, id: string, { topicArn, subscriptions }: AlarmSubscriptionsProps) {
    super(scope, id);
    const subscription = new SnsTopicSubscription(this, "Default", {
      topicArn,
      protocol: "${each.value.protocol}",
      endpoint: "${each.value.endpoint}",
    });
    // One resource for all subscriptions, so that it has the same address in the Terraform module, where only
    // Terraform knows the list.
    subscription.addOverride(
      "for_each",
      Object.fromEntries(subscriptions.map((each) => [each.endpoint, each])),
    );
    fixLogicalId(subscription, id);
  }
}
