/** Differences between AWS Regions. */

/**
 * Accounts from which load balancers deliver outside of the `aws` partition. Everywhere else they deliver as
 * a service principal, which AWS recommends instead of the older accounts.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
 */
export const DELIVERY_ACCOUNTS: Readonly<Record<string, string>> = {
  "cn-north-1": "arn:aws-cn:iam::638102146993:root",
  "cn-northwest-1": "arn:aws-cn:iam::037604701340:root",
  "us-gov-east-1": "arn:aws-us-gov:iam::190560391635:root",
  "us-gov-west-1": "arn:aws-us-gov:iam::048591011584:root",
};

/**
 * Opt-in Regions, to whose buckets CloudFront does not deliver standard logs of version 1.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
 */
export const WITHOUT_DISTRIBUTION_LOGS: readonly string[] = [
  "af-south-1",
  "ap-east-1",
  "ap-east-2",
  "ap-south-2",
  "ap-southeast-3",
  "ap-southeast-4",
  "ap-southeast-5",
  "ap-southeast-6",
  "ap-southeast-7",
  "ca-west-1",
  "eu-central-2",
  "eu-south-1",
  "eu-south-2",
  "il-central-1",
  "me-central-1",
  "me-south-1",
  "mx-central-1",
];
/** Partitions without CloudFront, by the prefix of their Regions' names. */
export const WITHOUT_DISTRIBUTIONS: readonly string[] = ["us-gov-", "us-iso", "eu-iso", "eusc-"];

/** Message for such a Region. */
export const NO_DISTRIBUTION_LOGS =
  "CloudFront delivers no standard logs (version 1) to buckets of this Region: deploy to another one, or leave the sources of CloudFront out";

export const getsDistributionLogs = (region: string): boolean =>
  !WITHOUT_DISTRIBUTION_LOGS.includes(region) &&
  !WITHOUT_DISTRIBUTIONS.some((start) => region.startsWith(start));

/** Partitions of AWS, by the prefix of their Regions' names; all other Regions are in `aws`. */
const PARTITIONS: readonly (readonly [start: string, partition: string])[] = [
  ["cn-", "aws-cn"],
  ["us-gov-", "aws-us-gov"],
  ["us-isob-", "aws-iso-b"],
  ["us-isof-", "aws-iso-f"],
  ["us-iso-", "aws-iso"],
  ["eu-isoe-", "aws-iso-e"],
  ["eusc-", "aws-eusc"],
];

/** The partition of AWS that a Region belongs to. */
export const partitionOf = (region: string): string =>
  PARTITIONS.find(([start]) => region.startsWith(start))?.[1] ?? "aws";
