import type { PartitionCatalog } from "../core/ports";

/**
 * Catalog for partition projection: Athena computes partitions from the table's properties, so none is added.
 */
export const projectedPartitions: PartitionCatalog = { add: async () => undefined };
