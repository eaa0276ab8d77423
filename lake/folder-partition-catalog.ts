import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { rawPrefixOf } from "../formats/partition-layout";
import type { PartitionCatalog } from "../handlers/core/ports";

/** Locally, the folders are the catalog: DuckDB reads a partition's keys from its path. */
export const folderPartitionCatalog = (root: string): PartitionCatalog => ({
  add: async (partitions) => {
    for (const partition of partitions) await mkdir(join(root, rawPrefixOf(partition)), { recursive: true });
  },
  // A lake on this machine reads copies only.
  addDelivered: async () => undefined,
});
