import { createHash } from "node:crypto";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import pLimit from "p-limit";
import { FORMATS } from "../formats";
import type { LogFormat } from "../formats/log-format";
import { type Partition, rawPrefixOf } from "../formats/partition-layout";
import { renderDuckdbRelation } from "../formats/render/duckdb-relation";
import { sqlString } from "../formats/render/sql-text";
import type { ObjectStore } from "../handlers/core/ports";
import type { DuckdbEngine } from "./duckdb-engine";
import { LAKE_BUCKET, type LakeLayout } from "./lake-layout";
import { MAX_LINE_BYTES, NEVER_IN_TEXT, spoolFile } from "./spool";

/** What committing one partition did. */
export interface Commit {
  readonly rows: number;
  readonly unparsed: number;
  /** Files that cannot be read to their end, with the reason. They stay uncommitted. */
  readonly corrupt: ReadonlyMap<string, string>;
}

/** One statement commits at most this much compressed text, so that disk and time per commit stay bounded. */
const BATCH_BYTES = 128 << 20;
const SPOOL_CONCURRENCY = 4;
/** Small enough that a few fit into memory while they are written, large enough to skip most of a file by statistics. */
const ROW_GROUP_ROWS = 61_440;

export const formatOfTable = (table: string): LogFormat => {
  const format = Object.values(FORMATS).find((candidate) => candidate.table === table);
  if (!format) throw new Error(`no format has the table "${table}"`);
  return format;
};

/**
 * Brings the typed table up to date with one partition's files: every file that is not in it yet is added, whole.
 *
 * A commit is one Parquet file that is written aside, synced and renamed into place, so a reader and a crash see all
 * of a commit or nothing of it. Which files are committed is read from the column `log_file` alone; a run after a
 * crash, a duplicate or a late file therefore neither loses nor doubles a row.
 */
export async function commitPartition(
  engine: DuckdbEngine,
  store: ObjectStore,
  lake: LakeLayout,
  partition: Partition,
): Promise<Commit> {
  const format = formatOfTable(partition.table);
  const commits: Commit[] = [];
  for (const batch of await newFileBatches(engine, store, lake, partition)) {
    commits.push(await commitFiles(engine, lake, format, partition, batch));
  }
  return {
    rows: sum(commits.map(({ rows }) => rows)),
    unparsed: sum(commits.map(({ unparsed }) => unparsed)),
    corrupt: new Map(commits.flatMap(({ corrupt }) => [...corrupt])),
  };
}

/** The partition's files that no commit holds, in portions that one commit takes. */
async function newFileBatches(
  engine: DuckdbEngine,
  store: ObjectStore,
  lake: LakeLayout,
  partition: Partition,
): Promise<readonly (readonly string[])[]> {
  const prefix = rawPrefixOf(partition);
  const committed = await committedFiles(engine, lake.typedPartition(partition));
  const batches: string[][] = [];
  let bytes = BATCH_BYTES;
  for await (const { key, size } of store.list(LAKE_BUCKET, prefix)) {
    if (committed.has(key)) continue;
    if (bytes + size > BATCH_BYTES) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)?.push(key.slice(prefix.length));
    bytes += size;
  }
  return batches;
}

async function committedFiles(engine: DuckdbEngine, folder: string): Promise<ReadonlySet<string>> {
  const files = await filesIn(folder);
  if (files.length === 0) return new Set();
  const list = files.map((name) => sqlString(join(folder, name))).join(", ");
  const result = await engine.stream(`SELECT DISTINCT log_file FROM read_parquet([${list}])`);
  return new Set((await result.getRows()).map(([name]) => String(name)));
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

async function commitFiles(
  engine: DuckdbEngine,
  lake: LakeLayout,
  format: LogFormat,
  partition: Partition,
  names: readonly string[],
): Promise<Commit> {
  const prefix = rawPrefixOf(partition);
  const work = join(
    lake.workFolder,
    createHash("sha256").update(names.join("\n")).digest("hex").slice(0, 16),
  );
  const texts = join(work, "text");
  await rm(work, { recursive: true, force: true });
  await mkdir(texts, { recursive: true });
  try {
    const limit = pLimit(SPOOL_CONCURRENCY);
    const corrupt = new Map<string, string>();
    const lines = await limit.map(names, async (name) => {
      const spooled = await spoolFile(format, join(lake.root, prefix, name), join(texts, name));
      if (spooled.kind === "spooled") return spooled.lines;
      corrupt.set(prefix + name, spooled.reason);
      await rm(join(texts, name));
      return 0;
    });
    const total = sum(lines);
    if (total === 0) return { rows: 0, unparsed: 0, corrupt };
    const written = join(work, `${basename(work)}.parquet`);
    await writeParquet(engine, format, texts, prefix, written);
    const counts = await countRows(engine, written);
    if (counts.rows + counts.unparsed !== total) {
      throw new Error(
        `${prefix}: ${total} lines were read but ${counts.rows + counts.unparsed} would be stored`,
      );
    }
    await publish(written, lake.typedPartition(partition));
    return { ...counts, corrupt };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function writeParquet(
  engine: DuckdbEngine,
  format: LogFormat,
  texts: string,
  prefix: string,
  target: string,
): Promise<void> {
  const lines = `(SELECT line, ${sqlString(prefix)} || parse_filename(filename) AS log_file
  FROM read_csv(${sqlString(join(texts, "*"))}, columns = {'line': 'VARCHAR'}, delim = ${sqlString(NEVER_IN_TEXT)},
    compression = 'none', quote = '', escape = '', comment = '', header = false, auto_detect = false, strict_mode = false,
    max_line_size = ${2 * MAX_LINE_BYTES}, filename = true))`;
  await engine.run({
    sql: `COPY (${renderDuckdbRelation(format, lines)})
TO ${sqlString(target)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`,
    token: basename(target),
  });
}

async function countRows(engine: DuckdbEngine, file: string): Promise<{ rows: number; unparsed: number }> {
  const result = await engine.stream(
    `SELECT count(*) FILTER (unparsed IS NULL), count(unparsed) FROM read_parquet(${sqlString(file)})`,
  );
  const [[rows, unparsed] = []] = await result.getRows();
  return { rows: Number(rows), unparsed: Number(unparsed) };
}

async function publish(file: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await sync(file);
  await rename(file, join(folder, basename(file)));
  await sync(folder);
  await sync(dirname(folder));
}

async function sync(path: string): Promise<void> {
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
