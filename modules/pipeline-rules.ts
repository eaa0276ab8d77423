import { formatsOf } from "../formats/configured-source";
import { type LogSource, privacyOf } from "./log-source";

/** An option that says something about another one, and means nothing as that one is. */
export interface DependentOption {
  readonly option:
    | "projectionFrom"
    | "existingLogBucketOwner"
    | "existingLogBucketEvents"
    | "alarmTopic"
    | "lakeRetentionDays";
  readonly needs: "partitions" | "existingLogBucket" | "alarms" | "columnar";
  /** What the other one must be. */
  readonly is?: string;
  /** What it must not be. Without both, it must be set. */
  readonly isNot?: boolean;
}

export const DEPENDENT_OPTIONS: readonly DependentOption[] = [
  { option: "projectionFrom", needs: "partitions", is: "projection" },
  { option: "existingLogBucketOwner", needs: "existingLogBucket" },
  { option: "existingLogBucketEvents", needs: "existingLogBucket" },
  { option: "alarmTopic", needs: "alarms", isNot: false },
  { option: "lakeRetentionDays", needs: "columnar", isNot: false },
];

/** True if an option is set that means nothing as the others are. */
export function isUseless(
  options: {
    readonly [Option in DependentOption["option" | "needs"]]?: string | number | boolean | undefined;
  },
  { option, needs, is, isNot }: DependentOption,
): boolean {
  if (options[option] === undefined) return false;
  if (is !== undefined) return options[needs] !== is;
  return isNot === undefined ? options[needs] === undefined : options[needs] === isNot;
}

export function expectedOf({ needs, is, isNot }: DependentOption): string {
  if (is !== undefined) return `must be left out unless "${needs}" is "${is}"`;
  return isNot === undefined
    ? `must be left out without "${needs}"`
    : `must be left out where "${needs}" is ${isNot}`;
}

/** What the sources of a format must agree on, for they share a table. */
export const sharedTableRules = (sources: readonly LogSource[]) =>
  formatsOf(sources).flatMap((format) => {
    const ofFormat = sources.filter((source) => source.format === format);
    const unpartitioned = ofFormat.filter(({ partition }) => !partition);
    return [
      {
        holds: unpartitioned.length === 0 || unpartitioned.length === ofFormat.length,
        expected: `must all have "partition", or none, among those of one format (${format})`,
      },
      {
        holds: new Set(unpartitioned.map(privacyText).filter((text) => !text.includes("${"))).size <= 1,
        expected: `must all have the same "privacy" among those of one format (${format}), or all have "partition": without it their rows share partitions`,
      },
    ];
  });

/** With references in it where Terraform alone knows the options: then it is the one to compare them. */
const privacyText = (source: LogSource): string => JSON.stringify(privacyOf(source));
