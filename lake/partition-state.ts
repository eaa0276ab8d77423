import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Partition, partitionPath, rawPrefixOf } from "../formats/partition-layout";
import { sqlString } from "../formats/render/sql-text";
import { codeOf } from "../handlers/core/errors";
import { sum } from "../terminal/quantities";
import type { DuckdbEngine } from "./duckdb-engine";
import { type FileRecord, type RawFile, readRecords } from "./file-records";
import type { LakeLayout } from "./layout";
import { requireFile } from "./own-files";
import { isTypedName } from "./typed-files";

/** Lines of a file in the typed table. */
export interface CommittedFile {
  /** Path of the Parquet file that holds them. */
  readonly parquet: string;
  readonly lines: number;
}

/** What a partition of the typed table says about the files below `raw/`, by their names. */
export interface PartitionState {
  readonly committed: ReadonlyMap<string, CommittedFile>;
  /** Records in each Parquet file. */
  readonly records: ReadonlyMap<string, readonly FileRecord[]>;
}

/** A partition, and the Parquet files of its typed table. */
export interface ListedPartition {
  readonly partition: Partition;
  readonly parquets: readonly string[];
  /** Of these files. */
  readonly bytes: number;
}

/** @throws QueryFailedError if a Parquet file cannot be read, UserError if it is not a file */
export async function partitionState(
  engine: DuckdbEngine,
  lake: LakeLayout,
  partition: Partition,
): Promise<PartitionState> {
  const states = await partitionStates(engine, [listParquets(lake, partition)]);
  return states.get(partitionPath(partition)) ?? NO_STATE;
}

const NO_STATE: PartitionState = { committed: new Map(), records: new Map() };

/** @throws UserError if a Parquet file is not a file */
export function listParquets(lake: LakeLayout, partition: Partition): ListedPartition {
  const folder = lake.typedPartition(partition);
  const parquets = namesIn(folder)
    .filter(isTypedName)
    .map((name) => join(folder, name));
  return { partition, parquets, bytes: sum(parquets.map((path) => requireFile(path)?.size ?? 0)) };
}

/** A folder that does not exist is empty. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return [];
    throw error;
  }
}

/**
 * The states of partitions, by their paths. To read many together takes a fifth of the time.
 *
 * @throws QueryFailedError if a Parquet file of any of them cannot be read
 */
export async function partitionStates(
  engine: DuckdbEngine,
  partitions: readonly ListedPartition[],
): Promise<ReadonlyMap<string, PartitionState>> {
  const parquets = partitions.flatMap((listed) => listed.parquets);
  if (parquets.length === 0)
    return new Map(partitions.map(({ partition }) => [partitionPath(partition), NO_STATE]));
  const counts = await readCounts(engine, parquets);
  const records = await readRecords(engine, parquets);
  return new Map(
    partitions.map((listed) => [
      partitionPath(listed.partition),
      {
        committed: committedIn(listed, counts),
        records: new Map(listed.parquets.map((parquet) => [parquet, records.get(parquet) ?? []])),
      },
    ]),
  );
}

interface LineCount {
  readonly key: string;
  readonly lines: number;
}

/** The lines of each file, by the Parquet files: one that was copied to another partition has the keys of its first one. */
async function readCounts(
  engine: DuckdbEngine,
  parquets: readonly string[],
): Promise<ReadonlyMap<string, readonly LineCount[]>> {
  const rows = await engine.rows(
    `SELECT filename, log_file, count(*) FROM read_parquet([${parquets.map(sqlString).join(", ")}],
      hive_partitioning = false, filename = true) GROUP BY ALL`,
  );
  const counts = new Map<string, LineCount[]>();
  for (const [parquet, key, lines] of rows) {
    const count = { key: String(key), lines: Number(lines) };
    const ofParquet = counts.get(String(parquet));
    if (ofParquet) ofParquet.push(count);
    else counts.set(String(parquet), [count]);
  }
  return counts;
}

function committedIn(
  { partition, parquets }: ListedPartition,
  counts: ReadonlyMap<string, readonly LineCount[]>,
): Map<string, CommittedFile> {
  const prefix = rawPrefixOf(partition).length;
  const committed = new Map<string, CommittedFile>();
  for (const parquet of parquets) {
    for (const { key, lines } of counts.get(parquet) ?? []) {
      const name = key.slice(prefix);
      const before = committed.get(name);
      committed.set(name, { parquet: before?.parquet ?? parquet, lines: lines + (before?.lines ?? 0) });
    }
  }
  return committed;
}

/** Records of a partition, for questions about one file. */
export interface KnownFiles {
  /** Record of a file with this size and time whose lines are in the typed table. */
  find(file: RawFile): FileRecord | undefined;
  /** True if these are the bytes whose lines are in the typed table; `undefined` if it has no record of them. */
  hasContent(name: string, hash: string): boolean | undefined;
  /** Hashes of the contents that the rows are of, by name. */
  readonly rowHashes: ReadonlyMap<string, string>;
}

export function knownFiles({ committed, records }: PartitionState): KnownFiles {
  /** Hash of the content that the rows are of. */
  const rowHashes = new Map<string, string>();
  const byName = new Map<string, FileRecord[]>();
  for (const [parquet, ofParquet] of records) {
    for (const record of ofParquet) {
      if (committed.get(record.name)?.parquet === parquet) rowHashes.set(record.name, record.hash);
      const ofName = byName.get(record.name);
      if (ofName) ofName.push(record);
      else byName.set(record.name, [record]);
    }
  }
  // The rows of older versions have their records in a later Parquet file, without rows.
  for (const name of committed.keys()) {
    const [record] = byName.get(name) ?? [];
    if (record && !rowHashes.has(name)) rowHashes.set(name, record.hash);
  }
  const contents = new Set(rowHashes.values());
  /** A record of a content whose rows were replaced is not valid any more. */
  const valid = (name: string): readonly FileRecord[] => {
    const hash = rowHashes.get(name);
    return (byName.get(name) ?? []).filter((record) =>
      hash === undefined ? !record.isDuplicate || contents.has(record.hash) : record.hash === hash,
    );
  };
  return {
    find: ({ name, size, modified }) =>
      valid(name).find((record) => record.size === size && record.modified === modified),
    hasContent: (name, hash) => {
      const ofName = valid(name);
      return ofName.length === 0 ? undefined : ofName.some((record) => record.hash === hash);
    },
    rowHashes,
  };
}
