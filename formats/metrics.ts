/** Namespace of the pipeline's own metrics in CloudWatch. */
export const METRICS_NAMESPACE = "AccessLogs";
/** Dimension of each metric: the function that published it. */
export const SERVICE_DIMENSION = "service";

/** What a metric counts, and its dimension in addition to the function's name. */
export interface MetricDefinition {
  readonly unit: "Count" | "Bytes" | "Seconds";
  readonly per?: "Source" | "Reason" | "Table";
}

/**
 * Every metric that the functions publish, by its name: alarms and dashboard use no other. Each value of a dimension
 * costs USD 0.30 a month, so there are few metrics, and none that AWS publishes itself.
 *
 * - `ObjectsMoved`, `BytesMoved`: moved files, each once
 * - `ObjectsFound`, `BytesFound`: new files of sources that are read as delivered
 * - `ObjectsSkipped`: objects that are not access logs
 * - `ObjectsFailed`: attempts that the queue will repeat
 * - `SecondsToRaw`: from delivery to the raw table, of the slowest file of a batch
 * - `PartitionsCommitted`, `PartitionsWaiting`, `RowsCommitted`: what one run added to the typed tables, and what waits
 * - `SecondsToLake`: from the raw table to the typed table, of the slowest partition; one that waits counts until now
 * - `FilesRejected`: files that the engine could not read and that one run rejected
 * - `UnparsedRows`: unparsed lines of the files of a commit
 */
export const METRICS = {
  ObjectsMoved: { unit: "Count", per: "Source" },
  BytesMoved: { unit: "Bytes", per: "Source" },
  ObjectsFound: { unit: "Count", per: "Source" },
  BytesFound: { unit: "Bytes", per: "Source" },
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
