import { Fn, Token } from "cdktf";
import { keepsAll, type TablePrivacy } from "../formats/privacy";
import { IDENTIFIER } from "../formats/render/sql-text";
import type { Runtime } from "./handler-function";
import {
  formatsOf,
  isSilenceAllowed,
  type LogSource,
  MAX_SILENT_HOURS,
  privacyOf,
  silentAfterHoursOf,
} from "./log-source";
import type { Safeguards } from "./safeguards";
import { validateProps } from "./validate-props";
import type { VpcConfig } from "./vpc";

/** Starts with a letter and is short enough for every name that is made of it. */
export const PIPELINE_NAME = /^[a-z][a-z0-9-]{0,30}$/;
export const DEFAULT_RESULTS_RETENTION_DAYS = 7;
export const DEFAULT_LOG_RETENTION_DAYS = 30;
export const DEFAULT_SCAN_LIMIT_GIB = 100;
export const PARTITION_MODES = ["managed", "projection"] as const;
export type PartitionMode = (typeof PARTITION_MODES)[number];
/** Before there were load balancers of this kind. */
export const DEFAULT_PROJECTION_FROM = "2016-01-01";
export const BUCKET_EVENTS = ["eventbridge", "queue"] as const;
export type BucketEvents = (typeof BUCKET_EVENTS)[number];

export interface AccessLogPipelineProps extends Safeguards {
  /** Prefix of every name in AWS: a lower-case letter, then letters, digits or "-", at most 31 characters. */
  readonly name: string;
  /** Where access logs come from: at least one. */
  readonly sources: readonly LogSource[];
  /**
   * Bucket that the logs arrive in already. Nothing on it is changed; it must tell of new objects. The moved files and
   * query results go to a bucket of the pipeline.
   *
   * @default - a bucket is created that the logs are delivered to
   */
  readonly existingLogBucket?: string;
  /**
   * Account that owns the existing bucket.
   *
   * @default - the account that is deployed to
   */
  readonly existingLogBucketOwner?: string;
  /**
   * How the existing bucket tells of new objects: `eventbridge`, by its events there, or `queue`, by a notification to
   * the pipeline's queue. Both are for the owner of the bucket to switch on, see `access-logs connect-bucket`.
   *
   * @default "eventbridge"
   */
  readonly existingLogBucketEvents?: BucketEvents;
  /**
   * Keeps the objects as they were delivered next to the moved ones.
   *
   * @default false
   */
  readonly keepOriginals?: boolean;
  /**
   * Glue database: lower-case letters, digits and "_".
   *
   * @default - the pipeline's name with "_" for "-"
   */
  readonly database?: string;
  /**
   * Days after which moved text is deleted.
   *
   * @default - it is kept
   */
  readonly rawRetentionDays?: number;
  /**
   * Days after which rows of the typed tables are deleted.
   *
   * @default - they are kept
   */
  readonly lakeRetentionDays?: number;
  /**
   * Days after which query results are deleted.
   *
   * @default 7
   */
  readonly resultsRetentionDays?: number;
  /**
   * Days after which the functions' logs are deleted: one of the values that CloudWatch allows.
   *
   * @default 30
   */
  readonly logRetentionDays?: number;
  /**
   * GiB that one query of the analysts' workgroup may scan.
   *
   * @default 100
   */
  readonly scanLimitGiB?: number;
  /**
   * Keeps a typed table of each format, `alb_access_logs` or `cloudfront_access_logs`: Iceberg, minutes behind. Without
   * it there is only the text as delivered, in `<table>_raw`.
   *
   * @default true
   */
  readonly columnar?: boolean;
  /**
   * Saves the questions worth asking, `docs/queries.md`, in the analysts' workgroup. Without typed tables there are none.
   *
   * @default true
   */
  readonly questions?: boolean;
  /**
   * How Athena knows the partitions of the text: `managed`, they are added to the catalog every hour, or `projection`,
   * Athena computes them and no function is needed.
   *
   * @default "managed"
   */
  readonly partitions?: PartitionMode;
  /**
   * First day that projected partitions cover, `YYYY-MM-DD`; older files are not seen. Only with `projection`.
   *
   * @default "2016-01-01"
   */
  readonly projectionFrom?: string;
  /**
   * Grants the functions what they need where Lake Formation rules the catalog.
   *
   * @default false
   */
  readonly lakeFormation?: boolean;
  /**
   * Alarms on all that can go wrong, see docs/operations.md.
   *
   * @default true
   */
  readonly alarms?: boolean;
  /**
   * ARN of the SNS topic that alarms publish to; its policy must let CloudWatch do so.
   *
   * @default - a topic is created
   */
  readonly alarmTopic?: string;
  /**
   * A dashboard in CloudWatch, named like the pipeline.
   *
   * @default true
   */
  readonly dashboard?: boolean;
  /**
   * Subnets and security groups that the functions run in. From there they must reach S3 and Athena.
   *
   * @default - Lambda's own network
   */
  readonly vpc?: VpcConfig;
  /**
   * Lambda runtime.
   *
   * @default "nodejs24.x"
   */
  readonly runtime?: Runtime;
}

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

export const isColumnar = ({ columnar }: { readonly columnar?: boolean | undefined }): boolean =>
  columnar ?? true;
export const isProjected = ({ partitions }: { readonly partitions?: PartitionMode | undefined }): boolean =>
  partitions === "projection";

/** The Glue database of a pipeline. */
export const databaseOf = ({
  database,
  name,
}: {
  readonly name: string;
  readonly database?: string | undefined;
}): string => database ?? (Token.isUnresolved(name) ? Fn.replace(name, "-", "_") : name.replaceAll("-", "_"));

/** Name of the function that moves logs, and of its role. */
export const moveFunctionNameOf = (pipeline: string): string => `${pipeline}-move-access-logs`;

/** Start of the name of the bucket that logs are delivered to, where it cannot be the one that all else lies in. */
export const landingPrefixOf = (pipeline: string): string => `${pipeline}-landing-`;

/** True if logs are delivered to a bucket of the pipeline that holds nothing else: load balancers cannot use a KMS key. */
export const hasLandingBucket = ({
  existingLogBucket,
  kmsKey,
}: {
  readonly existingLogBucket?: string | undefined;
  readonly kmsKey?: string | undefined;
}): boolean => existingLogBucket === undefined && kmsKey !== undefined;

/** Name of the queue of new objects. */
export const arrivalsNameOf = (pipeline: string): string => `${pipeline}-arrivals`;

/** The functions that run by schedule. */
export type ScheduledHandler = "create-partition" | "transform-partition" | "maintain-lake";

/** Name of such a function, of its role, of its schedule and of that one's group. */
export const scheduledNameOf = (pipeline: string, handler: ScheduledHandler): string =>
  `${pipeline}-${handler}`;

/** Those that a pipeline has. */
export const scheduledHandlersOf = (props: {
  readonly columnar?: boolean | undefined;
  readonly partitions?: PartitionMode | undefined;
}): ScheduledHandler[] => [
  ...(isProjected(props) ? [] : ["create-partition" as const]),
  ...(isColumnar(props) ? ["transform-partition" as const, "maintain-lake" as const] : []),
];

/** @param id `pipeline` or `analysts` */
export const workgroupNameOf = (pipeline: string, id: WorkgroupId): string => `${pipeline}-${id}`;

export type WorkgroupId = "pipeline" | "analysts";

/** Values of the `source` partition key of a format's table; empty if it has none. */
export const sourceNamesOf = (sources: readonly LogSource[], format: string): string[] =>
  sources.filter((source) => source.format === format && source.partition).map(({ name }) => name);

/**
 * What the rows of a format's table must not tell: a rule for each source that the table is partitioned by and that sets
 * one, or one rule for all; empty if all is kept.
 */
export function privacyRulesOf(sources: readonly LogSource[], format: string): TablePrivacy[] {
  const ofFormat = sources.filter((source) => source.format === format);
  const ruled = ofFormat.filter((source) => !keepsAll(privacyOf(source)));
  const bySource = sourceNamesOf(sources, format).length > 0;
  if (bySource) return ruled.map((source) => ({ source: source.name, ...privacyOf(source) }));
  return ruled.slice(0, 1).map(privacyOf);
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
