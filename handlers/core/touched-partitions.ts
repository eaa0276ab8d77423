import { type Partition, parsePartitionPath, TOUCHED_PREFIX } from "../../formats/partition-layout";
import type { ObjectStore } from "./ports";

/** A partition that got new files since the marker was last consumed. */
export interface TouchedPartition {
  readonly partition: Partition;
  readonly markerKey: string;
  /** Content of the marker when it was listed. */
  readonly etag: string;
  /** When the last of its new files came. */
  readonly touchedAt: Date;
}

/** Reads the partition that a marker stands for; `undefined` if the key is no marker's. */
export const parseMarkerKey = (key: string): Partition | undefined =>
  key.startsWith(TOUCHED_PREFIX) ? parsePartitionPath(key.slice(TOUCHED_PREFIX.length)) : undefined;

/**
 * Lists the touched partitions, oldest key first.
 *
 * @param onUnknown called with keys below `_touched/` that are no marker's: they are left alone
 */
export async function* touchedPartitions(
  store: ObjectStore,
  bucket: string,
  onUnknown: (key: string) => void,
): AsyncGenerator<TouchedPartition> {
  for await (const { key, etag, writtenAt } of store.list(bucket, TOUCHED_PREFIX)) {
    const partition = parseMarkerKey(key);
    if (partition) yield { partition, markerKey: key, etag, touchedAt: writtenAt };
    else onUnknown(key);
  }
}
