import type { BucketRef } from "./bucket-ref";
import { keyPrefixOf, type LogSource } from "./log-source";
import { allow, type PolicyStatement } from "./policy";
import { DELIVERY_ACCOUNTS } from "./regions";

/** Load balancers deliver as this service; the account in the key is what limits it. */
const LOAD_BALANCER_DELIVERY = "logdelivery.elasticloadbalancing.amazonaws.com";

/** Where load balancers deliver, as far as it is not said of each source. */
export interface DeliveryPlace {
  /** Account of the sources that name none. */
  readonly account: () => string;
  readonly region: () => string;
}

/**
 * Lets load balancers deliver into a bucket. CloudFront's standard logs rest on access control lists instead.
 *
 * No condition on the source narrows it further: the guide has none, and load balancers are reported to be refused with one.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
 */
export function letLoadBalancersDeliver(
  bucketArn: string,
  sources: readonly LogSource[],
  { account: ownAccount, region }: DeliveryPlace,
): PolicyStatement[] {
  const balancers = sources.filter(({ format }) => format === "alb");
  if (balancers.length === 0) return [];
  return [
    {
      Sid: "LoadBalancerLogDelivery",
      Effect: "Allow",
      Principal: deliveryPrincipal(region()),
      Action: "s3:PutObject",
      Resource: balancers.flatMap((source) =>
        (source.accounts ?? [ownAccount()]).map(
          (account) => `${bucketArn}/${keyPrefixOf(source)}${account}/*`,
        ),
      ),
    },
  ];
}

/** In a Region that Terraform alone knows, it finds the principal, too. Tokens in an expression lose their braces. */
function deliveryPrincipal(region: string): Readonly<Record<string, string>> {
  if (!region.includes("${")) {
    const account = DELIVERY_ACCOUNTS[region];
    return account === undefined ? { Service: LOAD_BALANCER_DELIVERY } : { AWS: account };
  }
  const accounts = Object.entries(DELIVERY_ACCOUNTS);
  const isOne = `contains(${JSON.stringify(accounts.map(([name]) => name))}, ${region})`;
  const principal = accounts.reduce(
    (others, [name, account]) => `${region} == "${name}" ? "${account}" : ${others}`,
    `"${LOAD_BALANCER_DELIVERY}"`,
  );
  return { [`\${${isOne} ? "AWS" : "Service"}`]: `\${${principal}}` };
}

/** What `move-access-logs` does with the objects as they were delivered. */
export const takeOriginals = (
  bucketArn: string,
  sources: readonly LogSource[],
  keepOriginals: boolean,
): PolicyStatement => ({
  Sid: "TakeOriginals",
  ...allow(
    ["s3:GetObject", "s3:GetObjectTagging", ...(keepOriginals ? [] : ["s3:DeleteObject"])],
    sources.map((source) => `${bucketArn}/${keyPrefixOf(source)}*`),
  ),
});

/** The arguments of Terraform's blocks that switch a source's logs on. */
export interface Delivery {
  readonly source: string;
  readonly bucket: string;
  readonly prefix: string;
}

/** For `access_logs` of a load balancer, or `logging_config` of a distribution, each in its own form. */
export const deliveryOf = (
  { format, prefix }: LogSource,
  bucket: BucketRef,
): Pick<Delivery, "bucket" | "prefix"> =>
  format === "alb"
    ? { bucket: bucket.bucket, prefix: withoutSlash(prefix) }
    : { bucket: bucket.bucketDomainName, prefix };

const withoutSlash = (prefix: string): string =>
  prefix.includes("${") ? `\${trimsuffix("${prefix}", "/")}` : prefix.replace(/\/$/, "");
