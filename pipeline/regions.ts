/** What AWS does not have everywhere, or does differently. */

/**
 * Accounts that load balancers deliver as outside of AWS's own partition. Everywhere else it is the service of the name below,
 * which AWS advises in the place of the older accounts.
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
 * Regions into whose buckets CloudFront delivers no standard logs of version 1: those that an account must opt in to.
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
/** Partitions without CloudFront, by what their Regions' names start with. */
export const WITHOUT_DISTRIBUTIONS: readonly string[] = ["us-gov-", "us-iso", "eu-iso", "eusc-"];

/** What to say of such a Region. */
export const NO_DISTRIBUTION_LOGS =
  "CloudFront does not deliver standard logs (version 1) to buckets in this Region: deploy to another Region, or remove the CloudFront sources";

export const getsDistributionLogs = (region: string): boolean =>
  !WITHOUT_DISTRIBUTION_LOGS.includes(region) &&
  !WITHOUT_DISTRIBUTIONS.some((start) => region.startsWith(start));

/** Partitions of AWS, by what their Regions' names start with; all others are AWS's own. */
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
