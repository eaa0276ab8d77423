import {
  type DeliveredFolder,
  deliveredPairs,
  deliveredPrefixOf,
  type FolderLayout,
} from "../delivered-layout";
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
  if (partitions.some((partition) => partition.table !== partitions[0]?.table)) {
    throw new Error("a statement adds partitions of one table");
  }
  return renderAdd(
    database,
    table,
    partitions.map((partition) => ({
      pairs: partitionPairs(partition),
      location: `s3://${bucket}/${rawPrefixOf(partition)}`,
    })),
  );
}

/**
 * The same for folders of files as delivered.
 *
 * @param table table over these files, e.g. `alb_access_logs_delivered`
 * @throws Error unless there are 1 to 100 folders
 */
export const renderAddDelivered = (
  database: string,
  table: string,
  layout: FolderLayout,
  folders: readonly DeliveredFolder[],
): string =>
  renderAdd(
    database,
    table,
    folders.map((folder) => ({
      pairs: deliveredPairs(layout, folder),
      location: `s3://${folder.bucket}/${deliveredPrefixOf(layout, folder)}`,
    })),
  );

interface AddedPartition {
  readonly pairs: readonly (readonly [key: string, value: string])[];
  readonly location: string;
}

function renderAdd(database: string, table: string, partitions: readonly AddedPartition[]): string {
  if (partitions.length === 0 || partitions.length > MAX_PARTITIONS_PER_STATEMENT) {
    throw new Error(
      `a statement adds from 1 to ${MAX_PARTITIONS_PER_STATEMENT} partitions, got ${partitions.length}`,
    );
  }
  const clauses = partitions.map(({ pairs, location }) => {
    const keys = pairs.map(([key, value]) => `${hiveIdentifier(key)} = ${hiveString(value)}`);
    return `PARTITION (${keys.join(", ")}) LOCATION ${hiveString(location)}`;
  });
  return `ALTER TABLE ${hiveIdentifier(database)}.${hiveIdentifier(table)} ADD IF NOT EXISTS
${clauses.join("\n")}`;
}
