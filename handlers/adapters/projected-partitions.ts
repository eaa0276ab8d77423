import type { PartitionCatalog } from "../core/ports";

/** Partitions that Athena computes from the table's properties: none has to be added. */
export const projectedPartitions: PartitionCatalog = { add: async () => undefined };
