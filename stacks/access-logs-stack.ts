import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { AccessLogPipeline, type AccessLogPipelineProps } from "../modules/access-log-pipeline";
import type { HandlerFunction } from "../modules/handler-function";
import type { Schedule } from "../modules/schedule";
import { type Settings, toLogSource } from "../settings";
import { addBackend } from "./backend";

/** Folder of the stack in `cdktf.out/stacks/`, whatever the pipeline's name is. */
export const STACK_ID = "access-logs";

/** One pipeline with its provider, its backend, and outputs for other stacks and for people. */
export class AccessLogsStack extends TerraformStack {
  constructor(scope: Construct, settings: Settings) {
    super(scope, STACK_ID);
    new AwsProvider(this, "aws", {
      region: settings.region,
      ...(settings.tags ? { defaultTags: [{ tags: settings.tags }] } : {}),
    });
    addBackend(this, settings.backend ?? { type: "local" });
    this.addOutputs(new AccessLogPipeline(this, "access_logs", pipelineProps(settings)));
  }

  private addOutputs(pipeline: AccessLogPipeline): void {
    const outputs: Record<string, Output> = {
      log_bucket: { value: pipeline.bucket.bucket.bucket, description: "Bucket of the moved files" },
      log_bucket_arn: { value: pipeline.bucket.bucket.arn, description: "ARN of that bucket" },
      arrivals_queue_url: { value: pipeline.trigger.queue.url, description: "Queue of new objects" },
      arrivals_dead_letter_queue_url: {
        value: pipeline.trigger.deadLetterQueue.url,
        description: "Queue of objects that could not be moved",
      },
      move_function_name: {
        value: pipeline.move.lambda.functionName,
        description: "Function that moves logs",
      },
      database: { value: pipeline.database.name, description: "Glue database of the tables" },
      workgroup: {
        value: pipeline.analystWorkgroup.workgroup.name,
        description: "Athena workgroup to ask questions in",
      },
    };
    const { createPartition, partitionSchedule, lake } = pipeline;
    if (createPartition && partitionSchedule) {
      Object.assign(outputs, scheduledOutputs("create_partition", createPartition, partitionSchedule));
    }
    if (lake) {
      Object.assign(
        outputs,
        scheduledOutputs("transform_partition", lake.transform, lake.transformSchedule),
        scheduledOutputs("maintain_lake", lake.maintain, lake.maintainSchedule),
      );
    }
    for (const [id, config] of Object.entries(outputs)) new TerraformOutput(this, id, config);
  }
}

interface Output {
  readonly value: string;
  readonly description: string;
}

const scheduledOutputs = (
  id: string,
  { lambda }: HandlerFunction,
  { deadLetterQueue }: Schedule,
): Record<string, Output> => ({
  [`${id}_function_name`]: { value: lambda.functionName, description: "Function that runs by schedule" },
  [`${id}_dead_letter_queue_url`]: {
    value: deadLetterQueue.url,
    description: "Queue of its runs that failed",
  },
});

/** Settings without what concerns the stack and not the pipeline, and without options that are not set. */
function pipelineProps({
  $schema,
  region,
  backend,
  tags,
  sources,
  ...options
}: Settings): AccessLogPipelineProps {
  const set = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return { ...(set as Omit<AccessLogPipelineProps, "sources">), sources: sources.map(toLogSource) };
}
