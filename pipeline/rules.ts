import { formatsOf } from "../formats/configured-source";
import { type LogSource, privacyOf } from "./log-source";
import { LANDING_SUFFIX, landingPrefixOf } from "./names";

/** S3 allows 63 characters, of which the provider takes 26 for what makes a name unique where a prefix is given. */
export const BUCKET_NAME_LIMIT = 63;
export const BUCKET_PREFIX_LIMIT = 37;
/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const ROLE_NAME_LIMIT = 64;

/** An option that says something about another one, and means nothing as that one is. */
export interface DependentOption {
  readonly option:
    | "projectionFrom"
    | "existingLogBucketOwner"
    | "existingLogBucketEvents"
    | "existingLogBucketKey"
    | "alarmTopic"
    | "alarmSubscriptions"
    | "lakeFormationLocations"
    | "lakeRetentionDays";
  readonly needs: "partitions" | "existingLogBucket" | "alarms" | "columnar" | "lakeFormation";
  /** What the other one must be. */
  readonly is?: string | boolean;
  /** What it must not be. Without both, it must be set. */
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
];

/** True if an option is set that means nothing as the others are. */
export function isIneffective(
  options: {
    readonly [Option in DependentOption["option" | "needs"]]?: unknown;
  },
  { option, needs, is, isNot }: DependentOption,
): boolean {
  const value = options[option];
  // An empty list and a switch that is off say nothing.
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

/** A name that is made of others, and how long it may be. */
export interface NameLength {
  /** The option that is too long then. */
  readonly option: "name" | "bucketName";
  /** What else is a part of it. */
  readonly and?: "globalNameSuffix";
  /** Only where this is set. */
  readonly with?: "kmsKey";
  /** Only where this is not. */
  readonly without?: "bucketName";
  /** The longest of what is added. */
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

/** True if a name is made of these options, and too long. */
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
  // What Terraform alone knows it must measure itself.
  if (!isMade || parts.some((part) => part.includes("${"))) return false;
  return parts.join("").length + added.length > max;
}

export const lengthExpected = ({ and, added, max, of }: NameLength): string =>
  `must have at most ${max - added.length} characters${and ? ` together with "${and}"` : ""}: with "${added}" it is ${of}`;

/** What the sources of a format must agree on, for they share a table. */
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

/** With references in it where Terraform alone knows the options: then it is the one to compare them. */
const privacyText = (source: LogSource): string => JSON.stringify(privacyOf(source));
