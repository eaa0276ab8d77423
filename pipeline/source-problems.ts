import { FORMATS } from "../formats";
import { isExcluded } from "../formats/delivery";
import { haveDistinctNames } from "../formats/log-format";
import { OWN_PREFIXES } from "../formats/partition-layout";
import { isAsDelivered, keyPrefixOf, type LogSource, vendedDeliveryOf } from "./log-source";
import { RESULTS_PREFIX } from "./names";
import { isColumnar, isLanding, isProjected } from "./props";
import { partitionOf } from "./regions";
import { sharedTableRules } from "./rules";

/** Key prefixes of the pipeline itself. */
export const RESERVED_PREFIXES: readonly string[] = [...OWN_PREFIXES, RESULTS_PREFIX];

/** Where the sources' logs are delivered. */
export interface SourcePlace {
  /** `undefined` if only Terraform knows it. */
  readonly region: string | undefined;
  /** True if they are delivered to the pipeline's bucket. */
  readonly isInPipelinesBucket: boolean;
  /** Start of the name of the bucket that they are delivered to, if it is one of the pipeline. */
  readonly bucketNameStart: string | undefined;
  /** True if another account owns the bucket. */
  readonly isAnothers: boolean;
  /** Why no source can be read as delivered, with the other options. */
  readonly notAsDelivered: readonly string[];
}

/** The place of the sources of a pipeline with these options. */
export const placeOfSources = (
  options: { readonly region?: string | undefined } & Parameters<typeof isLanding>[0] &
    Parameters<typeof isColumnar>[0] &
    Parameters<typeof isProjected>[0] & {
      readonly name: string;
      readonly bucketName?: string | undefined;
      readonly existingLogBucketOwner?: string | undefined;
      readonly lakeFormationLocations?: boolean | undefined;
    },
): SourcePlace => ({
  region: options.region,
  isInPipelinesBucket: isLanding(options),
  bucketNameStart:
    options.existingLogBucket === undefined ? (options.bucketName ?? `${options.name}-`) : undefined,
  isAnothers: options.existingLogBucketOwner !== undefined,
  notAsDelivered: [
    ...(isColumnar(options) || !isProjected(options) ? [] : [NOTHING_ADDS_PARTITIONS]),
    ...(options.lakeFormationLocations && options.existingLogBucketOwner !== undefined
      ? [NOT_REGISTERED]
      : []),
  ],
});

/** Expected of the layout if no function adds the partitions of files as delivered. */
export const NOTHING_ADDS_PARTITIONS =
  'must not be "as-delivered" with "partitions": "projection" and without "columnar": no function would add the partitions of the delivered files';

/**
 * Expected of the layout if Lake Formation cannot register the locations of files as delivered.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/registration-role.html
 */
export const NOT_REGISTERED =
  'must not be "as-delivered" with "lakeFormationLocations" and "existingLogBucketOwner": the service-linked role of Lake Formation cannot register a location in a bucket of another account';

/**
 * Conflicts between sources: each with its path in the settings, the expected value, and the actual value.
 */
export function problemsOfSources(
  sources: readonly LogSource[],
  { region, isInPipelinesBucket, isAnothers, bucketNameStart, notAsDelivered }: SourcePlace,
): string[] {
  const problems = sharedTableRules(sources)
    .filter(({ holds }) => !holds)
    .map(({ expected }) => `sources: ${expected}`);
  const prefixes = sources.map(keyPrefixOf);
  for (const [index, source] of sources.entries()) {
    const { name, format, prefix } = source;
    const place = `sources[${index}]`;
    if (sources.findIndex((other) => other.name === name) < index)
      problems.push(`${place}.name: must be unique, got "${name}" again`);
    // It is part of resources in IAM policies, where these characters match any others.
    if (/[*?]/.test(prefix)) problems.push(`${place}.prefix: must not contain "*" or "?", got "${prefix}"`);
    problems.push(...problemsOfDelivery(source, region).map((problem) => `${place}.${problem}`));
    problems.push(...problemsOfBucketName(source, bucketNameStart).map((problem) => `${place}.${problem}`));
    problems.push(
      ...problemsOfLayout(source, notAsDelivered).map((problem) => `${place}.layout: ${problem}`),
    );
    problems.push(
      ...problemsOfVended(source, region, isAnothers).map((problem) => `${place}.deliverFrom: ${problem}`),
    );
    if (
      source.deliverFrom !== undefined &&
      sources.findIndex(({ deliverFrom }) => deliverFrom === source.deliverFrom) < index
    )
      problems.push(`${place}.deliverFrom: must be unique, got "${source.deliverFrom}" again`);
    const keyPrefix = keyPrefixOf({ format, prefix, name });
    const own = isInPipelinesBucket
      ? RESERVED_PREFIXES.find((taken) => overlap(keyPrefix, taken))
      : undefined;
    if (keyPrefix === "" && own !== undefined)
      problems.push(
        `${place}.prefix: must not be empty: the pipeline writes to the same bucket; set a prefix for the source's logs`,
      );
    else if (own !== undefined)
      problems.push(
        `${place}.prefix: must not overlap "${own}", which the pipeline uses; got "${keyPrefix}"`,
      );
    const other = prefixes.findIndex(
      (taken, at) =>
        at < index &&
        overlap(keyPrefix, taken) &&
        !haveDistinctNames(FORMATS[format], FORMATS[sources[at]?.format ?? format]),
    );
    if (other >= 0)
      problems.push(
        `${place}.prefix: must not overlap the prefix of sources[${other}]: "${keyPrefix}" and "${prefixes[other]}" have common keys; give each source its own prefix`,
      );
  }
  return problems;
}

/** Whose logs are delivered, if this is no setting. */
const WHOSE = {
  acl: "of any account can deliver if their owner may write to the bucket",
  "own-account": "deliver only to buckets of their own account",
} as const;

function problemsOfDelivery(source: LogSource, region: string | undefined): string[] {
  const { format, accounts } = source;
  const { delivery } = FORMATS[format];
  if (delivery.kind === "bucket-policy") return [];
  const { by, service } = delivery;
  const noAccounts =
    accounts === undefined
      ? []
      : [`accounts: must not be set for sources of ${service}: ${by} ${WHOSE[delivery.kind]}`];
  if (delivery.kind === "own-account") return noAccounts;
  if (vendedDeliveryOf(source)) return noAccounts;
  const { excluded } = delivery;
  return [
    ...noAccounts,
    ...(region !== undefined && isExcluded(excluded, region)
      ? [`format: ${excluded.expected}, got "${region}"`]
      : []),
  ];
}

function problemsOfBucketName({ format }: LogSource, name: string | undefined): string[] {
  const { by, bucketNameStart } = FORMATS[format].delivery;
  // Terraform itself must check names that only it knows.
  if (bucketNameStart === undefined || name === undefined || name.includes("${")) return [];
  return name.startsWith(bucketNameStart)
    ? []
    : [`format: ${bucketNameExpected(by, bucketNameStart)}, got a name that starts with "${name}"`];
}

/** Expected of the bucket's name. @param by the deliverer */
export const bucketNameExpected = (by: string, start: string): string =>
  `${by} deliver only to buckets whose names start with "${start}": set "bucketName" to such a name`;

function problemsOfVended(source: LogSource, region: string | undefined, isAnothers: boolean): string[] {
  const { format, prefix, deliverFrom, accounts } = source;
  if (deliverFrom === undefined) return [];
  const vended = vendedDeliveryOf(source);
  if (!vended) return [notVendedExpected(format)];
  const { arn, kind } = vended.resource;
  const isElsewhere = region !== undefined && partitionOf(region) !== "aws";
  // Terraform itself must check ARNs that only it knows.
  const isOfKind = deliverFrom.includes("${") || arn.test(deliverFrom);
  return [
    ...(isOfKind ? [] : [`${arnExpected(kind)}, got "${deliverFrom}"`]),
    ...(isElsewhere ? [`must not be set in this partition of AWS, got "${region}"`] : []),
    ...(accounts === undefined ? [] : [NO_VENDED.accounts]),
    ...(isAsDelivered(source) ? [NO_VENDED.asDelivered] : []),
    ...(prefix === "" ? [NO_VENDED.withoutPrefix] : []),
    ...(isAnothers ? [NO_VENDED.anothersBucket] : []),
  ];
}

/** Expected of the resource that delivers. */
export const arnExpected = (kind: string): string => `must be the ARN of ${kind}`;
export const notVendedExpected = (format: string): string => `must not be set for the format ${format}`;

/** Why the delivery of a source cannot be created. */
export const NO_VENDED = {
  accounts: 'must not be set with "accounts": it is of the pipeline\'s account',
  asDelivered: 'must not be set with the layout "as-delivered": its files are in other folders',
  /** AWS would choose one. */
  withoutPrefix: 'must not be set with an empty "prefix"',
  anothersBucket:
    'must not be set with "existingLogBucketOwner": the owner of the bucket must create the destination',
} as const;

function problemsOfLayout(source: LogSource, others: readonly string[]): string[] {
  if (!isAsDelivered(source)) return [];
  const { delivered } = FORMATS[source.format];
  return [
    ...(delivered.kind === "flat"
      ? [`must not be "as-delivered" for the format ${source.format}: ${delivered.reason}`]
      : []),
    ...others,
  ];
}

const overlap = (a: string, b: string): boolean => a.startsWith(b) || b.startsWith(a);
