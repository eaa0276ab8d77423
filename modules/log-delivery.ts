import { keyPrefixOf, type LogSource } from "./log-source";
import { allow, type PolicyStatement } from "./policy";

/** Load balancers of every Region deliver as this service; the account in the key is what limits it. */
const LOAD_BALANCER_DELIVERY = "logdelivery.elasticloadbalancing.amazonaws.com";

/**
 * Lets load balancers deliver into a bucket. CloudFront's standard logs rest on access control lists instead.
 *
 * @param ownAccount account of the sources that name none
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
 */
export function letLoadBalancersDeliver(
  bucketArn: string,
  sources: readonly LogSource[],
  ownAccount: () => string,
): PolicyStatement[] {
  const balancers = sources.filter(({ format }) => format === "alb");
  if (balancers.length === 0) return [];
  return [
    {
      Sid: "LoadBalancerLogDelivery",
      Effect: "Allow",
      Principal: { Service: LOAD_BALANCER_DELIVERY },
      Action: "s3:PutObject",
      Resource: balancers.flatMap((source) =>
        (source.accounts ?? [ownAccount()]).map(
          (account) => `${bucketArn}/${keyPrefixOf(source)}${account}/*`,
        ),
      ),
    },
  ];
}

/** What `move-access-logs` does with the objects as they were delivered. */
export const takeOriginals = (
  bucketArn: string,
  sources: readonly LogSource[],
  keepOriginals: boolean,
): PolicyStatement =>
  allow(
    ["s3:GetObject", "s3:GetObjectTagging", ...(keepOriginals ? [] : ["s3:DeleteObject"])],
    sources.map((source) => `${bucketArn}/${keyPrefixOf(source)}*`),
  );
