import { type Hour, partitionValuesOf } from "../hour";
import { rawTableOf } from "../log-format";
import { PARTITION_KEYS, type Partition, partitionKeysOf, partitionPairs } from "../partition-layout";
import { type LakeTable, LOG_FILE } from "./lake-sql";
import { sqlIdentifier, sqlString } from "./sql-text";

const [DT] = PARTITION_KEYS;

/** The partition keys of a table, as columns. */
const keysOf = ({ bySource }: LakeTable): string =>
  partitionKeysOf(bySource)
    .map(({ name }) => sqlIdentifier(name))
    .join(", ");

/** Complete days: both the catalog and Iceberg prune by them. */
const daysOf = (from: Hour, to: Hour): string =>
  `${sqlIdentifier(DT.name)} BETWEEN ${sqlString(partitionValuesOf(from).dt)} AND ${sqlString(partitionValuesOf(to).dt)}`;

/**
 * The partitions of some days in the catalog. Reads no data.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-glue-catalog.html
 */
export const renderKnownPartitions = (table: LakeTable, from: Hour, to: Hour): string =>
  `SELECT ${keysOf(table)} FROM ${nameOf(table, `${rawTableOf(table.format)}$partitions`)}
WHERE ${daysOf(from, to)}`;

/** The numbers of files and rows of each hour in the typed table. */
export const renderCommittedHours = (table: LakeTable, from: Hour, to: Hour): string =>
  `SELECT ${keysOf(table)}, count(DISTINCT ${sqlIdentifier(LOG_FILE)}) AS files, count(*) AS "rows"
FROM ${nameOf(table, table.format.table)}
WHERE ${daysOf(from, to)}
GROUP BY ${keysOf(table)}`;

/** The files of some hours that are in the typed table. @param partitions at least one */
export const renderCommittedFiles = (table: LakeTable, partitions: readonly Partition[]): string => {
  const hours = partitions.map(
    (partition) =>
      `(${partitionPairs(partition)
        .map(([key, value]) => `${sqlIdentifier(key)} = ${sqlString(value)}`)
        .join(" AND ")})`,
  );
  return `SELECT DISTINCT ${sqlIdentifier(LOG_FILE)} FROM ${nameOf(table, table.format.table)}
WHERE ${hours.join("\n  OR ")}`;
};

/** Names with a dollar sign are Athena's; the part before it is checked. */
function nameOf({ database }: LakeTable, name: string): string {
  const [table = "", view] = name.split("$");
  const quoted = sqlIdentifier(table);
  return `${sqlIdentifier(database)}.${view === undefined ? quoted : `"${table}$${view}"`}`;
}
