import { type Partition, partitionPath } from "../formats/partition-layout";
import { sum } from "../terminal/quantities";
import type { DuckdbEngine } from "./duckdb-engine";
import type { LakeLayout } from "./layout";
import {
  type ListedPartition,
  listParquets,
  type PartitionState,
  partitionState,
  partitionStates,
} from "./partition-state";

/** Most partitions whose states are read together. */
const MOST_PARTITIONS = 64;
/** Bytes of their Parquet files, after which no other partition is added: the time to read large ones is not that of a statement. */
const MOST_BYTES = 1 << 20;

/** States that are read together, by the paths of their partitions; nothing if one of them cannot be read. */
type StatesByPath = ReadonlyMap<string, PartitionState> | undefined;

/**
 * The states of partitions that wait for their commits. With the state of one, those of the next ones are read: for a small
 * partition, a statement takes most of the time.
 */
export class WaitingStates {
  private readonly waiting = new Map<string, Partition>();
  private readonly read = new Map<string, Promise<StatesByPath>>();

  constructor(
    private readonly engine: DuckdbEngine,
    private readonly lake: LakeLayout,
  ) {}

  /** A partition waits. Until its state is taken, nothing changes its typed table. */
  add(partition: Partition): void {
    this.waiting.set(partitionPath(partition), partition);
  }

  /**
   * The state of a partition, which can be changed from now on.
   *
   * @throws QueryFailedError if a Parquet file cannot be read, UserError if it is not a file
   */
  async take(partition: Partition): Promise<PartitionState> {
    const path = partitionPath(partition);
    if (this.waiting.delete(path)) this.readWithNext(partition);
    const states = await this.read.get(path);
    this.read.delete(path);
    // If another partition cannot be read, this one still can.
    return states?.get(path) ?? partitionState(this.engine, this.lake, partition);
  }

  private readWithNext(first: Partition): void {
    const together = [listParquets(this.lake, first)];
    let bytes = sum(together.map((listed) => listed.bytes));
    for (const partition of this.waiting.values()) {
      if (together.length === MOST_PARTITIONS || bytes > MOST_BYTES) break;
      const listed = this.listNext(partition);
      if (listed) together.push(listed);
      bytes += listed?.bytes ?? 0;
    }
    const states = partitionStates(this.engine, together).catch(() => undefined);
    for (const { partition } of together) {
      this.waiting.delete(partitionPath(partition));
      this.read.set(partitionPath(partition), states);
    }
  }

  /** @returns nothing if it cannot be listed: it is named when its own state is taken */
  private listNext(partition: Partition): ListedPartition | undefined {
    try {
      return listParquets(this.lake, partition);
    } catch {
      return undefined;
    }
  }
}
