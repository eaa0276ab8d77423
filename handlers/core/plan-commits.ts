import { partitionValuesOf } from "../../formats/hour";
import { rawPrefixOf } from "../../formats/partition-layout";
import type { CommittedFiles, KeyRange } from "../../formats/render/lake-sql";
import { type NotedFile, partitionsOf } from "./arrival-notes";
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

/** Compressed bytes that one statement reads, so that it takes only minutes. A single file may be larger. */
export const MAX_BYTES = 64 * 2 ** 30;

/** Files that one statement can commit. All have the same privacy rule. */
export type FileBatch = readonly NotedFile[];

/** Divides files into as few statements as the engine's limits allow, the oldest hours first. */
export function planCommits({ privacy }: PartitionedTable, files: readonly NotedFile[]): FileBatch[] {
  const isBySource = privacy?.some(({ source }) => source !== undefined) ?? false;
  const groupOf = ({ partition }: NotedFile) => (isBySource ? partition.source : undefined);
  const groups = [...new Set(files.map(groupOf))];
  return groups
    .flatMap((group) => batchesOf(sorted(files.filter((file) => groupOf(file) === group))))
    .sort(([a], [b]) => (a?.partition.hour ?? 0) - (b?.partition.hour ?? 0));
}

const sorted = (files: readonly NotedFile[]): NotedFile[] =>
  [...files].sort((a, b) => a.partition.hour - b.partition.hour || (a.key < b.key ? -1 : 1));

function batchesOf(files: readonly NotedFile[]): FileBatch[] {
  const batches: NotedFile[][] = [];
  let [partitions, days, bytes] = [new Set<string>(), new Set<string>(), 0];
  for (const file of files) {
    const { partition, size = 0 } = file;
    const [path, day] = [rawPrefixOf(partition), partitionValuesOf(partition.hour).dt];
    const fits =
      (partitions.has(path) || partitions.size < MAX_PARTITIONS) &&
      (days.has(day) || days.size < MAX_DAYS) &&
      bytes + size <= MAX_BYTES;
    if (!fits || batches.length === 0) {
      batches.push([]);
      [partitions, days, bytes] = [new Set(), new Set(), 0];
    }
    partitions.add(path);
    days.add(day);
    bytes += size;
    batches.at(-1)?.push(file);
  }
  return batches;
}

/** Input of a batch's statement: its partitions, and its files as ranges of keys. */
export const committedFiles = (batch: FileBatch): CommittedFiles => ({
  partitions: partitionsOf(batch),
  ranges: rangesOf(batch.map(({ key }) => key)),
});

/**
 * Covers the files by at most `MAX_RANGES` ranges of keys. If there are more files, neighbours in a partition
 * whose keys share the longest beginning are covered together: this adds the fewest other files. Files in
 * between are harmless: they are new, too, or already in the table.
 */
export function rangesOf(files: readonly string[]): KeyRange[] {
  const keys = [...new Set(files)].sort();
  // gaps[i] is the length of the prefix that keys[i] shares with the previous key; 0 for another partition.
  const gaps = keys.map((key, index) => sharedLength(keys[index - 1], key));
  const tooMany = keys.length - MAX_RANGES;
  const joined = new Set(
    gaps
      .map((shared, index) => ({ shared, index }))
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

function sharedLength(before: string | undefined, key: string): number {
  const folder = key.lastIndexOf("/") + 1;
  if (before === undefined || !before.startsWith(key.slice(0, folder))) return 0;
  let length = folder;
  while (length < key.length && before[length] === key[length]) length++;
  return length;
}
