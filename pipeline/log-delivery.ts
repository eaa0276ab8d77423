import { FORMATS } from "../formats";
import { formatsOf } from "../formats/configured-source";
import type { AclDelivery, LogDelivery, PolicyDelivery } from "../formats/delivery";
import type { BucketRef } from "./bucket-ref";
import { keyPrefixOf, type LogSource } from "./log-source";
import { allow, type PolicyStatement } from "./policy";

/** Where logs are delivered, as far as it is not said of each source. */
export interface DeliveryPlace {
  /** Account of the sources that name none. */
  readonly account: () => string;
  readonly region: () => string;
}

/** Lets the services deliver that need a bucket's policy for it: a statement for each format. The account in the keys limits it. */
export const letServicesDeliver = (
  bucketArn: string,
  sources: readonly LogSource[],
  { account: ownAccount, region }: DeliveryPlace,
): PolicyStatement[] =>
  formatsOf(sources).flatMap((id) => {
    const { delivery } = FORMATS[id];
    if (delivery.kind !== "bucket-policy") return [];
    return [
      {
        Sid: delivery.statementId,
        Effect: "Allow",
        Principal: deliveryPrincipal(delivery, region),
        Action: "s3:PutObject",
        Resource: sources
          .filter(({ format }) => format === id)
          .flatMap((source) =>
            (source.accounts ?? [ownAccount()]).map(
              (account) => `${bucketArn}/${keyPrefixOf(source)}${account}/*`,
            ),
          ),
      },
    ];
  });

/** In a Region that Terraform alone knows, it finds the principal, too. Tokens in an expression lose their braces. */
function deliveryPrincipal(
  { service, accounts }: PolicyDelivery,
  regionOf: () => string,
): Readonly<Record<string, string>> {
  const byRegion = Object.entries(accounts);
  if (byRegion.length === 0) return { Service: service };
  const region = regionOf();
  if (!region.includes("${")) {
    const account = accounts[region];
    return account === undefined ? { Service: service } : { AWS: account };
  }
  const isOne = `contains(${JSON.stringify(byRegion.map(([name]) => name))}, ${region})`;
  const principal = byRegion.reduce(
    (others, [name, account]) => `${region} == "${name}" ? "${account}" : ${others}`,
    `"${service}"`,
  );
  return { [`\${${isOne} ? "AWS" : "Service"}`]: `\${${principal}}` };
}

const deliveriesOf = (sources: readonly Pick<LogSource, "format">[]): readonly LogDelivery[] =>
  formatsOf(sources).map((id) => FORMATS[id].delivery);

/** The deliveries that need a bucket's access control list, one for each format. */
export const aclDeliveriesOf = (sources: readonly Pick<LogSource, "format">[]): readonly AclDelivery[] =>
  deliveriesOf(sources).filter((delivery) => delivery.kind === "acl");

/** Who cannot deliver to a bucket that a KMS key encrypts, for people. */
export const withoutKmsKey = (sources: readonly Pick<LogSource, "format">[]): readonly string[] =>
  deliveriesOf(sources)
    .filter(({ takesKmsKey }) => !takesKmsKey)
    .map(({ by }) => by);

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

/** What the block of a source's kind is given, in the form that it takes. */
export const deliveryOf = (
  { format, prefix }: LogSource,
  bucket: BucketRef,
): Pick<Delivery, "bucket" | "prefix"> => {
  switch (FORMATS[format].delivery.target) {
    case "name":
      return { bucket: bucket.bucket, prefix: withoutSlash(prefix) };
    case "domain-name":
      return { bucket: bucket.bucketDomainName, prefix };
  }
};

const withoutSlash = (prefix: string): string =>
  prefix.includes("${") ? `\${trimsuffix("${prefix}", "/")}` : prefix.replace(/\/$/, "");
