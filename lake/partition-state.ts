import { join } from "node:path";
import { type Partition, rawPrefixOf } from "../formats/partition-layout";
import { sqlString } from "../formats/render/sql-text";
import type { DuckdbEngine } from "./duckdb-engine";
import { type FileRecord, type RawFile, readRecords } from "./file-records";
import type { LakeLayout } from "./layout";
import { requireFile } from "./own-files";
import { entriesOf, isTypedName } from "./typed-files";

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

/** @throws QueryFailedError if a Parquet file cannot be read, UserError if it is not a file */
export async function partitionState(
  engine: DuckdbEngine,
  lake: LakeLayout,
  partition: Partition,
): Promise<PartitionState> {
  const parquets = await parquetsIn(lake.typedPartition(partition));
  if (parquets.length === 0) return { committed: new Map(), records: new Map() };
  const rows = await engine.rows(
    `SELECT log_file, any_value(filename), count(*) FROM read_parquet([${parquets.map(sqlString).join(", ")}],
      hive_partitioning = false, filename = true) GROUP BY log_file`,
  );
  const prefix = rawPrefixOf(partition).length;
  return {
    committed: new Map(
      rows.map(([key, parquet, lines]) => [
        String(key).slice(prefix),
        { parquet: String(parquet), lines: Number(lines) },
      ]),
    ),
    records: await readRecords(engine, parquets),
  };
}

async function parquetsIn(folder: string): Promise<string[]> {
  const names = (await entriesOf(folder)).map(({ name }) => name).filter(isTypedName);
  const paths = names.map((name) => join(folder, name));
  for (const path of paths) requireFile(path);
  return paths;
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
