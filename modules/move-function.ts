import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping";
import type { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import type { Construct } from "constructs";
import type { MoveEnvironment } from "../handlers/environment";
import type { FunctionPermissions } from "../pipeline/function-permissions";
import { moveFunctionNameOf } from "../pipeline/names";
import { MOVE } from "../pipeline/sizing";
import { HandlerFunction } from "./handler-function";
import type { PipelineFunctions } from "./scheduled-function";

export interface MoveFunctionProps extends PipelineFunctions {
  /** Queue of new objects. */
  readonly queue: SqsQueue;
  readonly environment: MoveEnvironment;
  /** Variables with the sources, in addition. */
  readonly configuration: Readonly<Record<string, string>>;
  readonly permissions: FunctionPermissions;
}

/** Creates the function that moves new objects, and gives it the queue's messages in batches. */
export function moveFunction(
  scope: Construct,
  { queue, environment, configuration, permissions, ...props }: MoveFunctionProps,
): HandlerFunction {
  const move = new HandlerFunction(scope, "move_access_logs", {
    ...props.functionDefaults,
    name: moveFunctionNameOf(props.name),
    handler: "move-access-logs",
    description: "Moves access logs to Hive-style prefixes as they arrive",
    timeoutSeconds: MOVE.timeoutSeconds,
    environment: { ...environment, ...configuration },
    statements: permissions.moveAccessLogs(queue.arn),
    ...(props.reservedConcurrency ? { reservedConcurrency: MOVE.concurrency } : {}),
  });
  new LambdaEventSourceMapping(scope, "arrivals_mapping", {
    eventSourceArn: queue.arn,
    functionName: move.lambda.arn,
    batchSize: MOVE.batchSize,
    maximumBatchingWindowInSeconds: MOVE.batchWindowSeconds,
    functionResponseTypes: ["ReportBatchItemFailures"],
    scalingConfig: { maximumConcurrency: MOVE.concurrency },
  });
  return move;
}
