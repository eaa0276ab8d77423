import type { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { dependable, type ITerraformDependable, TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import { FORMATS } from "../formats";
import { REPORTS_PREFIX } from "../formats/partition-layout";
import type { AccessLogPipeline } from "../modules/access-log-pipeline";
import type { HandlerFunction } from "../modules/handler-function";
import type { QueryWorkgroup } from "../modules/query-workgroup";
import type { ScheduledFunction } from "../modules/scheduled-function";

/** A Terraform output. */
export interface Output {
  readonly value: string | readonly string[] | Readonly<Record<string, object>>;
  readonly description: string;
  /** Resources that must exist before others use the value. */
  readonly waitsFor?: readonly ITerraformDependable[];
}

/** Adds the outputs of a pipeline to a stack. */
export function addOutputs(scope: Construct, pipeline: AccessLogPipeline): void {
  for (const [id, { waitsFor = [], ...config }] of Object.entries(outputsOf(pipeline))) {
    const output = new TerraformOutput(scope, id, config);
    // CDKTF's own option writes expressions, but Terraform accepts only addresses.
    if (waitsFor.length > 0) output.addOverride("depends_on", waitsFor.map(dependable));
  }
}

/** Names and ARNs of a pipeline, by the name of the output. */
function outputsOf(pipeline: AccessLogPipeline): Readonly<Record<string, Output>> {
  const { bucket, landing, trigger, move, database, tables, createPartition, lake, makeReport } = pipeline;
  const { topic, dashboard } = pipeline.monitoring;
  return {
    log_bucket: { value: bucket.bucket.bucket, description: "Bucket of the moved files" },
    log_bucket_arn: { value: bucket.bucket.arn, description: "ARN of the bucket" },
    landing_bucket: {
      value: landing.bucket,
      description: "Bucket for deliveries",
      waitsFor: pipeline.landingPermissions,
    },
    landing_bucket_arn: { value: landing.arn, description: "ARN of the bucket" },
    ...(trigger
      ? {
          arrivals_queue_url: { value: trigger.queue.url, description: "Queue of new objects" },
          arrivals_queue_arn: { value: trigger.queue.arn, description: "ARN of the queue" },
          ...deadLetterOutputs(
            "arrivals",
            trigger.deadLetterQueue,
            "Dead-letter queue of objects that could not be moved",
          ),
        }
      : {}),
    deliveries: {
      value: Object.fromEntries(
        pipeline.deliveries.map(({ source, bucket: target, prefix }) => [source, { bucket: target, prefix }]),
      ),
      description: `Bucket and prefix of each source by name, for ${Object.values(FORMATS)
        .map(({ delivery }) => delivery.setting)
        .join(" or ")}`,
      waitsFor: pipeline.landingPermissions,
    },
    ...(move ? functionOutputs("move", move, "Function that moves logs") : {}),
    ...(createPartition ? scheduledOutputs("create_partition", createPartition) : {}),
    ...(lake
      ? {
          ...scheduledOutputs("transform_partition", lake.transform),
          ...scheduledOutputs("maintain_lake", lake.maintain),
        }
      : {}),
    ...(makeReport
      ? {
          ...scheduledOutputs("make_report", makeReport),
          report: {
            value: `s3://${bucket.bucket.bucket}/${REPORTS_PREFIX}latest.html`,
            description: "The latest report; the others are next to it, by their day",
          },
        }
      : {}),
    database: { value: database.name, description: "Glue database of the tables" },
    database_arn: { value: database.arn, description: "ARN of the database" },
    text_tables: {
      value: tables.map(({ table }) => table.name),
      description: "Raw tables",
    },
    text_table_arns: { value: tables.map(({ table }) => table.arn), description: "ARNs of the raw tables" },
    ...(topic
      ? {
          alarm_topic_arn: {
            value: topic.topic.arn,
            description: "SNS topic of the alarms: subscribe to it",
          },
        }
      : {}),
    ...(dashboard
      ? {
          dashboard_name: {
            value: dashboard.dashboard.dashboardName,
            description: "Dashboard in CloudWatch",
          },
        }
      : {}),
    ...(lake ? { typed_tables: { value: lake.tables, description: "Typed tables" } } : {}),
    analyst_policy: {
      value: pipeline.analystPolicy.document,
      description: "Policy for analysts, as JSON",
    },
    ...(pipeline.analystPolicy.policy
      ? {
          analyst_policy_arn: {
            value: pipeline.analystPolicy.policy.arn,
            description: "ARN of the managed policy for analysts",
          },
        }
      : {}),
    ...workgroupOutputs("workgroup", pipeline.analystWorkgroup, "Athena workgroup for analysts"),
    ...workgroupOutputs(
      "pipeline_workgroup",
      pipeline.pipelineWorkgroup,
      "Athena workgroup of the pipeline's statements",
    ),
  };
}

const functionOutputs = (
  id: string,
  { lambda, role, logGroup }: HandlerFunction,
  description: string,
): Record<string, Output> => ({
  [`${id}_function_name`]: { value: lambda.functionName, description },
  [`${id}_function_arn`]: { value: lambda.arn, description: "ARN of the function" },
  [`${id}_role_arn`]: { value: role.arn, description: "ARN of its execution role" },
  [`${id}_log_group`]: { value: logGroup.name, description: "Log group of the function" },
});

const scheduledOutputs = (
  id: string,
  { handler, schedule: { deadLetterQueue, group, schedules } }: ScheduledFunction,
): Record<string, Output> => ({
  ...functionOutputs(id, handler, "Scheduled function"),
  [`${id}_schedule_group`]: { value: group.name, description: "Schedule group of the function" },
  [`${id}_schedules`]: {
    value: schedules.map((schedule) => schedule.name),
    description: "Names of the schedules in the group",
  },
  ...deadLetterOutputs(id, deadLetterQueue, "Dead-letter queue of failed runs"),
});

const deadLetterOutputs = (id: string, queue: SqsQueue, description: string): Record<string, Output> => ({
  [`${id}_dead_letter_queue_url`]: { value: queue.url, description },
  [`${id}_dead_letter_queue_arn`]: { value: queue.arn, description: "ARN of the queue" },
});

const workgroupOutputs = (
  id: string,
  { workgroup }: QueryWorkgroup,
  description: string,
): Record<string, Output> => ({
  [id]: { value: workgroup.name, description },
  [`${id}_arn`]: { value: workgroup.arn, description: "ARN of the workgroup" },
});
