import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";

/** JSON lines to the function's log group; service name and level come from the environment. */
export const logger = new Logger();

/** Counters of one invocation, written to the log in the embedded metric format. */
export interface Counts {
  readonly [metric: string]: number;
}

/**
 * Writes counters as CloudWatch metrics; zeros too, so that an alarm can tell "none" from "no data".
 *
 * @param dimensions further dimensions, e.g. `{ Reason: "test-file" }`
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function publishCounts(counts: Counts, dimensions: Readonly<Record<string, string>> = {}): void {
  const metrics = new Metrics();
  if (Object.keys(dimensions).length > 0) metrics.addDimensions(dimensions);
  for (const [name, value] of Object.entries(counts)) {
    metrics.addMetric(name, name.startsWith("Bytes") ? MetricUnit.Bytes : MetricUnit.Count, value);
  }
  metrics.publishStoredMetrics();
}
