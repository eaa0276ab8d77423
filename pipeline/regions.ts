/** Differences between AWS Regions. */

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
