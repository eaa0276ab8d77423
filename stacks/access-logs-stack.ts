import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { AccessLogPipeline } from "../modules/access-log-pipeline";
import { pipelinePropsOf } from "../settings/pipeline-props";
import type { Settings } from "../settings/schema";
import { addBackend } from "./backend";
import { addOutputs } from "./outputs";
import { addProvider } from "./provider";

/** Folder of the stack in `cdktf.out/stacks/`, independent of the pipeline's name. */
export const STACK_ID = "access-logs";

/** One pipeline with its provider, its backend, and its outputs. */
export class AccessLogsStack extends TerraformStack {
  constructor(scope: Construct, settings: Settings) {
    super(scope, STACK_ID);
    addProvider(this, settings.region, settings.tags, settings.provider ?? {});
    addBackend(this, settings.backend ?? { type: "local" });
    addOutputs(this, new AccessLogPipeline(this, "access_logs", pipelinePropsOf(settings)));
  }
}
