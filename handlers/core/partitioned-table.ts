import type { ConfiguredTable } from "../../formats/configured-source";
import type { Partition } from "../../formats/partition-layout";

/** A text table, by the name of its typed table, and the sources that it is partitioned by, if any. */
export type PartitionedTable = ConfiguredTable;

/** False for a partition of another table, or with other partition keys, as before a change of settings. */
export const isPartitionOf = (
  { table, sources }: PartitionedTable,
  partition: Pick<Partition, "table" | "source">,
): boolean => table === partition.table && (sources === undefined) === (partition.source === undefined);
