import type { ConfiguredTable } from "../../formats/configured-source";
import type { Partition } from "../../formats/partition-layout";

/** A text table, by the name of its typed one, and the sources it is partitioned by, if any. */
export type PartitionedTable = ConfiguredTable;

/** False for a partition of another table, or of a time when the table was partitioned in another way. */
export const isPartitionOf = (
  { table, sources }: PartitionedTable,
  partition: Pick<Partition, "table" | "source">,
): boolean => table === partition.table && (sources === undefined) === (partition.source === undefined);
