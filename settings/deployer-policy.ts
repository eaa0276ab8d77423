import { vendedDeliveryOf } from "../pipeline/log-source";
import { databaseOf, logGroupNameOf } from "../pipeline/names";
import { allow, type PolicyStatement, policyDocument } from "../pipeline/policy";
import { partitionOf } from "../pipeline/regions";
import type { Settings } from "./schema";

/** The actions of Terraform for resources or data sources of a type, and their ARNs. */
interface Deployed {
  readonly service: string;
  readonly types: readonly string[];
  /** Actions without the prefix of their service. */
  readonly actions: readonly string[];
  readonly resources: (place: Place) => readonly string[];
}

interface Place {
  readonly settings: Settings;
  /** ARN of a resource of the account, in a Region. */
  readonly inRegion: (region: string, service: string, resource: string) => string;
  /** ARN of a resource of the account, in the Region of the pipeline. */
  readonly here: (service: string, resource: string) => string;
  /** ARN of a resource of the account, without a Region. */
  readonly anywhere: (service: string, resource: string) => string;
  readonly bucket: (name: string) => string;
}

const TAGS = ["ListTagsForResource", "TagResource", "UntagResource"];
const bucketsOf = ({ bucket, settings: { name, bucketName } }: Place): string[] =>
  bucketName === undefined ? [bucket(`${name}-*`)] : [bucket(bucketName), bucket(`${bucketName}-landing`)];
const named =
  (service: string, prefix = "") =>
  ({ here, settings: { name } }: Place): string[] => [here(service, `${prefix}${name}-*`)];
const rolesOf = ({ anywhere, settings: { name, iamPath = "/", globalNameSuffix = "" } }: Place): string[] => [
  anywhere("iam", `role${iamPath}${name}-*${globalNameSuffix}`),
];

/** ARNs in the Regions of the deliveries. */
const vended = ({ settings, inRegion, here }: Place, resource: string): string[] => {
  const deliveries = settings.sources.flatMap((source) => vendedDeliveryOf(source) ?? []);
  return [
    ...new Set(
      deliveries.map(({ region }) =>
        region === undefined ? here("logs", resource) : inRegion(region, "logs", resource),
      ),
    ),
  ];
};
const endsOfDeliveries = (place: Place): string[] =>
  ["source", "destination"].flatMap((end) => vended(place, `delivery-${end}:${place.settings.name}-*`));

/** Permissions to create, read, change, tag and delete the resources of the constructs. */
export const DEPLOYED: readonly Deployed[] = [
  {
    service: "s3",
    types: [
      "aws_s3_bucket",
      "aws_s3_bucket_acl",
      "aws_s3_bucket_lifecycle_configuration",
      "aws_s3_bucket_notification",
      "aws_s3_bucket_ownership_controls",
      "aws_s3_bucket_policy",
      "aws_s3_bucket_public_access_block",
      "aws_s3_bucket_server_side_encryption_configuration",
    ],
    // The provider reads every setting of a bucket, even those that it does not manage.
    actions: [
      "CreateBucket",
      "DeleteBucket",
      "DeleteBucketPolicy",
      "GetAccelerateConfiguration",
      "GetBucket*",
      "GetEncryptionConfiguration",
      "GetLifecycleConfiguration",
      "GetReplicationConfiguration",
      "ListBucket",
      "ListBucketVersions",
      "ListTagsForResource",
      "PutBucketAcl",
      "PutBucketNotification",
      "PutBucketOwnershipControls",
      "PutBucketPolicy",
      "PutBucketPublicAccessBlock",
      "PutBucketTagging",
      "PutEncryptionConfiguration",
      "PutLifecycleConfiguration",
      "TagResource",
      "UntagResource",
    ],
    resources: bucketsOf,
  },
  {
    service: "s3",
    types: ["aws_s3_object"],
    actions: ["DeleteObject", "GetObject", "GetObjectTagging", "PutObject"],
    // Also to empty the buckets, if `forceDestroy` is set.
    resources: (place) =>
      bucketsOf(place).map((arn) => `${arn}/${place.settings.forceDestroy ? "*" : "_config/*"}`),
  },
  {
    service: "sqs",
    types: ["aws_sqs_queue", "aws_sqs_queue_policy", "aws_sqs_queue_redrive_allow_policy"],
    actions: [
      "CreateQueue",
      "DeleteQueue",
      "GetQueueAttributes",
      "GetQueueUrl",
      "ListQueueTags",
      "SetQueueAttributes",
      "TagQueue",
      "UntagQueue",
    ],
    resources: named("sqs"),
  },
  {
    service: "sns",
    types: ["aws_sns_topic", "aws_sns_topic_policy", "aws_sns_topic_subscription"],
    actions: [
      "CreateTopic",
      "DeleteTopic",
      "GetSubscriptionAttributes",
      "GetTopicAttributes",
      "SetSubscriptionAttributes",
      "SetTopicAttributes",
      "Subscribe",
      "Unsubscribe",
      ...TAGS,
    ],
    resources: ({ here, settings: { name, alarmTopic } }) => [
      here("sns", `${name}-alarms*`),
      ...(alarmTopic === undefined ? [] : [alarmTopic, `${alarmTopic}:*`]),
    ],
  },
  {
    service: "lambda",
    types: ["aws_lambda_function", "aws_lambda_function_event_invoke_config"],
    actions: [
      "CreateFunction",
      "DeleteFunction",
      "DeleteFunctionConcurrency",
      "DeleteFunctionEventInvokeConfig",
      "GetFunction",
      "GetFunctionCodeSigningConfig",
      "GetFunctionConcurrency",
      "GetFunctionConfiguration",
      "GetFunctionEventInvokeConfig",
      "ListTags",
      "ListVersionsByFunction",
      "PutFunctionConcurrency",
      "PutFunctionEventInvokeConfig",
      "TagResource",
      "UntagResource",
      "UpdateFunctionCode",
      "UpdateFunctionConfiguration",
      "UpdateFunctionEventInvokeConfig",
    ],
    resources: named("lambda", "function:"),
  },
  {
    service: "lambda",
    types: ["aws_lambda_event_source_mapping"],
    actions: [
      "CreateEventSourceMapping",
      "DeleteEventSourceMapping",
      "GetEventSourceMapping",
      "ListTags",
      "TagResource",
      "UntagResource",
      "UpdateEventSourceMapping",
    ],
    // AWS chooses their ids.
    resources: () => ["*"],
  },
  {
    service: "iam",
    types: ["aws_iam_role", "aws_iam_role_policy"],
    actions: [
      "CreateRole",
      "DeleteRole",
      "DeleteRolePermissionsBoundary",
      "DeleteRolePolicy",
      "GetRole",
      "GetRolePolicy",
      "ListAttachedRolePolicies",
      "ListInstanceProfilesForRole",
      "ListRolePolicies",
      "PassRole",
      "PutRolePermissionsBoundary",
      "PutRolePolicy",
      "TagRole",
      "UntagRole",
      "UpdateAssumeRolePolicy",
      "UpdateRole",
    ],
    resources: rolesOf,
  },
  {
    service: "iam",
    types: ["aws_iam_policy"],
    actions: [
      "CreatePolicy",
      "CreatePolicyVersion",
      "DeletePolicy",
      "DeletePolicyVersion",
      "GetPolicy",
      "GetPolicyVersion",
      "ListPolicyVersions",
      "TagPolicy",
      "UntagPolicy",
    ],
    resources: ({ anywhere, settings: { name, iamPath = "/", globalNameSuffix = "" } }) => [
      anywhere("iam", `policy${iamPath}${name}-analysts${globalNameSuffix}`),
    ],
  },
  {
    service: "logs",
    types: ["aws_cloudwatch_log_group"],
    actions: [
      "AssociateKmsKey",
      "CreateLogGroup",
      "DeleteLogGroup",
      "DeleteRetentionPolicy",
      "DisassociateKmsKey",
      "PutRetentionPolicy",
      ...TAGS,
    ],
    resources: ({ here, settings: { name } }) => [here("logs", `log-group:${logGroupNameOf(`${name}-*`)}`)],
  },
  {
    service: "logs",
    types: ["aws_cloudwatch_log_group"],
    actions: ["DescribeLogGroups"],
    resources: () => ["*"],
  },
  {
    service: "logs",
    types: ["aws_cloudwatch_log_delivery_source", "aws_cloudwatch_log_delivery_destination"],
    actions: [
      "DeleteDeliveryDestination",
      "DeleteDeliverySource",
      "GetDeliveryDestination",
      "GetDeliverySource",
      "PutDeliveryDestination",
      "PutDeliverySource",
      ...TAGS,
    ],
    resources: endsOfDeliveries,
  },
  {
    service: "logs",
    types: ["aws_cloudwatch_log_delivery"],
    actions: ["CreateDelivery", "DeleteDelivery", "GetDelivery", "UpdateDeliveryConfiguration", ...TAGS],
    // AWS chooses the ids of deliveries; creating one needs permissions for both of its ends.
    resources: (place) => [...vended(place, "delivery:*"), ...endsOfDeliveries(place)],
  },
  ...["cloudfront", "elasticloadbalancing"].map((service) => ({
    service,
    types: ["aws_cloudwatch_log_delivery_source"],
    actions: ["AllowVendedLogDeliveryForResource"],
    resources: ({ settings }: Place) =>
      settings.sources.flatMap(({ deliverFrom }) =>
        deliverFrom?.startsWith(`arn:aws:${service}:`) ? [deliverFrom] : [],
      ),
  })),
  {
    service: "events",
    types: ["aws_cloudwatch_event_rule", "aws_cloudwatch_event_target"],
    actions: [
      "DeleteRule",
      "DescribeRule",
      "ListTargetsByRule",
      "PutRule",
      "PutTargets",
      "RemoveTargets",
      ...TAGS,
    ],
    resources: named("events", "rule/"),
  },
  {
    service: "events",
    types: ["aws_cloudwatch_event_permission"],
    actions: ["DescribeEventBus", "PutPermission", "RemovePermission"],
    resources: ({ here }) => [here("events", "event-bus/default")],
  },
  {
    service: "scheduler",
    types: ["aws_scheduler_schedule", "aws_scheduler_schedule_group"],
    actions: [
      "CreateSchedule",
      "CreateScheduleGroup",
      "DeleteSchedule",
      "DeleteScheduleGroup",
      "GetSchedule",
      "GetScheduleGroup",
      "UpdateSchedule",
      ...TAGS,
    ],
    resources: ({ here, settings: { name } }) => [
      here("scheduler", `schedule-group/${name}-*`),
      here("scheduler", `schedule/${name}-*/*`),
    ],
  },
  {
    service: "glue",
    types: ["aws_glue_catalog_database", "aws_glue_catalog_table"],
    actions: [
      "CreateDatabase",
      "CreateTable",
      "DeleteDatabase",
      "DeleteTable",
      "GetDatabase",
      "GetPartitionIndexes",
      "GetTable",
      "GetTags",
      "TagResource",
      "UntagResource",
      "UpdateDatabase",
      "UpdateTable",
    ],
    resources: ({ here, settings }) => [
      here("glue", "catalog"),
      here("glue", `database/${databaseOf(settings)}`),
      here("glue", `table/${databaseOf(settings)}/*`),
    ],
  },
  {
    service: "athena",
    types: ["aws_athena_workgroup", "aws_athena_named_query", "aws_athena_prepared_statement"],
    actions: [
      "CreateNamedQuery",
      "CreatePreparedStatement",
      "CreateWorkGroup",
      "DeleteNamedQuery",
      "DeletePreparedStatement",
      "DeleteWorkGroup",
      "GetNamedQuery",
      "GetPreparedStatement",
      "GetWorkGroup",
      "UpdatePreparedStatement",
      "UpdateWorkGroup",
      ...TAGS,
    ],
    resources: named("athena", "workgroup/"),
  },
  {
    service: "cloudwatch",
    types: ["aws_cloudwatch_metric_alarm"],
    actions: ["DeleteAlarms", "DescribeAlarms", "PutMetricAlarm", ...TAGS],
    resources: named("cloudwatch", "alarm:"),
  },
  {
    service: "cloudwatch",
    types: ["aws_cloudwatch_dashboard"],
    actions: ["DeleteDashboards", "GetDashboard", "PutDashboard"],
    resources: ({ anywhere, settings: { name, globalNameSuffix = "" } }) => [
      anywhere("cloudwatch", `dashboard/${name}${globalNameSuffix}`),
    ],
  },
  {
    service: "lakeformation",
    types: ["aws_lakeformation_permissions", "aws_lakeformation_resource"],
    actions: [
      "DeregisterResource",
      "DescribeResource",
      "GrantPermissions",
      "ListPermissions",
      "RegisterResource",
      "RevokePermissions",
      "UpdateResource",
    ],
    // These actions support no resources. The grantor must be a data lake administrator, or have the granted permissions.
    resources: () => ["*"],
  },
  {
    service: "iam",
    types: ["aws_lakeformation_resource"],
    actions: ["CreateServiceLinkedRole", "GetRole", "PutRolePolicy"],
    resources: ({ anywhere }) => [
      anywhere(
        "iam",
        "role/aws-service-role/lakeformation.amazonaws.com/AWSServiceRoleForLakeFormationDataAccess",
      ),
    ],
  },
  {
    service: "s3",
    types: ["data.aws_s3_bucket"],
    actions: ["GetBucketLocation", "ListBucket"],
    resources: ({ bucket, settings: { existingLogBucket = "" } }) => [bucket(existingLogBucket)],
  },
  {
    service: "s3",
    types: ["data.aws_canonical_user_id"],
    actions: ["ListAllMyBuckets"],
    resources: () => ["*"],
  },
];

/** Types that need no permission, or no request. */
export const WITHOUT_PERMISSION: readonly string[] = [
  "data.aws_caller_identity",
  "data.aws_cloudfront_log_delivery_canonical_user_id",
  "data.aws_partition",
  "data.aws_region",
];

/**
 * The policy for deployments: the permissions that `terraform apply` and `terraform destroy` need for these settings, and
 * only for these resource types. It does not include permissions for Terraform's state.
 *
 * @param types types of the stack's resources, and of its data sources with the prefix `data.`
 * @param account account of the deployment
 */
export function deployerPolicyOf(settings: Settings, types: ReadonlySet<string>, account: string): string {
  const { region, kmsKey, vpc } = settings;
  const partition = partitionOf(region);
  const arnIn: Place["inRegion"] = (where, service, resource) =>
    `arn:${partition}:${service}:${where}:${account}:${resource}`;
  const place: Place = {
    settings,
    inRegion: arnIn,
    here: (service, resource) => arnIn(region, service, resource),
    anywhere: (service, resource) => arnIn("", service, resource),
    bucket: (name) => `arn:${partition}:s3:::${name}`,
  };
  const statements = DEPLOYED.filter((deployed) => deployed.types.some((type) => types.has(type))).flatMap(
    ({ service, actions, resources }): PolicyStatement[] => {
      const arns = resources(place);
      // `types` may be all types: these settings need not have a resource of each.
      if (arns.length === 0) return [];
      return [
        allow(
          actions.map((action) => `${service}:${action}`),
          arns,
        ),
      ];
    },
  );
  return policyDocument([
    ...statements,
    // Lambda, Scheduler, SQS and S3 use the key with the permissions of the deployer.
    ...(kmsKey === undefined
      ? []
      : [
          allow(
            ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"],
            [kmsKey],
          ),
        ]),
    ...(vpc === undefined
      ? []
      : [allow(["ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"], ["*"])]),
  ]);
}
