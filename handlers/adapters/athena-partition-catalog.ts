import { FORMATS } from "../../formats";
import { linesTableOf, rawTableOf } from "../../formats/log-format";
import type { Partition } from "../../formats/partition-layout";
import { MAX_PARTITIONS_PER_STATEMENT, renderAddPartitions } from "../../formats/render/add-partitions-ddl";
import type { PartitionCatalog, QueryEngine } from "../core/ports";

export interface AthenaCatalogOptions {
  readonly engine: QueryEngine;
  readonly database: string;
  /** Bucket that holds the moved files. */
  readonly bucket: string;
  /** True if each format has a table of lines, too. */
  readonly withLines: boolean;
  /** Id of the run: a repeated run joins its earlier statements instead of submitting new ones. */
  readonly runToken: string;
}

/** Adds partitions to the Glue tables by Athena statements, one after another. */
export const athenaPartitionCatalog = ({
  engine,
  database,
  bucket,
  withLines,
  runToken,
}: AthenaCatalogOptions): PartitionCatalog => ({
  add: async (partitions) => {
    for (const chunk of chunksByTable(partitions)) {
      for (const table of textTablesOf(chunk, withLines)) {
        await engine.run({ sql: renderAddPartitions(database, table, bucket, chunk), token: runToken });
      }
    }
  },
});

/** The tables over the text of one format's partitions. */
const textTablesOf = ([first]: readonly Partition[], withLines: boolean): string[] =>
  Object.values(FORMATS)
    .filter(({ table }) => table === first?.table)
    .flatMap((format) => (withLines ? [rawTableOf(format), linesTableOf(format)] : [rawTableOf(format)]));

function chunksByTable(partitions: readonly Partition[]): Partition[][] {
  return [...new Set(partitions.map(({ table }) => table))].flatMap((name) => {
    const ofTable = partitions.filter(({ table }) => table === name);
    return Array.from({ length: Math.ceil(ofTable.length / MAX_PARTITIONS_PER_STATEMENT) }, (_, index) =>
      ofTable.slice(index * MAX_PARTITIONS_PER_STATEMENT, (index + 1) * MAX_PARTITIONS_PER_STATEMENT),
    );
  });
}
