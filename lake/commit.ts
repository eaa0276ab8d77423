import { mkdir, rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { columnsOf, type LogFormat } from "../formats/log-format";
import { rawPrefixOf } from "../formats/partition-layout";
import type { PrivacyRule } from "../formats/privacy";
import { renderDuckdbRelation } from "../formats/render/duckdb-relation";
import { renderPrivate } from "../formats/render/privacy-sql";
import { sqlIdentifier, sqlString } from "../formats/render/sql-text";
import type { DuckdbEngine } from "./duckdb-engine";
import type { LakeLayout } from "./layout";
import { LAKE_PARQUET, parquetOptions } from "./parquet-layout";
import { MAX_ROW_BYTES } from "./plain-text";
import type { SpooledBatch } from "./spooled-batch";
import { syncFile, syncFolder } from "./sync-to-disk";

/** Rows that one commit added. */
export interface Commit {
  readonly rows: number;
  readonly unparsed: number;
}

/**
 * Adds a batch of files to the typed table: all of its lines, or nothing.
 *
 * A commit is one Parquet file that is written to a temporary path, synced and renamed into place. Only the
 * column `log_file` says which files are committed, so a crash, a duplicate or a late file neither loses nor
 * duplicates a row.
 */
export async function commitBatch(
  engine: DuckdbEngine,
  lake: LakeLayout,
  batch: SpooledBatch,
  privacy?: PrivacyRule,
): Promise<Commit> {
  if (batch.lines === 0) return { rows: 0, unparsed: 0 };
  const file = join(batch.folder, `${batch.id}.parquet`);
  await writeParquet(engine, batch, file, privacy);
  const commit = await countRows(engine, file);
  const stored = commit.rows + commit.unparsed;
  if (stored !== batch.lines) {
    throw new Error(
      `${rawPrefixOf(batch.partition)}: ${batch.lines} lines were read but ${stored} would be stored`,
    );
  }
  await publish(file, lake.typedPartition(batch.partition));
  return commit;
}

async function writeParquet(
  engine: DuckdbEngine,
  { format, partition, texts, id }: SpooledBatch,
  file: string,
  privacy: PrivacyRule | undefined,
): Promise<void> {
  const rows = renderDuckdbRelation(format, join(texts, "*"), MAX_ROW_BYTES);
  const logFile = `${sqlString(rawPrefixOf(partition))} || file AS log_file`;
  await engine.run({
    sql: `COPY (SELECT * EXCLUDE (file, unparsed)${privacy ? privateColumns(format, privacy) : ""}, ${logFile}, ${privacy ? HIDDEN_LINE : "unparsed"} FROM (${rows}))
TO ${sqlString(file)} ${parquetOptions(LAKE_PARQUET)}`,
    token: id,
  });
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

async function countRows(engine: DuckdbEngine, file: string): Promise<Commit> {
  const [[rows, unparsed] = []] = await engine.rows(
    `SELECT count(*) FILTER (unparsed IS NULL), count(unparsed) FROM read_parquet(${sqlString(file)})`,
  );
  return { rows: Number(rows), unparsed: Number(unparsed) };
}

async function publish(file: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await syncFile(file);
  await rename(file, join(folder, basename(file)));
  await syncFolder(folder);
  await syncFolder(dirname(folder));
}
