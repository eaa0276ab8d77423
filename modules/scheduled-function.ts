import type { Construct } from "constructs";
import type { ScheduledHandler } from "../pipeline/handler-names";
import { scheduledNameOf } from "../pipeline/names";
import { SCHEDULED_CONCURRENCY } from "../pipeline/sizing";
import { type FunctionDefaults, HandlerFunction, type HandlerFunctionProps } from "./handler-function";
import { Schedule, type ScheduleProps } from "./schedule";

/** What the functions of a pipeline have in common. */
export interface PipelineFunctions {
  /** Prefix of every name in AWS. */
  readonly name: string;
  readonly functionDefaults: FunctionDefaults;
  readonly accountId: string;
  /** True if each function has reserved concurrency. */
  readonly reservedConcurrency: boolean;
}

export interface ScheduledFunctionProps
  extends Pick<HandlerFunctionProps, "description" | "timeoutSeconds" | "environment" | "statements"> {
  readonly handler: ScheduledHandler;
  readonly schedule: Pick<ScheduleProps, "description" | "expression" | "runs" | "maxEventAgeSeconds">;
}

/** A function of the pipeline, and the schedule that runs it. */
export interface ScheduledFunction {
  readonly handler: HandlerFunction;
  readonly schedule: Schedule;
}

/** Creates a function and its schedule, e.g. `create_partition` and `create_partition_schedule` of `create-partition`. */
export function scheduledFunction(
  scope: Construct,
  { name: pipeline, functionDefaults, accountId, reservedConcurrency }: PipelineFunctions,
  { schedule, ...props }: ScheduledFunctionProps,
): ScheduledFunction {
  const id = props.handler.replaceAll("-", "_");
  const name = scheduledNameOf(pipeline, props.handler);
  const handler = new HandlerFunction(scope, id, {
    ...functionDefaults,
    ...props,
    name,
    ...(reservedConcurrency ? { reservedConcurrency: SCHEDULED_CONCURRENCY } : {}),
  });
  return {
    handler,
    schedule: new Schedule(scope, `${id}_schedule`, { ...schedule, name, target: handler, accountId }),
  };
}
