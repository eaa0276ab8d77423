import type { ConfiguredTable } from "../../formats/configured-source";
import type { DeliveredFolder } from "../../formats/delivered-layout";
import type { Partition } from "../../formats/partition-layout";

/** A text table, by the name of its typed table, and the sources that it is partitioned by, if any. */
export type PartitionedTable = ConfiguredTable;

/** False for a partition of another table, or with other partition keys, as before a change of settings. */
export const isPartitionOf = (
  { table, sources }: PartitionedTable,
  partition: Pick<Partition, "table" | "source">,
): boolean => table === partition.table && (sources === undefined) === (partition.source === undefined);

/** False for a folder that is not read as delivered any more, as after a change of the source's layout. */
export const isReadAsDelivered = (
  { delivered = [] }: PartitionedTable,
  { source, bucket, prefix }: DeliveredFolder,
): boolean => delivered.some((one) => one.name === source && one.bucket === bucket && one.prefix === prefix);
