import { mkdir, rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { formatOfTable } from "../formats";
import { addHours, type Hour, hourText } from "../formats/hour";
import { columnsOf, type LogFormat } from "../formats/log-format";
import { type Partition, rawPrefixOf } from "../formats/partition-layout";
import type { PrivacyRule } from "../formats/privacy";
import { renderPrivate } from "../formats/render/privacy-sql";
import { sqlIdentifier, sqlString } from "../formats/render/sql-text";
import type { DuckdbEngine } from "./duckdb-engine";
import { type FileRecord, readRecords, recordMetadata } from "./file-records";
import type { LakeLayout } from "./layout";
import { LAKE_PARQUET, parquetOptions } from "./parquet-layout";
import { privacyMetadata } from "./privacy";
import type { TypedRows } from "./spooled-batch";
import { syncFile, syncFolder } from "./sync-to-disk";
import { endFile, writeEmpty } from "./typed-file";
import { typedName } from "./typed-files";

/** Files whose lines are added to a typed table, all of them or none. */
export interface Addition {
  readonly partition: Partition;
  /** Id of the commit. */
  readonly id: string;
  /** Folder of only this commit, on the lake's disk. */
  readonly folder: string;
  readonly typed: TypedRows;
  /** Number of these lines. */
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
  const { lake, privacy } = context;
  const { partition, lines, parquet, typed, records } = addition;
  if (typed.written.rows !== lines) throw notStored(addition, typed.written.rows);
  const target = parquet ?? join(lake.typedPartition(partition), typedName(addition.id));
  if (privacy || parquet !== undefined) return rewriteFiles(context, addition, target);
  await endFile(typed, formatOfTable(partition.table), metadataOf(context, records));
  const unparsed = typed.written.values.get("unparsed") ?? 0;
  const elsewhere = areInHours(addition)
    ? 0
    : (await countLines(context.engine, typed.file, addition)).elsewhere;
  await publish(typed.file, target);
  return { rows: lines - unparsed, unparsed, elsewhere };
}

/** Adds files by a statement that changes their values, or has the other lines of an earlier Parquet file, too. */
async function rewriteFiles(context: CommitContext, addition: Addition, target: string): Promise<Commit> {
  const { engine } = context;
  const { partition, id, folder, lines, records, parquet, typed } = addition;
  await endFile(typed, formatOfTable(partition.table), {});
  const file = join(folder, typedName(id));
  const kept = parquet === undefined ? NOTHING_KEPT : await keptOf(engine, parquet, addition);
  await engine.run({
    sql: `COPY (${selectOf(context, addition)})
TO ${sqlString(file)} ${parquetOptions(LAKE_PARQUET, metadataOf(context, [...records, ...kept.records]))}`,
    token: rawPrefixOf(partition),
  });
  const stored = await countLines(engine, file, addition);
  const added = stored.rows + stored.unparsed;
  if (added !== lines || stored.all !== lines + kept.lines) throw notStored(addition, added);
  await publish(file, target);
  const { all, ...commit } = stored;
  return commit;
}

const notStored = ({ partition, lines }: Addition, stored: number): Error =>
  new Error(`${rawPrefixOf(partition)}: ${lines} lines were read but ${stored} would be stored`);

const metadataOf = ({ privacy }: CommitContext, records: readonly FileRecord[]) => ({
  ...recordMetadata(records),
  ...privacyMetadata(privacy),
});

/** Other files of a Parquet file that is rewritten. */
interface Kept {
  readonly lines: number;
  readonly records: readonly FileRecord[];
}

const NOTHING_KEPT: Kept = { lines: 0, records: [] };

async function keptOf(engine: DuckdbEngine, parquet: string, addition: Addition): Promise<Kept> {
  const [[lines] = []] = await engine.rows(
    `SELECT count(*) FROM ${rowsOf(parquet)} WHERE NOT ${isAdded(addition)}`,
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
  await writeEmpty(file, formatOfTable(partition.table), metadataOf(context, records));
  await publish(file, join(context.lake.typedPartition(partition), basename(file)));
}

function selectOf({ privacy }: CommitContext, addition: Addition): string {
  const { partition, typed, parquet } = addition;
  const changed = privacy ? privateColumns(formatOfTable(partition.table), privacy) : "";
  const added = `SELECT *${changed} FROM ${rowsOf(typed.file)}`;
  if (parquet === undefined) return added;
  return `${added}
UNION ALL BY NAME
SELECT * FROM ${rowsOf(parquet)} WHERE NOT ${isAdded(addition)}`;
}

const rowsOf = (parquet: string): string => `read_parquet(${sqlString(parquet)}, hive_partitioning = false)`;

/** An unparsed line may hold personal data: it is counted, but its text is left out. */
const HIDDEN_LINE = "CASE WHEN unparsed IS NOT NULL THEN '(left out)' END AS unparsed";

function privateColumns(format: LogFormat, rule: PrivacyRule): string {
  const replaced = columnsOf(format).flatMap(({ name, personal }) => {
    const value = sqlIdentifier(name);
    return personal ? [`${renderPrivate("duckdb", rule, personal, value)} AS ${value}`] : [];
  });
  return ` REPLACE (${[...replaced, HIDDEN_LINE].join(", ")})`;
}

/** Condition of the lines that a commit adds. */
function isAdded({ partition, records }: Addition): string {
  const keys = records.map(({ name }) => sqlString(rawPrefixOf(partition) + name));
  return `log_file IN (${keys.join(", ")})`;
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
    FROM ${rowsOf(file)}`,
  );
  return {
    rows: Number(rows),
    unparsed: Number(unparsed),
    elsewhere: Number(elsewhere),
    all: Number(all),
  };
}

/** The hours that the times of a file's rows can have. */
function hoursOf({ partition: { table, hour } }: Addition): { readonly first: Hour; readonly end: Hour } {
  const { lateByHours } = formatOfTable(table);
  return { first: addHours(hour, -lateByHours), end: addHours(hour, lateByHours + 1) };
}

function areInHours(addition: Addition): boolean {
  const { first, end } = hoursOf(addition);
  const times = addition.typed.written.times.get("time");
  return !times || (times.first >= first * MILLISECOND && times.last < end * MILLISECOND);
}

/** In microseconds. */
const MILLISECOND = 1000;

/** Condition of rows outside of the hours. */
function isElsewhere(addition: Addition): string {
  const { first, end } = hoursOf(addition);
  const instant = (hour: Hour) => `TIMESTAMP ${sqlString(`${hourText(hour)}:00:00`)}`;
  return `NOT (time >= ${instant(first)} AND time < ${instant(end)})`;
}

async function publish(file: string, target: string): Promise<void> {
  const folder = dirname(target);
  await mkdir(folder, { recursive: true });
  await syncFile(file);
  await rename(file, target);
  await syncFolder(folder);
  await syncFolder(dirname(folder));
}
