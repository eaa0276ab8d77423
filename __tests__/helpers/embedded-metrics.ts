/** Metrics as CloudWatch extracts them from a line of a function's log. */
export interface EmbeddedMetrics {
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, number>>;
}

interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string }[];
}

/**
 * Reads the metrics of a line in the embedded metric format: one entry for each set of dimensions, none for other lines.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function embeddedMetrics(line: string): EmbeddedMetrics[] {
  if (!line.includes('"CloudWatchMetrics"')) return [];
  const document = JSON.parse(line);
  const directives: readonly Directive[] = document._aws.CloudWatchMetrics;
  return directives.flatMap(({ Dimensions, Metrics }) =>
    Dimensions.map((names) => ({
      dimensions: Object.fromEntries(names.map((name) => [name, document[name]])),
      values: Object.fromEntries(Metrics.map(({ Name }) => [Name, document[Name]])),
    })),
  );
}
