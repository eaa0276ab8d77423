import { FORMATS } from "../formats";
import { formatsOf } from "../formats/configured-source";
import type { AclDelivery, LogDelivery, PolicyDelivery } from "../formats/delivery";
import type { BucketRef } from "./bucket-ref";
import { isAsDelivered, keyPrefixOf, type LogSource, vendedDeliveryOf } from "./log-source";
import { allow, type PolicyStatement } from "./policy";

/** The parts of a delivery that do not depend on the source. */
export interface DeliveryPlace {
  /** Account of sources that name no account. */
  readonly account: () => string;
  /** Account that owns the bucket. */
  readonly owner: () => string;
  readonly region: () => string;
}

/**
 * Allows the services that need a bucket policy to deliver: a statement for all formats with the same delivery, limited
 * by the account in the keys.
 */
export const letServicesDeliver = (
  bucketArn: string,
  sources: readonly LogSource[],
  { account: ownAccount, owner, region }: DeliveryPlace,
): PolicyStatement[] => [
  ...letAccountsDeliver(
    bucketArn,
    sources.filter((source) => vendedDeliveryOf(source) === undefined),
    ownAccount,
    region,
  ),
  ...letOwnAccountDeliver(bucketArn, sources, owner),
  ...letCloudWatchDeliver(bucketArn, sources, ownAccount, region),
];

function letAccountsDeliver(
  bucketArn: string,
  sources: readonly LogSource[],
  ownAccount: DeliveryPlace["account"],
  region: DeliveryPlace["region"],
): PolicyStatement[] {
  const deliveries = policyDeliveriesOf(sources);
  return [...new Set(deliveries.map(({ statementId }) => statementId))].flatMap((id) => {
    const [delivery] = deliveries.filter(({ statementId }) => statementId === id);
    if (!delivery) return [];
    const delivered = formatsOf(sources).flatMap((format) =>
      sources.filter((source) => source.format === format && statementIdOf(source) === id),
    );
    const keys = delivered.flatMap((source) =>
      (source.accounts ?? [ownAccount()]).map((account) => `${bucketArn}/${keyPrefixOf(source)}${account}/*`),
    );
    return [
      {
        Sid: id,
        Effect: "Allow",
        Principal: deliveryPrincipal(delivery, region),
        Action: "s3:PutObject",
        Resource: [...new Set(keys)],
        ...(delivery.checksAcl
          ? { Condition: { StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control" } } }
          : {}),
      },
      ...(delivery.checksAcl
        ? [
            {
              Sid: `${id}Check`,
              Effect: "Allow" as const,
              Principal: deliveryPrincipal(delivery, region),
              Action: "s3:GetBucketAcl",
              Resource: bucketArn,
            },
          ]
        : []),
    ];
  });
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html#grant-log-delivery-permissions-general */
const letOwnAccountDeliver = (
  bucketArn: string,
  sources: readonly LogSource[],
  owner: DeliveryPlace["owner"],
): PolicyStatement[] =>
  formatsOf(sources).flatMap((format) => {
    const { delivery } = FORMATS[format];
    if (delivery.kind !== "own-account") return [];
    return [
      {
        Sid: delivery.statementId,
        Effect: "Allow",
        Principal: { Service: delivery.principal },
        Action: "s3:PutObject",
        Resource: objectsOf(
          bucketArn,
          sources.filter((source) => source.format === format),
        ),
        Condition: { StringEquals: { "aws:SourceAccount": owner() } },
      },
    ];
  });

/** Regions of the deliveries of all formats, so that the statement is the same for any sources; `undefined`: the pipeline's. */
const VENDED_REGIONS = Object.values(FORMATS).flatMap(({ delivery: { vended } }) =>
  vended ? [vended.region] : [],
);

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html */
function letCloudWatchDeliver(
  bucketArn: string,
  sources: readonly LogSource[],
  account: DeliveryPlace["account"],
  ownRegion: DeliveryPlace["region"],
): PolicyStatement[] {
  const vended = sources.filter((source) => vendedDeliveryOf(source) !== undefined);
  if (vended.length === 0) return [];
  const regions = new Set(VENDED_REGIONS.map((region) => region ?? ownRegion()));
  return [
    {
      Sid: "VendedLogDelivery",
      Effect: "Allow",
      Principal: { Service: "delivery.logs.amazonaws.com" },
      Action: "s3:PutObject",
      Resource: objectsOf(bucketArn, vended),
      Condition: {
        StringEquals: {
          "s3:x-amz-acl": "bucket-owner-full-control",
          "aws:SourceAccount": account(),
        },
        ArnLike: {
          "aws:SourceArn": [...regions].map(
            (region) => `arn:aws:logs:${region}:${account()}:delivery-source:*`,
          ),
        },
      },
    },
  ];
}

const policyDeliveriesOf = (sources: readonly LogSource[]): readonly PolicyDelivery[] =>
  deliveriesOf(sources).filter((delivery) => delivery.kind === "bucket-policy");

const statementIdOf = ({ format }: LogSource): string | undefined => {
  const { delivery } = FORMATS[format];
  return delivery.kind === "bucket-policy" ? delivery.statementId : undefined;
};

/** If only Terraform knows the Region, Terraform chooses the principal. Tokens in an expression lose their braces. */
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

/** The deliveries that need an access control list of the bucket, one for each format. */
export const aclDeliveriesOf = (
  sources: readonly Pick<LogSource, "format" | "deliverFrom">[],
): readonly AclDelivery[] =>
  deliveriesOf(sources.filter((source) => vendedDeliveryOf(source) === undefined)).filter(
    (delivery) => delivery.kind === "acl",
  );

/** Names of the services that cannot deliver to a bucket with a KMS key, for messages. */
export const withoutKmsKey = (sources: readonly Pick<LogSource, "format">[]): readonly string[] =>
  deliveriesOf(sources)
    .filter(({ takesKmsKey }) => !takesKmsKey)
    .map(({ by }) => by);

/** Permissions of `move-access-logs` for the delivered objects. */
export const takeOriginals = (
  bucketArn: string,
  sources: readonly LogSource[],
  keepOriginals: boolean,
): PolicyStatement => ({
  Sid: "TakeOriginals",
  ...allow(
    ["s3:GetObject", "s3:GetObjectTagging", ...(keepOriginals ? [] : ["s3:DeleteObject"])],
    objectsOf(
      bucketArn,
      sources.filter((source) => !isAsDelivered(source)),
    ),
  ),
});

/** ARNs of the objects of sources, which may have common keys. */
const objectsOf = (bucketArn: string, sources: readonly LogSource[]): string[] => [
  ...new Set(sources.map((source) => `${bucketArn}/${keyPrefixOf(source)}*`)),
];

/** Permissions to read the objects of sources that are read as delivered. */
export const readDelivered = (
  bucketArn: string,
  sources: readonly LogSource[],
  ...furtherActions: readonly string[]
): PolicyStatement => ({
  Sid: "ReadDelivered",
  ...allow(["s3:GetObject", ...furtherActions], objectsOf(bucketArn, sources.filter(isAsDelivered))),
});

/** Permissions to list the objects of sources, and no others, in a bucket. */
export const listSources = (bucketArn: string, sources: readonly LogSource[]): PolicyStatement => ({
  Sid: "ListSources",
  ...allow(["s3:ListBucket"], [bucketArn]),
  Condition: {
    StringLike: { "s3:prefix": [...new Set(sources.map((source) => `${keyPrefixOf(source)}*`))] },
  },
});

/** The arguments of the Terraform blocks that enable a source's logs. */
export interface Delivery {
  readonly source: string;
  readonly bucket: string;
  readonly prefix: string;
}

/** The arguments for a source, in the form of the block of its kind. */
export const deliveryOf = (
  { format, prefix }: LogSource,
  bucket: BucketRef,
): Pick<Delivery, "bucket" | "prefix"> => {
  switch (FORMATS[format].delivery.target) {
    case "name":
      return { bucket: bucket.bucket, prefix: withoutSlash(prefix) };
    case "arn":
      return { bucket: bucket.arn, prefix: withoutSlash(prefix) };
    case "key-prefix":
      return { bucket: bucket.bucket, prefix };
    case "domain-name":
      return { bucket: bucket.bucketDomainName, prefix };
  }
};

export const withoutSlash = (prefix: string): string =>
  prefix.includes("${") ? `\${trimsuffix("${prefix}", "/")}` : prefix.replace(/\/$/, "");

/** What follows the last slash of an ARN. */
export const lastPartOf = (arn: string): string =>
  arn.includes("${") ? `\${basename("${arn}")}` : arn.slice(arn.lastIndexOf("/") + 1);
