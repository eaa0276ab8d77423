import { mkdir, rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { formatOfTable } from "../formats";
import { addHours, hourText } from "../formats/hour";
import { columnsOf, type LogFormat } from "../formats/log-format";
import { type Partition, rawPrefixOf } from "../formats/partition-layout";
import type { PrivacyRule } from "../formats/privacy";
import { renderDuckdbRelation } from "../formats/render/duckdb-relation";
import { renderPrivate } from "../formats/render/privacy-sql";
import { sqlIdentifier, sqlString } from "../formats/render/sql-text";
import type { DuckdbEngine } from "./duckdb-engine";
import { type FileRecord, readRecords, recordMetadata } from "./file-records";
import type { LakeLayout } from "./layout";
import { noRows } from "./no-rows";
import { LAKE_PARQUET, parquetOptions } from "./parquet-layout";
import { MAX_ROW_BYTES } from "./plain-text";
import { privacyMetadata } from "./privacy";
import { syncFile, syncFolder } from "./sync-to-disk";
import { typedName } from "./typed-files";

/** Files whose lines are added to a typed table, all of them or none. */
export interface Addition {
  readonly partition: Partition;
  /** Id of the commit. */
  readonly id: string;
  /** Folder of only this commit, on the lake's disk. */
  readonly folder: string;
  /** Folder with one text per file, under the file's name. */
  readonly texts: string;
  /** Lines of the texts. */
  readonly lines: number;
  readonly records: readonly FileRecord[];
  /** Parquet file that holds earlier lines of all of these files, and perhaps lines of others. */
  readonly parquet: string | undefined;
}

/** Rows that one commit added. */
export interface Commit {
  readonly rows: number;
  readonly unparsed: number;
  /** Rows whose times are so far from the hour of their file that AWS did not write it. */
  readonly elsewhere: number;
}

/** What every commit of a run needs. */
export interface CommitContext {
  readonly engine: DuckdbEngine;
  readonly lake: LakeLayout;
  readonly privacy: PrivacyRule | undefined;
}

/**
 * Adds files to the typed table: all of their lines, or nothing.
 *
 * A commit is one Parquet file that is written to a temporary path, synced and renamed into place. Only the
 * column `log_file` and the file's metadata say which files are committed, so a crash, a duplicate or a late file
 * neither loses nor duplicates a row. Earlier lines of a file that changed are in one Parquet file: the new file
 * has its other lines, too, and takes its place, so that every query sees the lines once.
 */
export async function commitFiles(context: CommitContext, addition: Addition): Promise<Commit> {
  const { engine, lake } = context;
  const { partition, id, folder, lines, records, parquet } = addition;
  const file = join(folder, typedName(id));
  const kept = parquet === undefined ? NOTHING_KEPT : await keptOf(engine, parquet, addition);
  await writeParquet(context, partition, file, selectOf(context, addition), [...records, ...kept.records]);
  const stored = await countLines(engine, file, addition);
  const added = stored.rows + stored.unparsed;
  if (added !== lines || stored.all !== lines + kept.lines) {
    throw new Error(`${rawPrefixOf(partition)}: ${lines} lines were read but ${added} would be stored`);
  }
  await publish(file, parquet ?? join(lake.typedPartition(partition), basename(file)));
  const { all, ...commit } = stored;
  return commit;
}

/** Other files of a Parquet file that is rewritten. */
interface Kept {
  readonly lines: number;
  readonly records: readonly FileRecord[];
}

const NOTHING_KEPT: Kept = { lines: 0, records: [] };

async function keptOf(engine: DuckdbEngine, parquet: string, addition: Addition): Promise<Kept> {
  const [[lines] = []] = await engine.rows(
    `SELECT count(*) FROM read_parquet(${sqlString(parquet)}, hive_partitioning = false) WHERE NOT ${isAdded(addition)}`,
  );
  const added = new Set(addition.records.map(({ name }) => name));
  const records = (await readRecords(engine, [parquet])).get(parquet) ?? [];
  return { lines: Number(lines), records: records.filter(({ name }) => !added.has(name)) };
}

/** Records files that add no line, in a Parquet file without rows. */
export async function commitRecords(
  context: CommitContext,
  partition: Partition,
  id: string,
  records: readonly FileRecord[],
): Promise<void> {
  const file = join(context.lake.workFolder, typedName(id));
  await writeParquet(context, partition, file, noRows(formatOfTable(partition.table)), records);
  await publish(file, join(context.lake.typedPartition(partition), basename(file)));
}

function selectOf({ privacy }: CommitContext, addition: Addition): string {
  const { partition, texts, lines, parquet } = addition;
  const format = formatOfTable(partition.table);
  const added =
    lines === 0 ? noRows(format) : linesOf(format, rawPrefixOf(partition), join(texts, "*"), privacy);
  if (parquet === undefined) return added;
  return `${added}
UNION ALL BY NAME
SELECT * FROM read_parquet(${sqlString(parquet)}, hive_partitioning = false) WHERE NOT ${isAdded(addition)}`;
}

function linesOf(
  format: LogFormat,
  rawPrefix: string,
  glob: string,
  privacy: PrivacyRule | undefined,
): string {
  const rows = renderDuckdbRelation(format, glob, MAX_ROW_BYTES);
  const logFile = `${sqlString(rawPrefix)} || file AS log_file`;
  return `SELECT * EXCLUDE (file, unparsed)${privacy ? privateColumns(format, privacy) : ""}, ${logFile}, ${privacy ? HIDDEN_LINE : "unparsed"} FROM (${rows})`;
}

/** An unparsed line may hold personal data: it is counted, but its text is left out. */
const HIDDEN_LINE = "CASE WHEN unparsed IS NOT NULL THEN '(left out)' END AS unparsed";

function privateColumns(format: LogFormat, rule: PrivacyRule): string {
  const replaced = columnsOf(format).flatMap(({ name, personal }) => {
    const value = sqlIdentifier(name);
    return personal ? [`${renderPrivate("duckdb", rule, personal, value)} AS ${value}`] : [];
  });
  return replaced.length > 0 ? ` REPLACE (${replaced.join(", ")})` : "";
}

/** Condition of the lines that a commit adds. */
function isAdded({ partition, records }: Addition): string {
  const keys = records.map(({ name }) => sqlString(rawPrefixOf(partition) + name));
  return `log_file IN (${keys.join(", ")})`;
}

async function writeParquet(
  { engine, privacy }: CommitContext,
  partition: Partition,
  file: string,
  select: string,
  records: readonly FileRecord[],
): Promise<void> {
  const metadata = { ...recordMetadata(records), ...privacyMetadata(privacy) };
  await engine.run({
    sql: `COPY (${select})
TO ${sqlString(file)} ${parquetOptions(LAKE_PARQUET, metadata)}`,
    token: rawPrefixOf(partition),
  });
}

async function countLines(
  engine: DuckdbEngine,
  file: string,
  addition: Addition,
): Promise<Commit & { readonly all: number }> {
  const added = addition.parquet === undefined ? "true" : isAdded(addition);
  const [[rows, unparsed, elsewhere, all] = []] = await engine.rows(
    `SELECT count(*) FILTER (${added} AND unparsed IS NULL), count(unparsed) FILTER (${added}),
      count(*) FILTER (${added} AND ${isElsewhere(addition)}), count(*)
    FROM read_parquet(${sqlString(file)}, hive_partitioning = false)`,
  );
  return {
    rows: Number(rows),
    unparsed: Number(unparsed),
    elsewhere: Number(elsewhere),
    all: Number(all),
  };
}

/** Condition of rows outside of the hour and the delay that files of the format have. */
function isElsewhere({ partition: { table, hour } }: Addition): string {
  const { lateByHours } = formatOfTable(table);
  const [first, end] = [addHours(hour, -lateByHours), addHours(hour, lateByHours + 1)].map(
    (instant) => `TIMESTAMP ${sqlString(`${hourText(instant)}:00:00`)}`,
  );
  return `NOT (time >= ${first} AND time < ${end})`;
}

async function publish(file: string, target: string): Promise<void> {
  const folder = dirname(target);
  await mkdir(folder, { recursive: true });
  await syncFile(file);
  await rename(file, target);
  await syncFolder(folder);
  await syncFolder(dirname(folder));
}
