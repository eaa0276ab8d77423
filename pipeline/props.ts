import type { FormatId } from "../formats";
import type { AlarmSubscription } from "./alarm-protocols";
import { isAsDelivered, keyPrefixOf, type LogSource } from "./log-source";
import type { Runtime } from "./runtime";
import type { SecurityProps } from "./security-props";
import type { VpcConfig } from "./vpc";

/** Starts with a letter and is short enough for every name that contains it. */
export const PIPELINE_NAME = /^[a-z][a-z0-9-]{0,30}$/;
export const ID_PREFIX = /^[A-Za-z][\w-]*$/;
export const DEFAULT_RESULTS_RETENTION_DAYS = 7;
export const DEFAULT_LOG_RETENTION_DAYS = 30;
export const DEFAULT_SCAN_LIMIT_GIB = 100;
export const DEFAULT_REPORT_SCHEDULE = "cron(30 6 * * ? *)";
export const DEFAULT_REPORT_DAYS = 1;
/** Schedules that run once a day: the alarms expect this. */
export const DAILY_SCHEDULE = /^cron\([1-5]?[0-9] (?:1?[0-9]|2[0-3]) \* \* \? \*\)$/;
export const MAX_REPORT_DAYS = 31;
export const PARTITION_MODES = ["managed", "projection"] as const;
export type PartitionMode = (typeof PARTITION_MODES)[number];
/** Before the first Application Load Balancers. */
export const DEFAULT_PROJECTION_FROM = "2016-01-01";
export const BUCKET_EVENTS = ["eventbridge", "queue"] as const;
export type BucketEvents = (typeof BUCKET_EVENTS)[number];

/** Key prefixes of files as delivered, by format. */
export type DeliveredPrefixes = { readonly [Format in FormatId]?: string };

/** The daily report. */
export interface ReportProps {
  /**
   * Time of day, in UTC: `cron(minute hour * * ? *)`.
   *
   * @default "cron(30 6 * * ? *)"
   */
  readonly schedule?: string | undefined;
  /**
   * Complete days, in UTC, that each report is about: from 1 to 31. Athena scans all of them for each report.
   *
   * @default 1
   */
  readonly days?: number | undefined;
}

export interface AccessLogPipelineProps extends SecurityProps {
  /** Prefix of all names in AWS: a lower-case letter, then letters, digits or "-", at most 31 characters. */
  readonly name: string;
  /**
   * Prefix of the Terraform ids of the pipeline's resources: a letter, then letters, digits, "_" or "-". Set it if a stack has
   * two pipelines, or other resources of the same type and id. It does not change names in AWS. Another prefix replaces the
   * resources.
   *
   * @default - nothing
   */
  readonly idPrefix?: string;
  /**
   * Region of the pipeline. Differences between Regions depend on it.
   *
   * @default - Terraform uses the Region of the provider
   */
  readonly region?: string;
  /** Sources of access logs: at least one. */
  readonly sources: readonly LogSource[];
  /**
   * Existing bucket that receives the logs. It is not changed; it must notify the pipeline about new objects. The moved files
   * and query results go to the pipeline's bucket.
   *
   * @default - a bucket is created for the deliveries
   */
  readonly existingLogBucket?: string;
  /**
   * ARN of the KMS key that encrypts the objects in the existing bucket. Its policy must allow the role of
   * `move-access-logs` to decrypt.
   *
   * @default - S3's own keys, or `kmsKey`
   */
  readonly existingLogBucketKey?: string;
  /**
   * Account that owns the existing bucket.
   *
   * @default - the account of the pipeline
   */
  readonly existingLogBucketOwner?: string;
  /**
   * How the existing bucket notifies the pipeline about new objects: `eventbridge`, by its events in EventBridge, or `queue`,
   * by a notification to the pipeline's queue. The owner of the bucket must enable it, see `access-logs connect-bucket`.
   *
   * @default "eventbridge"
   */
  readonly existingLogBucketEvents?: BucketEvents;
  /**
   * Name of the pipeline's bucket. With a KMS key, logs are delivered to a second bucket with the suffix "-landing". A changed
   * name creates another bucket.
   *
   * @default - the pipeline's name with a unique suffix
   */
  readonly bucketName?: string;
  /**
   * Creates one EventBridge rule for each source of the existing bucket, and not one rule for all sources.
   *
   * @default - true if the sources do not fit into the pattern of one rule
   */
  readonly ruleForEachSource?: boolean;
  /**
   * True if the typed tables may contain hashes: the function that writes them then needs the secret.
   *
   * @default - true if a source has a `privacy` with `hash`
   */
  readonly isHashed?: boolean;
  /**
   * True if the pipeline moves files: it then has a queue of new objects and the function `move-access-logs`.
   *
   * @default - true if a source has the layout `hive`
   */
  readonly movesFiles?: boolean;
  /**
   * Formats with tables over the files as delivered, each with the key prefix of the tables' location.
   *
   * @default - the formats of the sources with the layout `as-delivered`, with the prefix of the first one
   */
  readonly deliveredPrefixes?: DeliveredPrefixes;
  /**
   * ARN of the bucket that logs are delivered to, in policies.
   *
   * @default - that of the bucket
   */
  readonly landingArn?: string;
  /**
   * Keeps the delivered objects in addition to the moved ones.
   *
   * @default false
   */
  readonly keepOriginals?: boolean;
  /**
   * Glue database: lower-case letters, digits and "_".
   *
   * @default - the pipeline's name with "_" instead of "-"
   */
  readonly database?: string;
  /**
   * Days after which the text is deleted: moved files, and delivered files of sources that are read as delivered from a
   * bucket that the pipeline created.
   *
   * @default - never
   */
  readonly rawRetentionDays?: number;
  /**
   * Days after which rows of the typed tables are deleted.
   *
   * @default - never
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
   * Scan limit of the analysts' workgroup: GiB per query.
   *
   * @default 100
   */
  readonly scanLimitGiB?: number;
  /**
   * Creates a typed Iceberg table for each format, `alb_access_logs` or `cloudfront_access_logs`, minutes behind delivery.
   * Without typed tables, only the raw tables `<table>_raw` exist.
   *
   * @default true
   */
  readonly columnar?: boolean;
  /**
   * Saves the built-in questions, `docs/queries.md`, in the analysts' workgroup. They need typed tables.
   *
   * @default true
   */
  readonly questions?: boolean;
  /**
   * Writes a report of the typed tables every day, as an HTML file below `_reports/` in the pipeline's bucket.
   *
   * @default - no report
   */
  readonly report?: ReportProps;
  /**
   * How Athena finds the partitions of the raw tables: `managed`, a function adds them to the catalog every hour, or
   * `projection`, Athena computes them and no function is needed.
   *
   * @default "managed"
   */
  readonly partitions?: PartitionMode;
  /**
   * First day of projected partitions, `YYYY-MM-DD`; queries do not see older files. Only with `projection`.
   *
   * @default "2016-01-01"
   */
  readonly projectionFrom?: string;
  /**
   * Grants the functions permissions in Lake Formation. Set it if Lake Formation controls access to the catalog.
   *
   * @default false
   */
  readonly lakeFormation?: boolean;
  /**
   * Registers the locations of the tables with Lake Formation, and grants the functions access to them.
   *
   * @default false
   */
  readonly lakeFormationLocations?: boolean;
  /**
   * Creates a managed IAM policy for analysts.
   *
   * @default false
   */
  readonly analystPolicy?: boolean;
  /**
   * Creates CloudWatch alarms, see docs/operations.md.
   *
   * @default true
   */
  readonly alarms?: boolean;
  /**
   * ARN of the SNS topic that alarms publish to; its policy must allow CloudWatch.
   *
   * @default - a topic is created
   */
  readonly alarmTopic?: string;
  /**
   * Subscribers of the alarm topic: e-mail addresses, which their owners must confirm, and URLs.
   *
   * @default - none
   */
  readonly alarmSubscriptions?: readonly AlarmSubscription[];
  /**
   * Creates a CloudWatch dashboard with the pipeline's name.
   *
   * @default true
   */
  readonly dashboard?: boolean;
  /**
   * Subnets and security groups of the functions. They must be able to reach S3 and Athena.
   *
   * @default - Lambda's own network
   */
  readonly vpc?: VpcConfig;
  /**
   * Reserves concurrency for each function, so that other functions of the account cannot use it: 10 for `move-access-logs`, 1
   * for each other function. The pipeline also works without it. 100 of an account's limit cannot be reserved, so a new account
   * with a limit of 10 can reserve none.
   *
   * @default false
   */
  readonly reservedConcurrency?: boolean;
  /**
   * Lets `terraform destroy` delete the buckets with all objects: for test accounts.
   *
   * @default false
   */
  readonly forceDestroy?: boolean;
  /**
   * Lambda runtime.
   *
   * @default - the newest supported runtime
   */
  readonly runtime?: Runtime;
}

/** Props of a pipeline with a known Region. */
export type RegionalProps = AccessLogPipelineProps & { readonly region: string };

export const isColumnar = ({ columnar }: { readonly columnar?: boolean | undefined }): boolean =>
  columnar ?? true;
/** True if the pipeline moves files. */
export const isMoving = ({
  movesFiles,
  sources,
}: Pick<AccessLogPipelineProps, "movesFiles" | "sources">): boolean =>
  movesFiles ?? !sources.every(isAsDelivered);
/** The formats with sources that are read as delivered, each with the key prefix of its tables' location. */
export const deliveredPrefixesOf = ({
  deliveredPrefixes,
  sources,
}: Pick<AccessLogPipelineProps, "deliveredPrefixes" | "sources">): DeliveredPrefixes =>
  deliveredPrefixes ??
  Object.fromEntries(
    sources
      .filter(isAsDelivered)
      .reverse()
      .map((source) => [source.format, keyPrefixOf(source)]),
  );
/** True if sources are read as delivered. */
export const hasDelivered = (props: Pick<AccessLogPipelineProps, "deliveredPrefixes" | "sources">): boolean =>
  Object.keys(deliveredPrefixesOf(props)).length > 0;
export const isProjected = ({ partitions }: { readonly partitions?: PartitionMode | undefined }): boolean =>
  partitions === "projection";

interface BucketOptions {
  readonly existingLogBucket?: string | undefined;
  readonly kmsKey?: string | undefined;
}

/** True if the pipeline has a separate bucket for deliveries: load balancers cannot deliver to a bucket with a KMS key. */
export const hasLandingBucket = ({ existingLogBucket, kmsKey }: BucketOptions): boolean =>
  existingLogBucket === undefined && kmsKey !== undefined;

/** True if logs are delivered to the pipeline's own bucket. */
export const isLanding = (options: BucketOptions): boolean =>
  options.existingLogBucket === undefined && !hasLandingBucket(options);
