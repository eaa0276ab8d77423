import { METRICS, METRICS_NAMESPACE, type MetricName, SERVICE_DIMENSION } from "../../formats/metrics";

/** A metric in CloudWatch. Names and dimensions must be exactly as published, otherwise there is no data. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/**
 * One of the pipeline's own metrics.
 *
 * @param functionName function that publishes it
 * @param value value of the metric's other dimension, if it has one
 */
export function ownMetric(name: MetricName, functionName: string, value?: string): Metric {
  const definition = METRICS[name];
  const dimensions: Record<string, string> = { [SERVICE_DIMENSION]: functionName };
  if ("per" in definition && value !== undefined) dimensions[definition.per] = value;
  return { namespace: METRICS_NAMESPACE, name, dimensions };
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
export const lambdaMetric = (
  name: "Errors" | "Throttles" | "Duration" | "Invocations",
  functionName: string,
): Metric => ({ namespace: "AWS/Lambda", name, dimensions: { FunctionName: functionName } });

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
export const queueMetric = (
  name: "ApproximateAgeOfOldestMessage" | "ApproximateNumberOfMessagesVisible",
  queueName: string,
): Metric => ({ namespace: "AWS/SQS", name, dimensions: { QueueName: queueName } });

/** @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html */
export const scheduleMetric = (
  name: "TargetErrorCount" | "InvocationDroppedCount",
  groupName: string,
): Metric => ({ namespace: "AWS/Scheduler", name, dimensions: { ScheduleGroup: groupName } });

/** Published once for each query: its `SampleCount` is their number. */
export type QueryMetric = "TotalExecutionTime" | "ProcessedBytes";
export const QUERY_TYPES = ["DML", "DDL"] as const;
export const QUERY_NAMESPACE = "AWS/Athena";

/** @see https://docs.aws.amazon.com/athena/latest/ug/query-metrics-viewing.html */
export const queryMetric = (
  name: QueryMetric,
  workgroup: string,
  type: (typeof QUERY_TYPES)[number],
  state: "SUCCEEDED" | "FAILED" | "CANCELLED",
): Metric => ({
  namespace: QUERY_NAMESPACE,
  name,
  dimensions: { QueryState: state, QueryType: type, WorkGroup: workgroup },
});
