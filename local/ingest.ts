import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { basename, relative, resolve } from "node:path";
import { FORMAT_IDS, FORMATS } from "../formats";
import type { SkipReason } from "../formats/object-kind";
import { type Partition, partitionPath } from "../formats/partition-layout";
import { directoryObjectStore } from "../handlers/adapters/directory-object-store";
import { moveObjects } from "../handlers/core/move-objects";
import type { ObjectStore } from "../handlers/core/ports";
import { systemClock } from "../handlers/core/ports";
import { touchedPartitions } from "../handlers/core/touched-partitions";
import { openDuckdb } from "./duckdb-engine";
import { commitPartition } from "./lake-commit";
import { type LakeLayout, lakeLayout } from "./lake-layout";
import { withLakeLock } from "./lake-lock";
import { UserError } from "./user-error";

export interface IngestOptions {
  /** Folder that is treated as the bucket: a file's path below it is its key. */
  readonly directory: string;
  readonly lake: string;
  /** Deletes the originals once they are copied. Default: they stay. */
  readonly move: boolean;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly phase: "move" | "commit";
  readonly done: number;
  /** Unknown while files are still being listed. */
  readonly total?: number;
}

/** A corrupt file was moved but not committed; the other reasons leave a file where it is. */
export type IngestSkipReason = SkipReason | "corrupt-file";

export interface IngestSummary {
  /** Files that are now below `raw/` and were not before. */
  readonly moved: number;
  readonly skipped: Partial<Record<IngestSkipReason, number>>;
  /** Rows added by this run, by table; likewise the next two. */
  readonly rows: Record<string, number>;
  readonly unparsed: Record<string, number>;
  readonly partitions: Record<string, number>;
  readonly seconds: number;
}
