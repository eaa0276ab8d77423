import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { AccessLogPipeline, type AccessLogPipelineProps } from "../modules/access-log-pipeline";
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
    const outputs: Record<string, { value: string; description: string }> = {
      log_bucket: { value: pipeline.bucket.bucket.bucket, description: "Bucket of the moved files" },
      log_bucket_arn: { value: pipeline.bucket.bucket.arn, description: "ARN of that bucket" },
      arrivals_queue_url: { value: pipeline.trigger.queue.url, description: "Queue of new objects" },
      arrivals_dead_letter_queue_url: {
        value: pipeline.trigger.deadLetterQueue.url,
        description: "Queue of objects that could not be moved",
      },
      schedule_dead_letter_queue_url: {
        value: pipeline.partitionSchedule.deadLetterQueue.url,
        description: "Queue of scheduled runs that failed",
      },
      move_function_name: {
        value: pipeline.move.lambda.functionName,
        description: "Function that moves logs",
      },
      create_partition_function_name: {
        value: pipeline.createPartition.lambda.functionName,
        description: "Function that adds partitions",
      },
      database: { value: pipeline.database.name, description: "Glue database of the tables" },
      workgroup: {
        value: pipeline.analystWorkgroup.workgroup.name,
        description: "Athena workgroup to ask questions in",
      },
    };
    for (const [id, config] of Object.entries(outputs)) new TerraformOutput(this, id, config);
  }
}

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
