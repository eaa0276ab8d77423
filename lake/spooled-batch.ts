import { createHash } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import pLimit from "p-limit";
import { formatOfTable } from "../formats";
import type { LogFormat } from "../formats/log-format";
import { type Partition, rawPrefixOf } from "../formats/partition-layout";
import { sqlString } from "../formats/render/sql-text";
import { codeOf } from "../handlers/core/errors";
import type { ObjectStore } from "../handlers/core/ports";
import { sum } from "../terminal/quantities";
import type { DuckdbEngine } from "./duckdb-engine";
import { LAKE_BUCKET, type LakeLayout } from "./layout";
import type { SpareFiles } from "./spare-files";
import type { SpoolPool } from "./spool-pool";

/** Uncommitted files of one partition, for one commit. */
export interface FileBatch {
  readonly partition: Partition;
  /** Names below the partition's prefix. */
  readonly names: readonly string[];
}

/** A batch as text that DuckDB can read. */
export interface SpooledBatch {
  readonly partition: Partition;
  readonly format: LogFormat;
  /** Id of the commit: the same files give the same id. */
  readonly id: string;
  /** Folder of only this batch, deleted after the commit. */
  readonly folder: string;
  /** Folder with one text per file, under the file's name. */
  readonly texts: string;
  /** Lines that can hold a request. */
  readonly lines: number;
  /** Files that cannot be read to their end, with the reason. */
  readonly corrupt: ReadonlyMap<string, string>;
}

/** Most compressed text of one commit, so that its disk space and time stay bounded. */
const BATCH_BYTES = 32 << 20;
const FILES_AT_ONCE = 4;

/** Finds the uncommitted files of a partition; yields no batch if there are none. */
export async function* newFiles(
  engine: DuckdbEngine,
  store: ObjectStore,
  lake: LakeLayout,
  partition: Partition,
): AsyncGenerator<FileBatch> {
  const committed = await committedFiles(engine, lake.typedPartition(partition));
  let names: string[] = [];
  let bytes = 0;
  for await (const { key, size } of store.list(LAKE_BUCKET, rawPrefixOf(partition))) {
    if (committed.has(key)) continue;
    if (names.length > 0 && bytes + size > BATCH_BYTES) {
      yield { partition, names };
      [names, bytes] = [[], 0];
    }
    names.push(key.slice(rawPrefixOf(partition).length));
    bytes += size;
  }
  if (names.length > 0) yield { partition, names };
}

/** Keys of the files whose rows are in the typed table. */
async function committedFiles(engine: DuckdbEngine, folder: string): Promise<ReadonlySet<string>> {
  const files = await filesIn(folder);
  if (files.length === 0) return new Set();
  const list = files.map((name) => sqlString(join(folder, name))).join(", ");
  const rows = await engine.rows(
    `SELECT DISTINCT log_file FROM read_parquet([${list}], hive_partitioning = false)`,
  );
  return new Set(rows.map(([key]) => String(key)));
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  }
}

/** Writes the text of a batch's files into a separate folder. */
export async function spoolBatch(
  pool: SpoolPool,
  spares: SpareFiles,
  lake: LakeLayout,
  { partition, names }: FileBatch,
): Promise<SpooledBatch> {
  const prefix = rawPrefixOf(partition);
  const format = formatOfTable(partition.table);
  const id = createHash("sha256")
    .update(names.map((name) => prefix + name).join("\n"))
    .digest("hex")
    .slice(0, 16);
  const folder = join(lake.workFolder, id);
  const texts = join(folder, "texts");
  await mkdir(texts, { recursive: true });
  const corrupt = new Map<string, string>();
  const lines = await pLimit(FILES_AT_ONCE).map(names, async (name) => {
    const text = join(texts, name);
    spares.putAt(text);
    const spooled = await pool.spool(partition.table, join(lake.root, prefix, name), text);
    if (spooled.kind === "spooled") return spooled.lines;
    corrupt.set(prefix + name, spooled.reason);
    await rm(text);
    return 0;
  });
  return {
    partition,
    format,
    id,
    folder,
    texts,
    lines: sum(lines),
    corrupt,
  };
}

/** Deletes a batch; its files are spare from now on. */
export async function discard({ texts, folder }: SpooledBatch, spares: SpareFiles): Promise<void> {
  spares.takeFrom(texts);
  await rm(folder, { recursive: true });
}
