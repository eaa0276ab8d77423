import { formatsOf } from "../formats/configured-source";
import { type LogSource, privacyOf } from "./log-source";
import { LANDING_SUFFIX, landingPrefixOf } from "./names";

/** S3 allows 63 characters. With a prefix, the provider uses 26 of them for a unique suffix. */
export const BUCKET_NAME_LIMIT = 63;
export const BUCKET_PREFIX_LIMIT = 37;
/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const ROLE_NAME_LIMIT = 64;

/** An option that has no effect unless another one has a certain value. */
export interface DependentOption {
  readonly option:
    | "projectionFrom"
    | "existingLogBucketOwner"
    | "existingLogBucketEvents"
    | "existingLogBucketKey"
    | "alarmTopic"
    | "alarmSubscriptions"
    | "lakeFormationLocations"
    | "lakeRetentionDays"
    | "report";
  readonly needs: "partitions" | "existingLogBucket" | "alarms" | "columnar" | "lakeFormation";
  /** Required value of the other option. */
  readonly is?: string | boolean;
  /** Forbidden value of the other option. Without `is` and `isNot`, that option must be set. */
  readonly isNot?: boolean;
}

export const DEPENDENT_OPTIONS: readonly DependentOption[] = [
  { option: "projectionFrom", needs: "partitions", is: "projection" },
  { option: "existingLogBucketOwner", needs: "existingLogBucket" },
  { option: "existingLogBucketEvents", needs: "existingLogBucket" },
  { option: "existingLogBucketKey", needs: "existingLogBucket" },
  { option: "alarmTopic", needs: "alarms", isNot: false },
  { option: "alarmSubscriptions", needs: "alarms", isNot: false },
  { option: "lakeFormationLocations", needs: "lakeFormation", is: true },
  { option: "lakeRetentionDays", needs: "columnar", isNot: false },
  { option: "report", needs: "columnar", isNot: false },
];

/** True if an option is set that has no effect with the other options. */
export function isIneffective(
  options: {
    readonly [Option in DependentOption["option" | "needs"]]?: unknown;
  },
  { option, needs, is, isNot }: DependentOption,
): boolean {
  const value = options[option];
  // An empty list and `false` count as not set.
  if (value === undefined || value === false || (Array.isArray(value) && value.length === 0)) return false;
  if (is !== undefined) return options[needs] !== is;
  return isNot === undefined ? options[needs] === undefined : options[needs] === isNot;
}

export function expectedOf({ needs, is, isNot }: DependentOption): string {
  if (is !== undefined) return `must not be set unless "${needs}" is ${JSON.stringify(is)}`;
  return isNot === undefined
    ? `must not be set without "${needs}"`
    : `must not be set if "${needs}" is ${isNot}`;
}

/** A name composed of other options, and its maximum length. */
export interface NameLength {
  /** The option to shorten. */
  readonly option: "name" | "bucketName";
  /** Another option that is part of the name. */
  readonly and?: "globalNameSuffix";
  /** The rule applies only if this option is set. */
  readonly with?: "kmsKey";
  /** The rule applies only if this option is not set. */
  readonly without?: "bucketName";
  /** The longest suffix that is added. */
  readonly added: string;
  readonly max: number;
  readonly of: string;
}

export const NAME_LENGTHS: readonly NameLength[] = [
  {
    option: "name",
    with: "kmsKey",
    without: "bucketName",
    added: landingPrefixOf(""),
    max: BUCKET_PREFIX_LIMIT,
    of: 'the start of the name of the bucket for deliveries with "kmsKey"; choose a shorter one, or set "bucketName"',
  },
  {
    option: "bucketName",
    with: "kmsKey",
    added: LANDING_SUFFIX,
    max: BUCKET_NAME_LIMIT,
    of: 'the name of the bucket for deliveries with "kmsKey"',
  },
  {
    option: "name",
    and: "globalNameSuffix",
    added: "-transform-partition-schedule",
    max: ROLE_NAME_LIMIT,
    of: "the longest name of an IAM role",
  },
];

/** True if a name is composed of these options and too long. */
export function isTooLong(
  options: {
    readonly [Option in "name" | "bucketName" | "globalNameSuffix" | "kmsKey"]?: string | undefined;
  },
  { option, and, with: needed, without, added, max }: NameLength,
): boolean {
  const parts = [options[option], and && options[and]].filter((part) => part !== undefined);
  const isMade =
    options[option] !== undefined &&
    (needed === undefined || options[needed] !== undefined) &&
    (without === undefined || options[without] === undefined);
  // Terraform itself must check the length of values that only it knows.
  if (!isMade || parts.some((part) => part.includes("${"))) return false;
  return parts.join("").length + added.length > max;
}

export const lengthExpected = ({ and, added, max, of }: NameLength): string =>
  `must have at most ${max - added.length} characters${and ? ` together with "${and}"` : ""}: with "${added}" it is ${of}`;

/** Options that must be the same for all sources of a format, because they share a table. */
export const sharedTableRules = (sources: readonly LogSource[]) =>
  formatsOf(sources).flatMap((format) => {
    const ofFormat = sources.filter((source) => source.format === format);
    const unpartitioned = ofFormat.filter(({ partition }) => !partition);
    return [
      {
        holds: unpartitioned.length === 0 || unpartitioned.length === ofFormat.length,
        expected: `must all set "partition", or none of them, if they have the same format (${format})`,
      },
      {
        holds: new Set(unpartitioned.map(privacyText).filter((text) => !text.includes("${"))).size <= 1,
        expected: `must all have the same "privacy" if they have the same format (${format}), or all set "partition": without it their rows share partitions`,
      },
    ];
  });

/** Text of the privacy options. It may contain references, which only Terraform can compare. */
const privacyText = (source: LogSource): string => JSON.stringify(privacyOf(source));
