import { isStampedKey, upToMinute } from "../../formats/file-identity";
import { partitionValuesOf } from "../../formats/hour";
import { rawPrefixOf } from "../../formats/partition-layout";
import type { CommittedFiles, KeyRange } from "../../formats/render/file-conditions";
import { deliveredFolders, type NotedFile, partitionsOf } from "./arrival-notes";
import type { PartitionedTable } from "./partitioned-table";

/** Partitions of the text that one statement reads. */
export const MAX_PARTITIONS = 100;
/**
 * Days whose files one statement commits. Athena writes at most 100 partitions (here: days) at once, and a
 * file can hold lines of the day before and after.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/ctas-insert-into.html
 */
export const MAX_DAYS = 30;
/** Ranges of keys in one statement: with more ranges, an engine prunes only by the first and the last key. */
export const MAX_RANGES = 100;
/**
 * Statements that read no other files than the new ones. For more, ranges join neighbours: each statement takes seconds,
 * and writes a small data file.
 */
export const MAX_EXACT_STATEMENTS = 10;

/** Compressed bytes that one statement reads, so that it takes only minutes. A single file may be larger. */
export const MAX_BYTES = 64 * 2 ** 30;

/** Files that one statement can commit: of one `groupOf`, and without two copies of a file. */
export type FileBatch = readonly NotedFile[];

/** Divides files into as few statements as the engine's limits allow, the oldest hours first. */
export function planCommits(table: PartitionedTable, files: readonly NotedFile[]): FileBatch[] {
  const groups = [...new Set(files.map((file) => groupOf(table, file)))];
  return groups
    .flatMap((group) => batchesOf(sorted(files.filter((file) => groupOf(table, file) === group))))
    .sort(([a], [b]) => (a?.partition.hour ?? 0) - (b?.partition.hour ?? 0));
}

/**
 * Files that one statement can read: they have the same privacy rule and the same text table, and their paths are
 * spelled alike. Two copies of a file are then in two statements, and the second one adds nothing.
 */
function groupOf({ privacy }: PartitionedTable, file: NotedFile): string {
  const isBySource = privacy?.some(({ source }) => source !== undefined) ?? false;
  const rule = isBySource ? file.partition.source : "";
  const spelling = file.kind === "delivered" ? `in ${file.folder.source}` : String(isStampedKey(file.key));
  return `${rule}\n${spelling}`;
}

const sorted = (files: readonly NotedFile[]): NotedFile[] =>
  [...files].sort((a, b) => a.partition.hour - b.partition.hour || (a.key < b.key ? -1 : 1));

function batchesOf(files: readonly NotedFile[]): FileBatch[] {
  const isExact = new Set(files.map(({ key }) => upToMinute(key))).size <= MAX_EXACT_STATEMENTS * MAX_RANGES;
  const batches: NotedFile[][] = [];
  let full = new Fullness();
  for (const file of files) {
    const batch = batches.at(-1);
    const places = placesOf(file);
    if (batch && full.fits(places, isExact)) batch.push(file);
    else {
      batches.push([file]);
      full = new Fullness();
    }
    full.add(places);
  }
  return batches;
}

/** What a statement reads so far. */
class Fullness {
  private readonly ranges = new Set<string>();
  private readonly folders = new Set<string>();
  private readonly partitions = new Set<string>();
  private readonly days = new Set<string>();
  private bytes = 0;

  fits({ range, folder, partition, day, bytes }: Places, isExact: boolean): boolean {
    const hasRoom = (set: ReadonlySet<string>, item: string, most: number) =>
      set.has(item) || set.size < most;
    return (
      (!isExact || hasRoom(this.ranges, range, MAX_RANGES)) &&
      hasRoom(this.folders, folder, MAX_PARTITIONS) &&
      hasRoom(this.partitions, partition, MAX_PARTITIONS) &&
      hasRoom(this.days, day, MAX_DAYS) &&
      this.bytes + bytes <= MAX_BYTES
    );
  }

  add({ range, folder, partition, day, bytes }: Places): void {
    this.ranges.add(range);
    this.folders.add(folder);
    this.partitions.add(partition);
    this.days.add(day);
    this.bytes += bytes;
  }
}

type Places = ReturnType<typeof placesOf>;

const placesOf = ({ key, partition, size = 0 }: NotedFile) => ({
  // New files of one minute are one range: those between them are new, too, or came a little earlier.
  range: upToMinute(key),
  folder: folderOf(key),
  partition: rawPrefixOf(partition),
  day: partitionValuesOf(partition.hour).dt,
  bytes: size,
});

const folderOf = (key: string): string => key.slice(0, key.lastIndexOf("/") + 1);

/**
 * Input of a batch's statement: its partitions, and its files as ranges of keys.
 *
 * @param apart keys of files that no range covers, because the engine cannot read them
 */
export function committedFiles(batch: FileBatch, apart: ReadonlySet<string> = new Set()): CommittedFiles {
  const files = { partitions: partitionsOf(batch), ranges: rangesOf(batch, apart) };
  const [folder, ...folders] = deliveredFolders(batch);
  return folder
    ? { kind: "delivered", ...files, folders: [folder, ...folders] }
    : { kind: "moved", ...files };
}

/**
 * Covers the files by at most `MAX_RANGES` ranges of keys. If there are more files, neighbours in a folder whose keys
 * share the longest beginning are covered together, e.g. those with the same time: this adds the fewest other files.
 * Files in between are harmless: they are new, too, or already in the table.
 */
function rangesOf(batch: FileBatch, apart: ReadonlySet<string>): KeyRange[] {
  const keys = [...new Set(batch.map(({ key }) => key))].sort();
  const isSeparate = (before: string, key: string) =>
    [...apart].some((other) => before < other && other < key);
  // gaps[i] is the length of the prefix that keys[i] shares with the previous key; 0 if no range may cover both.
  const gaps = keys.map((key, index) => {
    const before = keys[index - 1];
    return before === undefined || isSeparate(before, key) ? 0 : sharedLength(before, key);
  });
  const tooMany = keys.length - MAX_RANGES;
  const joined = new Set(
    gaps
      .map((shared, index) => ({ shared, index }))
      .filter(({ shared }) => shared > 0)
      .sort((a, b) => b.shared - a.shared)
      .slice(0, Math.max(0, tooMany))
      .map(({ index }) => index),
  );
  const ranges: { from: string; to: string }[] = [];
  for (const [index, key] of keys.entries()) {
    const last = ranges.at(-1);
    if (last && joined.has(index)) last.to = key;
    else ranges.push({ from: key, to: key });
  }
  return ranges;
}

/** Length of the common beginning; 0 for keys of two folders. */
function sharedLength(before: string, key: string): number {
  const folder = folderOf(key);
  if (!before.startsWith(folder)) return 0;
  let { length } = folder;
  while (length < key.length && before[length] === key[length]) length++;
  return length;
}
