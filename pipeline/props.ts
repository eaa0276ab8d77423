import type { AlarmSubscription } from "./alarm-protocols";
import type { LogSource } from "./log-source";
import type { Runtime } from "./runtime";
import type { SecurityProps } from "./security-props";
import type { VpcConfig } from "./vpc";

/** Starts with a letter and is short enough for every name that is made of it. */
export const PIPELINE_NAME = /^[a-z][a-z0-9-]{0,30}$/;
export const ID_PREFIX = /^[A-Za-z][\w-]*$/;
export const DEFAULT_RESULTS_RETENTION_DAYS = 7;
export const DEFAULT_LOG_RETENTION_DAYS = 30;
export const DEFAULT_SCAN_LIMIT_GIB = 100;
export const PARTITION_MODES = ["managed", "projection"] as const;
export type PartitionMode = (typeof PARTITION_MODES)[number];
/** Before there were load balancers of this kind. */
export const DEFAULT_PROJECTION_FROM = "2016-01-01";
export const BUCKET_EVENTS = ["eventbridge", "queue"] as const;
export type BucketEvents = (typeof BUCKET_EVENTS)[number];

export interface AccessLogPipelineProps extends SecurityProps {
  /** Prefix of every name in AWS: a lower-case letter, then letters, digits or "-", at most 31 characters. */
  readonly name: string;
  /**
   * What the ids of the pipeline's resources in Terraform begin with: a letter, then letters, digits, "_" or "-". Two pipelines
   * in one stack need different ones, and so does a pipeline next to resources of the same type and id. It is of the stack, not
   * of AWS; another prefix is other resources.
   *
   * @default - nothing
   */
  readonly idPrefix?: string;
  /**
   * Region that is deployed to. What differs between Regions is decided by it.
   *
   * @default - Terraform decides by the Region of the provider
   */
  readonly region?: string;
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
   * ARN of the KMS key that the objects in the existing bucket are encrypted with. Its policy must let the role of
   * `move-access-logs` decrypt with it.
   *
   * @default - S3's own keys, or the pipeline's
   */
  readonly existingLogBucketKey?: string;
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
   * Name of the pipeline's bucket; with a KMS key logs are delivered to a second one, whose name is this with "-landing". Another
   * name is another bucket.
   *
   * @default - the pipeline's name and what makes it unique
   */
  readonly bucketName?: string;
  /**
   * Listens to the existing bucket by a rule of EventBridge for each source, and not by one for all.
   *
   * @default - if they do not fit into one rule's pattern
   */
  readonly ruleForEachSource?: boolean;
  /**
   * True if rows of the typed tables may hold hashes: the function that makes them needs their secret then.
   *
   * @default - if the privacy of a source says so
   */
  readonly isHashed?: boolean;
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
   * Registers the locations of the tables with Lake Formation, and grants the functions access to them.
   *
   * @default false
   */
  readonly lakeFormationLocations?: boolean;
  /**
   * A managed policy in IAM for those who ask questions.
   *
   * @default false
   */
  readonly analystPolicy?: boolean;
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
   * Who is told by the topic of the alarms: e-mail addresses, which their owners must confirm, and URLs.
   *
   * @default - nobody
   */
  readonly alarmSubscriptions?: readonly AlarmSubscription[];
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
   * Reserves concurrency for each function, so that others of the account cannot use it up: 10 for `move-access-logs`, 1 for each
   * of the others. Nothing depends on it. An account keeps 100 that nobody may reserve: a new one, with a limit of 10, can
   * reserve none.
   *
   * @default false
   */
  readonly reservedConcurrency?: boolean;
  /**
   * Deletes the buckets with all that they hold on `terraform destroy`: for test accounts.
   *
   * @default false
   */
  readonly forceDestroy?: boolean;
  /**
   * Lambda runtime.
   *
   * @default - the newest of them
   */
  readonly runtime?: Runtime;
}

/** Props of a pipeline whose Region is known beforehand. */
export type RegionalProps = AccessLogPipelineProps & { readonly region: string };

export const isColumnar = ({ columnar }: { readonly columnar?: boolean | undefined }): boolean =>
  columnar ?? true;
export const isProjected = ({ partitions }: { readonly partitions?: PartitionMode | undefined }): boolean =>
  partitions === "projection";

/** True if logs are delivered to a bucket of the pipeline that holds nothing else: load balancers cannot use a KMS key. */
export const hasLandingBucket = ({
  existingLogBucket,
  kmsKey,
}: {
  readonly existingLogBucket?: string | undefined;
  readonly kmsKey?: string | undefined;
}): boolean => existingLogBucket === undefined && kmsKey !== undefined;
