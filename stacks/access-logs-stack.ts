import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { AccessLogPipeline } from "../modules/access-log-pipeline";
import type { AccessLogPipelineProps } from "../pipeline/props";
import { type Settings, toLogSource } from "../settings/schema";
import { addBackend } from "./backend";
import { addOutputs } from "./outputs";
import { addProvider } from "./provider";

/** Folder of the stack in `cdktf.out/stacks/`, whatever the pipeline's name is. */
export const STACK_ID = "access-logs";

/** One pipeline with its provider, its backend, and outputs for other stacks and for people. */
export class AccessLogsStack extends TerraformStack {
  constructor(scope: Construct, settings: Settings) {
    super(scope, STACK_ID);
    addProvider(this, settings.region, settings.tags, settings.provider ?? {});
    addBackend(this, settings.backend ?? { type: "local" });
    addOutputs(this, new AccessLogPipeline(this, "access_logs", pipelineProps(settings)));
  }
}

/** Settings without what concerns the stack and not the pipeline, and without options that are not set. */
function pipelineProps({
  $schema,
  backend,
  provider,
  tags,
  sources,
  ...options
}: Settings): AccessLogPipelineProps {
  return { ...defined(options), name: options.name, sources: sources.map(toLogSource) };
}

const defined = <Options extends object>(options: Options) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [Option in keyof Options]?: Exclude<Options[Option], undefined>;
  };
