import { IDENTIFIER } from "../formats/render/sql-text";
import {
  formatsOf,
  isSilenceAllowed,
  type LogSource,
  MAX_SILENT_HOURS,
  privacyOf,
  silentAfterHoursOf,
} from "./log-source";
import { databaseOf } from "./pipeline-names";
import { type AccessLogPipelineProps, PIPELINE_NAME } from "./pipeline-props";
import { validateProps } from "./validate-props";

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

/** @throws Error that names every option that is wrong */
export function validatePipeline(path: string, props: AccessLogPipelineProps): void {
  const { name, sources } = props;
  validateProps(path, [
    {
      option: "name",
      value: name,
      holds: PIPELINE_NAME.test(name),
      expected: 'must be a lower-case letter, then letters, digits or "-", at most 31 characters',
    },
    {
      option: "database",
      value: databaseOf(props),
      holds: IDENTIFIER.test(databaseOf(props)),
      expected: 'must be lower-case letters, digits and "_"',
    },
    {
      option: "sources",
      value: sources,
      holds: sources.length > 0,
      expected: "must name at least one source",
    },
    {
      option: "sources",
      value: sources.map(silentAfterHoursOf),
      holds: sources.map(silentAfterHoursOf).every(isSilenceAllowed),
      expected: `must have "silentAfterHours" from 0 to ${MAX_SILENT_HOURS}, whole`,
    },
    ...DEPENDENT_OPTIONS.map((dependent) => ({
      option: dependent.option,
      value: props[dependent.option],
      holds: !isUseless(props, dependent),
      expected: expectedOf(dependent),
    })),
    ...sharedTableRules(sources).map((rule) => ({
      ...rule,
      option: "sources",
      value: sources.map(({ name: source, partition, privacy }) => ({ name: source, partition, privacy })),
    })),
  ]);
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
        holds: new Set(unpartitioned.map((source) => JSON.stringify(privacyOf(source)))).size <= 1,
        expected: `must all have the same "privacy" among those of one format (${format}), or all have "partition": without it their rows share partitions`,
      },
    ];
  });
