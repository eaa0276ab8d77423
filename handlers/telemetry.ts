import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import { METRICS, type MetricDefinition, type MetricName } from "../formats/metrics";

/** JSON lines to the function's log group; service name and level come from the environment. */
export const logger = new Logger();

type Dimension<Name extends MetricName> = (typeof METRICS)[Name] extends { readonly per: infer Per }
  ? Per
  : undefined;
/** The metrics with this dimension in addition to the function's name, or without one. */
type MetricsPer<Per> = { [Name in MetricName as Dimension<Name> extends Per ? Name : never]?: number };

/**
 * Writes metrics of one invocation to the log, in the embedded metric format; zeros too, so that an alarm can
 * distinguish 0 from missing data.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const publish = (values: MetricsPer<undefined>): void => write(values, {});

/** Writes metrics of one source, reason or table, e.g. `publishPer("Source", "web", { ObjectsMoved: 3 })`. */
export const publishPer = <Per extends NonNullable<MetricDefinition["per"]>>(
  dimension: Per,
  value: string,
  values: MetricsPer<Per>,
): void => write(values, { [dimension]: value });

function write(
  values: Partial<Record<MetricName, number>>,
  dimensions: Readonly<Record<string, string>>,
): void {
  const metrics = new Metrics();
  for (const [name, value] of Object.entries(dimensions)) metrics.addDimension(name, value);
  for (const name of Object.keys(METRICS) as MetricName[]) {
    const value = values[name];
    if (value !== undefined) metrics.addMetric(name, METRICS[name].unit, value);
  }
  metrics.publishStoredMetrics();
}
