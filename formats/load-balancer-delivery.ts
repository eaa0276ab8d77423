import type { PolicyDelivery } from "./delivery";

/**
 * The delivery by load balancers themselves. The policy has no condition on the source, as in the guide: deliveries are reported to be
 * refused with one.
 */
export const byLoadBalancers: PolicyDelivery = {
  kind: "bucket-policy",
  by: "load balancers",
  setting: "access_logs of a load balancer",
  target: "name",
  takesKmsKey: false,
  statementId: "LoadBalancerLogDelivery",
  // AWS recommends it instead of accounts by Region, which are used only where there is no alternative.
  service: "logdelivery.elasticloadbalancing.amazonaws.com",
  accounts: {
    "cn-north-1": "arn:aws-cn:iam::638102146993:root",
    "cn-northwest-1": "arn:aws-cn:iam::037604701340:root",
    "us-gov-east-1": "arn:aws-us-gov:iam::190560391635:root",
    "us-gov-west-1": "arn:aws-us-gov:iam::048591011584:root",
  },
};
