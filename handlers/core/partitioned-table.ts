import type { Partition } from "../../formats/partition-layout";
import type { TablePrivacy } from "../../formats/privacy";

/** A text table, by the name of its typed one, and the sources it is partitioned by, if any. */
export interface PartitionedTable {
  readonly table: string;
  readonly sources?: readonly string[] | undefined;
  /** What its rows must not hold; those of a source without a rule hold what was logged. */
  readonly privacy?: readonly TablePrivacy[] | undefined;
}

/** False for a partition of another table, or of a time when the table was partitioned in another way. */
export const isPartitionOf = (
  { table, sources }: PartitionedTable,
  partition: Pick<Partition, "table" | "source">,
): boolean => table === partition.table && (sources === undefined) === (partition.source === undefined);
