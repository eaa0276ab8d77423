import { basename } from "node:path";
import { FORMATS } from "../formats";
import { ARRIVALS_PREFIX, type Partition, parsePartitionPath, RAW_PREFIX } from "../formats/partition-layout";
import type { HourRange } from "../handlers/core/add-partitions";
import { allNotes, type Noted, notedPartitions } from "../handlers/core/arrival-notes";
import { directoryObjectStore } from "../lake/directory-object-store";
import { LAKE_BUCKET, TYPED_PREFIX } from "../lake/layout";
import { isTypedName } from "../lake/typed-files";
import { type FoundFile, filesBelow } from "./folder-files";

/** A file in a partition of a format's table. */
export interface PartitionFile extends FoundFile {
  readonly partition: Partition;
}

/** The files of a lake, by kind. */
export interface LakeFiles {
  /** True without a file in any hour. */
  readonly isEmpty: boolean;
  readonly raw: readonly PartitionFile[];
  readonly typed: readonly PartitionFile[];
  /** The partitions with noted files, by their paths. */
  readonly noted: ReadonlyMap<string, Noted>;
  /** Files among the notes that are not notes. */
  readonly unknownNotes: readonly string[];
  /** Files of interrupted writes. */
  readonly leftovers: readonly string[];
  /** Files outside of partitions. */
  readonly strays: readonly string[];
}

const LEFTOVER = /\.partial$/;
const TABLES = Object.values(FORMATS).map(({ table }) => ({ table }));
const TABLE_NAMES: ReadonlySet<string> = new Set(TABLES.map(({ table }) => table));

/** @param range only files of these hours; strays and leftovers are always included */
export async function lakeFiles(root: string, range: HourRange | undefined): Promise<LakeFiles> {
  const raw: PartitionFile[] = [];
  const typed: PartitionFile[] = [];
  const [unknownNotes, leftovers, strays]: [string[], string[], string[]] = [[], [], []];
  let isEmpty = true;
  const isWanted = ({ hour }: Partition) => !range || (hour >= range.from && hour <= range.to);
  for (const [prefix, files] of [
    [RAW_PREFIX, raw],
    [TYPED_PREFIX, typed],
  ] as const) {
    for await (const file of filesBelow(root, folderOf(prefix))) {
      const partition = partitionOf(file.path, prefix);
      if (LEFTOVER.test(file.path)) leftovers.push(file.path);
      // A pipe would never end.
      else if (!file.isRegular) strays.push(file.path);
      else if (!partition || (prefix === TYPED_PREFIX && !isTypedName(basename(file.path))))
        strays.push(file.path);
      else {
        isEmpty = false;
        if (isWanted(partition)) files.push({ ...file, partition });
      }
    }
  }
  const noteFiles: string[] = [];
  for await (const { path } of filesBelow(root, folderOf(ARRIVALS_PREFIX)))
    (LEFTOVER.test(path) ? leftovers : noteFiles).push(path);
  const notes = await allNotes(directoryObjectStore({ [LAKE_BUCKET]: root }), LAKE_BUCKET, TABLES);
  const known = new Set(notes.map(({ key }) => key));
  unknownNotes.push(...noteFiles.filter((path) => !known.has(path)));
  const noted = notedPartitions(notes);
  isEmpty &&= noted.size === 0;
  for (const [path, { partition }] of noted) if (!isWanted(partition)) noted.delete(path);
  return { isEmpty, raw, typed, noted, unknownNotes, leftovers, strays };
}

const folderOf = (prefix: string): string => prefix.slice(0, -1);

/** The partition of a file directly in its folder. */
function partitionOf(path: string, prefix: string): Partition | undefined {
  const partition = parsePartitionPath(path.slice(prefix.length, -basename(path).length - 1));
  return partition && TABLE_NAMES.has(partition.table) ? partition : undefined;
}
