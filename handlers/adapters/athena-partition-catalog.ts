import { FORMATS } from "../../formats";
import { distinctFolders } from "../../formats/delivered-layout";
import {
  deliveredLinesTableOf,
  deliveredTableOf,
  type LogFormat,
  linesTableOf,
  rawTableOf,
} from "../../formats/log-format";
import type { Partition } from "../../formats/partition-layout";
import {
  MAX_PARTITIONS_PER_STATEMENT,
  renderAddDelivered,
  renderAddPartitions,
} from "../../formats/render/add-partitions-ddl";
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
export function athenaPartitionCatalog(options: AthenaCatalogOptions): PartitionCatalog {
  const { engine, database, bucket, withLines, runToken: token } = options;
  return {
    add: async (partitions) => {
      for (const { format, items } of chunksByFormat(partitions)) {
        for (const table of [rawTableOf(format), ...(withLines ? [linesTableOf(format)] : [])])
          await engine.run({ sql: renderAddPartitions(database, table, bucket, items), token });
      }
    },
    addDelivered: async (folders) => {
      for (const { format, items } of chunksByFormat(distinctFolders(folders))) {
        const { delivered: layout } = format;
        if (layout.kind === "flat") continue;
        for (const table of [deliveredTableOf(format), ...(withLines ? [deliveredLinesTableOf(format)] : [])])
          await engine.run({ sql: renderAddDelivered(database, table, layout, items), token });
      }
    },
  };
}

interface Chunk<Item> {
  readonly format: LogFormat;
  readonly items: readonly Item[];
}

/** What one statement can add, for each format with items. */
const chunksByFormat = <Item extends Pick<Partition, "table">>(items: readonly Item[]): Chunk<Item>[] =>
  Object.values(FORMATS).flatMap((format) => {
    const ofFormat = items.filter(({ table }) => table === format.table);
    return Array.from({ length: Math.ceil(ofFormat.length / MAX_PARTITIONS_PER_STATEMENT) }, (_, index) => ({
      format,
      items: ofFormat.slice(index * MAX_PARTITIONS_PER_STATEMENT, (index + 1) * MAX_PARTITIONS_PER_STATEMENT),
    }));
  });
