/** A resource's arguments, as Terraform reads them. */
export type Arguments = Readonly<Record<string, unknown>>;

/** A limit of AWS on a resource. */
export interface Limit {
  /** Type in Terraform of the resources that it applies to. */
  readonly type: string;
  /** The limited property, in words. */
  readonly what: string;
  readonly max: number;
  readonly unit: "bytes" | "characters" | "items" | "seconds";
  /** AWS's page about the limit. */
  readonly page: string;
  /** Sizes in one resource; empty if the property is not set. */
  readonly sizesOf: (body: Arguments) => readonly number[];
  /** Argument that groups the resources whose sizes are added up, e.g. the role of policies. */
  readonly addedUpBy?: string;
  /** What a user can do when the limit is exceeded. */
  readonly wayOut: string;
}

/** Maximum for a rule of EventBridge. */
export const MAX_PATTERN_LENGTH = 2048;

const DOCS = "https://docs.aws.amazon.com";

/** A text, or the JSON text of a parsed value. */
const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
const isSet = (value: unknown): boolean => value !== undefined && value !== null;
const sizeOf =
  (argument: string) =>
  (body: Arguments): number[] =>
    isSet(body[argument]) ? [Buffer.byteLength(textOf(body[argument]))] : [];
const countOf =
  (argument: string) =>
  (body: Arguments): number[] => {
    const value = body[argument];
    if (typeof value !== "object" || value === null) return [];
    return [Array.isArray(value) ? value.length : Object.keys(value).length];
  };
/** Sizes of values inside blocks and lists, e.g. `storage_descriptor.columns.*.comment`. */
const sizesAt =
  (path: string) =>
  (body: Arguments): number[] =>
    path
      .split(".")
      .reduce<readonly unknown[]>(
        (values, key) =>
          values.filter(isSet).flatMap((value): readonly unknown[] => {
            const here: unknown = typeof value === "string" ? JSON.parse(value) : value;
            if (key === "*") return Object.values(Object(here));
            return [Reflect.get(Object(here), key)];
          }),
        [body],
      )
      .filter(isSet)
      .map((value) => Buffer.byteLength(textOf(value)));

const SHORTER_NAME = 'choose a shorter "name"';
const FEWER_SOURCES = "split the sources into two pipelines, or use shorter prefixes";

type Name = readonly [type: string, argument: string, max: number, page: string, wayOut?: string];

/** Limits of names and descriptions, which all have the same form. */
const NAMES: readonly Name[] = [
  ["aws_lambda_function", "function_name", 64, "/lambda/latest/api/API_CreateFunction.html"],
  ["aws_lambda_function", "description", 256, "/lambda/latest/api/API_CreateFunction.html"],
  [
    "aws_iam_role",
    "name",
    64,
    "/IAM/latest/UserGuide/reference_iam-quotas.html",
    'choose a shorter "name" or "globalNameSuffix"',
  ],
  [
    "aws_iam_role",
    "path",
    512,
    "/IAM/latest/UserGuide/reference_iam-quotas.html",
    'choose a shorter "iamPath"',
  ],
  ["aws_iam_role_policy", "name", 128, "/IAM/latest/UserGuide/reference_iam-quotas.html"],
  [
    "aws_iam_policy",
    "name",
    128,
    "/IAM/latest/UserGuide/reference_iam-quotas.html",
    'choose a shorter "name" or "globalNameSuffix"',
  ],
  [
    "aws_s3_bucket",
    "bucket",
    63,
    "/AmazonS3/latest/userguide/bucketnamingrules.html",
    'choose a shorter "bucketName"',
  ],
  // The provider uses 26 of 63 characters for a unique suffix.
  [
    "aws_s3_bucket",
    "bucket_prefix",
    37,
    "/AmazonS3/latest/userguide/bucketnamingrules.html",
    'choose a shorter "name", or a "bucketName"',
  ],
  ["aws_sqs_queue", "name", 80, "/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html"],
  ["aws_sns_topic", "name", 256, "/sns/latest/api/API_CreateTopic.html"],
  ["aws_cloudwatch_event_rule", "name", 64, "/eventbridge/latest/APIReference/API_PutRule.html"],
  ["aws_cloudwatch_event_rule", "description", 512, "/eventbridge/latest/APIReference/API_PutRule.html"],
  [
    "aws_cloudwatch_event_permission",
    "statement_id",
    64,
    "/eventbridge/latest/APIReference/API_PutPermission.html",
  ],
  ["aws_scheduler_schedule", "name", 64, "/scheduler/latest/APIReference/API_CreateSchedule.html"],
  ["aws_scheduler_schedule", "description", 512, "/scheduler/latest/APIReference/API_CreateSchedule.html"],
  ["aws_scheduler_schedule_group", "name", 64, "/scheduler/latest/APIReference/API_CreateScheduleGroup.html"],
  [
    "aws_cloudwatch_log_group",
    "name",
    512,
    "/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html",
  ],
  [
    "aws_cloudwatch_log_delivery_source",
    "name",
    60,
    "/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliverySource.html",
  ],
  [
    "aws_cloudwatch_log_delivery_destination",
    "name",
    60,
    "/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliveryDestination.html",
  ],
  [
    "aws_cloudwatch_metric_alarm",
    "alarm_name",
    255,
    "/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
  ],
  [
    "aws_cloudwatch_metric_alarm",
    "alarm_description",
    1024,
    "/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
  ],
  [
    "aws_cloudwatch_dashboard",
    "dashboard_name",
    255,
    "/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html",
  ],
  ["aws_athena_workgroup", "name", 128, "/athena/latest/APIReference/API_CreateWorkGroup.html"],
  ["aws_athena_workgroup", "description", 1024, "/athena/latest/APIReference/API_CreateWorkGroup.html"],
  ["aws_athena_named_query", "name", 128, "/athena/latest/APIReference/API_CreateNamedQuery.html"],
  ["aws_athena_named_query", "description", 1024, "/athena/latest/APIReference/API_CreateNamedQuery.html"],
  ["aws_athena_named_query", "query", 262_144, "/athena/latest/APIReference/API_CreateNamedQuery.html"],
  [
    "aws_athena_prepared_statement",
    "name",
    256,
    "/athena/latest/APIReference/API_CreatePreparedStatement.html",
  ],
  [
    "aws_athena_prepared_statement",
    "description",
    1024,
    "/athena/latest/APIReference/API_CreatePreparedStatement.html",
  ],
  [
    "aws_athena_prepared_statement",
    "query_statement",
    262_144,
    "/athena/latest/APIReference/API_CreatePreparedStatement.html",
  ],
  [
    "aws_glue_catalog_database",
    "name",
    255,
    "/glue/latest/webapi/API_DatabaseInput.html",
    'choose a shorter "database"',
  ],
  ["aws_glue_catalog_table", "name", 255, "/glue/latest/webapi/API_TableInput.html"],
  ["aws_glue_catalog_table", "description", 2048, "/glue/latest/webapi/API_TableInput.html"],
];

/**
 * AWS's limits on the constructs' resources: add a limit as one more line. The constructs are checked against
 * them at synthesis, and the tests check every snapshot.
 */
export const LIMITS: readonly Limit[] = [
  ...NAMES.map(
    ([type, argument, max, page, wayOut = SHORTER_NAME]): Limit => ({
      type,
      what: argument,
      max,
      unit: "characters",
      page: DOCS + page,
      sizesOf: sizeOf(argument),
      wayOut,
    }),
  ),
  {
    type: "aws_lambda_function",
    what: "environment variables",
    max: 4096,
    unit: "bytes",
    page: `${DOCS}/lambda/latest/dg/gettingstarted-limits.html`,
    sizesOf: sizesAt("environment.variables"),
    wayOut: "set shorter variables",
  },
  {
    type: "aws_iam_role_policy",
    what: "all policies in one role",
    max: 10_240,
    unit: "characters",
    page: `${DOCS}/IAM/latest/UserGuide/reference_iam-quotas.html`,
    sizesOf: sizeOf("policy"),
    addedUpBy: "role",
    wayOut: FEWER_SOURCES,
  },
  {
    type: "aws_iam_role",
    what: "trust policy",
    max: 2048,
    unit: "characters",
    page: `${DOCS}/IAM/latest/UserGuide/reference_iam-quotas.html`,
    sizesOf: sizeOf("assume_role_policy"),
    wayOut: SHORTER_NAME,
  },
  {
    type: "aws_iam_policy",
    what: "policy",
    max: 6144,
    unit: "characters",
    page: `${DOCS}/IAM/latest/UserGuide/reference_iam-quotas.html`,
    sizesOf: sizeOf("policy"),
    wayOut: 'set "analystPolicy" to false, and use the output of the same name',
  },
  {
    type: "aws_s3_bucket_policy",
    what: "bucket policy",
    max: 20_480,
    unit: "bytes",
    page: `${DOCS}/AmazonS3/latest/userguide/example-bucket-policies.html`,
    sizesOf: sizeOf("policy"),
    wayOut:
      "the policy lists each account of each source: let load balancers of many accounts share one source, or split the accounts into two pipelines",
  },
  {
    type: "aws_s3_bucket_notification",
    what: "notifications of a bucket",
    max: 100,
    unit: "items",
    page: `${DOCS}/general/latest/gr/s3.html`,
    sizesOf: countOf("queue"),
    wayOut: FEWER_SOURCES,
  },
  {
    type: "aws_s3_bucket_lifecycle_configuration",
    what: "lifecycle rules of a bucket",
    max: 1000,
    unit: "items",
    page: `${DOCS}/general/latest/gr/s3.html`,
    sizesOf: countOf("rule"),
    wayOut: "set fewer retention options",
  },
  {
    type: "aws_s3_object",
    what: "key of an object",
    max: 1024,
    unit: "bytes",
    page: `${DOCS}/AmazonS3/latest/userguide/object-keys.html`,
    sizesOf: sizeOf("key"),
    wayOut: SHORTER_NAME,
  },
  {
    type: "aws_sqs_queue_policy",
    what: "queue policy",
    max: 8192,
    unit: "bytes",
    page: `${DOCS}/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html`,
    sizesOf: sizeOf("policy"),
    wayOut: SHORTER_NAME,
  },
  {
    type: "aws_sns_topic_policy",
    what: "topic policy",
    max: 30_720,
    unit: "bytes",
    page: `${DOCS}/general/latest/gr/sns.html`,
    sizesOf: sizeOf("policy"),
    wayOut: SHORTER_NAME,
  },
  {
    type: "aws_cloudwatch_event_rule",
    what: "event pattern",
    max: MAX_PATTERN_LENGTH,
    unit: "characters",
    page: `${DOCS}/eventbridge/latest/userguide/eb-quota.html`,
    sizesOf: sizeOf("event_pattern"),
    wayOut: "choose a shorter prefix for the source",
  },
  {
    type: "aws_scheduler_schedule",
    what: "input of a schedule",
    max: 262_144,
    unit: "bytes",
    page: `${DOCS}/scheduler/latest/UserGuide/scheduler-quotas.html`,
    sizesOf: sizesAt("target.input"),
    wayOut: SHORTER_NAME,
  },
  {
    type: "aws_cloudwatch_metric_alarm",
    what: "evaluation time of an alarm",
    max: 604_800,
    unit: "seconds",
    page: `${DOCS}/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html`,
    sizesOf: ({ period, evaluation_periods: periods }) =>
      typeof period === "number" && typeof periods === "number" ? [period * periods] : [],
    wayOut: 'choose a smaller "silentAfterHours"',
  },
  {
    type: "aws_cloudwatch_dashboard",
    what: "alarms in a widget",
    max: 100,
    unit: "items",
    page: `${DOCS}/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html`,
    sizesOf: (body) =>
      widgetsOf(body).flatMap(({ properties: { alarms } }) => (alarms ? [alarms.length] : [])),
    wayOut: 'set "silentAfterHours" of some sources to 0, or "dashboard" to false',
  },
  {
    type: "aws_cloudwatch_dashboard",
    what: "metrics in a widget",
    max: 500,
    unit: "items",
    page: `${DOCS}/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html`,
    sizesOf: (body) =>
      widgetsOf(body).flatMap(({ properties: { metrics } }) => (metrics ? [metrics.length] : [])),
    wayOut: FEWER_SOURCES,
  },
  {
    type: "aws_glue_catalog_table",
    what: "comment of a column",
    max: 255,
    unit: "bytes",
    page: `${DOCS}/glue/latest/webapi/API_Column.html`,
    sizesOf: sizesAt("storage_descriptor.columns.*.comment"),
    wayOut: "shorten it in the format",
  },
  {
    type: "aws_glue_catalog_table",
    what: "a parameter",
    max: 512_000,
    unit: "bytes",
    page: `${DOCS}/glue/latest/webapi/API_TableInput.html`,
    sizesOf: sizesAt("parameters.*"),
    wayOut: FEWER_SOURCES,
  },
];

interface Widget {
  readonly properties: { readonly alarms?: readonly unknown[]; readonly metrics?: readonly unknown[] };
}

function widgetsOf({ dashboard_body: body }: Arguments): readonly Widget[] {
  const { widgets }: { readonly widgets: readonly Widget[] } = JSON.parse(textOf(body));
  return widgets;
}
