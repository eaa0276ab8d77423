/** Namespace of the pipeline's own metrics in CloudWatch. */
export const METRICS_NAMESPACE = "AccessLogs";
/** Dimension of every one of them: the function that published it. */
export const SERVICE_DIMENSION = "service";

/** What a metric counts, and the dimension it has besides the function's name. */
export interface MetricDefinition {
  readonly unit: "Count" | "Bytes" | "Seconds";
  readonly per?: "Source" | "Reason" | "Table";
}

/**
 * Every metric that the functions publish, by its name: alarms and dashboard know no other. Each, for each value of its
 * dimension, costs USD 0.30 a month, so they are few; what AWS counts by itself is not counted again.
 *
 * - `ObjectsMoved`, `BytesMoved`: files that arrived at the text, each once
 * - `ObjectsSkipped`: objects that are no access logs
 * - `ObjectsFailed`: tries that the queue will repeat
 * - `SecondsToRaw`: from delivery to the text, of the slowest file of a batch
 * - `PartitionsCommitted`, `PartitionsWaiting`, `RowsCommitted`: what one run added to the typed tables, and what it left
 * - `SecondsToLake`: from the text to the typed table, of the slowest partition; one that waits counts until now
 * - `FilesRejected`: files that the engine could not read and that one run set aside
 * - `UnparsedRows`: lines of a finished day that could not be read
 */
export const METRICS = {
  ObjectsMoved: { unit: "Count", per: "Source" },
  BytesMoved: { unit: "Bytes", per: "Source" },
  ObjectsSkipped: { unit: "Count", per: "Reason" },
  ObjectsFailed: { unit: "Count" },
  SecondsToRaw: { unit: "Seconds" },
  PartitionsCommitted: { unit: "Count" },
  PartitionsWaiting: { unit: "Count" },
  RowsCommitted: { unit: "Count" },
  SecondsToLake: { unit: "Seconds" },
  FilesRejected: { unit: "Count", per: "Table" },
  UnparsedRows: { unit: "Count", per: "Table" },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricName = keyof typeof METRICS;
