import { createHash } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import pLimit from "p-limit";
import { FORMATS } from "../formats";
import type { LogFormat } from "../formats/log-format";
import { type Partition, rawPrefixOf } from "../formats/partition-layout";
import { sqlString } from "../formats/render/sql-text";
import { codeOf } from "../handlers/core/errors";
import type { ObjectStore } from "../handlers/core/ports";
import type { DuckdbEngine } from "./duckdb-engine";
import { LAKE_BUCKET, type LakeLayout } from "./lake-layout";
import { spoolFile } from "./spool";

/** Some new files of one partition, as text that DuckDB can read: what one commit takes. */
export interface SpooledBatch {
  readonly partition: Partition;
  readonly format: LogFormat;
  /** Names the commit: the same files make the same id. */
  readonly id: string;
  /** Folder of this batch alone, to be deleted when it is done. */
  readonly folder: string;
  /** Folder with one text per file, under the file's name. */
  readonly texts: string;
  /** Lines that can hold a request. */
  readonly lines: number;
  /** Files that cannot be read to their end, with the reason. */
  readonly corrupt: ReadonlyMap<string, string>;
}

/** One statement commits at most this much compressed text, so that disk and time per commit stay bounded. */
const BATCH_BYTES = 128 << 20;
const SPOOL_CONCURRENCY = 4;

/**
 * Finds and spools the files of a partition that no commit holds yet.
 *
 * @returns portions that one commit takes each; none if there is nothing new
 */
export async function* spoolNewFiles(
  engine: DuckdbEngine,
  store: ObjectStore,
  lake: LakeLayout,
  partition: Partition,
): AsyncGenerator<SpooledBatch> {
  const committed = await committedFiles(engine, lake.typedPartition(partition));
  let names: string[] = [];
  let bytes = 0;
  for await (const { key, size } of store.list(LAKE_BUCKET, rawPrefixOf(partition))) {
    if (committed.has(key)) continue;
    if (names.length > 0 && bytes + size > BATCH_BYTES) {
      yield await spoolBatch(lake, partition, names);
      [names, bytes] = [[], 0];
    }
    names.push(key.slice(rawPrefixOf(partition).length));
    bytes += size;
  }
  if (names.length > 0) yield await spoolBatch(lake, partition, names);
}

/** Keys of the files whose rows are in the typed table. */
async function committedFiles(engine: DuckdbEngine, folder: string): Promise<ReadonlySet<string>> {
  const files = await filesIn(folder);
  if (files.length === 0) return new Set();
  const list = files.map((name) => sqlString(join(folder, name))).join(", ");
  const result = await engine.stream(`SELECT DISTINCT log_file FROM read_parquet([${list}])`);
  return new Set((await result.getRows()).map(([key]) => String(key)));
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  }
}

async function spoolBatch(
  lake: LakeLayout,
  partition: Partition,
  names: readonly string[],
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
  const lines = await pLimit(SPOOL_CONCURRENCY).map(names, async (name) => {
    const spooled = await spoolFile(format, join(lake.root, prefix, name), join(texts, name));
    if (spooled.kind === "spooled") return spooled.lines;
    corrupt.set(prefix + name, spooled.reason);
    await rm(join(texts, name));
    return 0;
  });
  return {
    partition,
    format,
    id,
    folder,
    texts,
    lines: lines.reduce((sum, count) => sum + count, 0),
    corrupt,
  };
}

function formatOfTable(table: string): LogFormat {
  const format = Object.values(FORMATS).find((candidate) => candidate.table === table);
  if (!format) throw new Error(`no format has the table "${table}"`);
  return format;
}
