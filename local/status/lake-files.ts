import { basename } from "node:path";
import { FORMATS } from "../../formats";
import {
  type Partition,
  parsePartitionPath,
  partitionPath,
  RAW_PREFIX,
  TOUCHED_PREFIX,
} from "../../formats/partition-layout";
import type { HourRange } from "../../handlers/core/add-partitions";
import { parseMarkerKey } from "../../handlers/core/touched-partitions";
import { TYPED_PREFIX } from "../lake-layout";
import { type FoundFile, filesBelow } from "./folder-files";

/** A file that lies in a partition of a table that a format has. */
export interface PartitionFile extends FoundFile {
  readonly partition: Partition;
}

/** That a partition was touched. */
export interface Mark {
  readonly partition: Partition;
  readonly markedAt: Date;
}

/** The files of a lake, by what they are. */
export interface LakeFiles {
  readonly raw: readonly PartitionFile[];
  readonly typed: readonly PartitionFile[];
  /** The touched partitions, by their paths. */
  readonly marks: ReadonlyMap<string, Mark>;
  readonly unknownMarkers: readonly string[];
  /** Files of writes that did not end. */
  readonly leftovers: readonly string[];
  /** Files that lie in no partition. */
  readonly strays: readonly string[];
}

const LEFTOVER = /\.partial$/;
const PARQUET = /\.parquet$/;
const TABLES: ReadonlySet<string> = new Set(Object.values(FORMATS).map(({ table }) => table));

/** @param range only files of these hours; strays and leftovers are of none */
export async function lakeFiles(root: string, range: HourRange | undefined): Promise<LakeFiles> {
  const raw: PartitionFile[] = [];
  const typed: PartitionFile[] = [];
  const marks = new Map<string, Mark>();
  const [unknownMarkers, leftovers, strays]: [string[], string[], string[]] = [[], [], []];
  const isWanted = ({ hour }: Partition) => !range || (hour >= range.from && hour <= range.to);
  for (const [prefix, files] of [
    [RAW_PREFIX, raw],
    [TYPED_PREFIX, typed],
  ] as const) {
    for await (const file of filesBelow(root, folderOf(prefix))) {
      const partition = partitionOf(file.path, prefix);
      if (LEFTOVER.test(file.path)) leftovers.push(file.path);
      else if (!partition || (prefix === TYPED_PREFIX && !PARQUET.test(file.path))) strays.push(file.path);
      else if (isWanted(partition)) files.push({ ...file, partition });
    }
  }
  for await (const file of filesBelow(root, folderOf(TOUCHED_PREFIX))) {
    const partition = parseMarkerKey(file.path);
    if (LEFTOVER.test(file.path)) leftovers.push(file.path);
    else if (!partition || !TABLES.has(partition.table)) unknownMarkers.push(file.path);
    else if (isWanted(partition)) marks.set(partitionPath(partition), { partition, markedAt: file.modified });
  }
  return { raw, typed, marks, unknownMarkers, leftovers, strays };
}

const folderOf = (prefix: string): string => prefix.slice(0, -1);

/** The partition of a file that lies right in its folder. */
function partitionOf(path: string, prefix: string): Partition | undefined {
  const partition = parsePartitionPath(path.slice(prefix.length, -basename(path).length - 1));
  return partition && TABLES.has(partition.table) ? partition : undefined;
}
