import { type Partition, partitionPairs, rawPrefixOf } from "../partition-layout";
import { hiveIdentifier, hiveString } from "./sql-text";

/** Glue accepts at most this many new partitions in one request. */
export const MAX_PARTITIONS_PER_STATEMENT = 100;

/**
 * `ALTER TABLE ... ADD IF NOT EXISTS PARTITION` for partitions of one format. Running it again changes nothing.
 *
 * @param table table over the moved files, e.g. `alb_access_logs_raw`
 * @param bucket bucket that holds the moved files
 * @throws Error unless there are 1 to 100 partitions, all of one table
 * @see https://docs.aws.amazon.com/athena/latest/ug/alter-table-add-partition.html
 */
export function renderAddPartitions(
  database: string,
  table: string,
  bucket: string,
  partitions: readonly Partition[],
): string {
  const [first] = partitions;
  if (!first || partitions.length > MAX_PARTITIONS_PER_STATEMENT) {
    throw new Error(
      `a statement adds from 1 to ${MAX_PARTITIONS_PER_STATEMENT} partitions, got ${partitions.length}`,
    );
  }
  if (partitions.some((partition) => partition.table !== first.table)) {
    throw new Error("a statement adds partitions of one table");
  }
  const clauses = partitions.map((partition) => {
    const pairs = partitionPairs(partition).map(
      ([key, value]) => `${hiveIdentifier(key)} = ${hiveString(value)}`,
    );
    return `PARTITION (${pairs.join(", ")}) LOCATION ${hiveString(`s3://${bucket}/${rawPrefixOf(partition)}`)}`;
  });
  return `ALTER TABLE ${hiveIdentifier(database)}.${hiveIdentifier(table)} ADD IF NOT EXISTS
${clauses.join("\n")}`;
}
