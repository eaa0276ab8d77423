import { randomUUID } from "node:crypto";
import { FORMATS } from "../../formats";
import { identityOfPath } from "../../formats/file-identity";
import { hourOf, parseHour } from "../../formats/hour";
import {
  COMMITS_PREFIX,
  PARTITION_KEYS,
  type Partition,
  parsePartitionPath,
  partitionPath,
  SOURCE_KEY,
} from "../../formats/partition-layout";
import { type LakeTable, LOG_FILE } from "../../formats/render/lake-sql";
import {
  renderCommittedFiles,
  renderCommittedHours,
  renderKnownPartitions,
} from "../../formats/render/status-sql";
import { athenaQueryEngine } from "../../handlers/adapters/athena-query-engine";
import { s3ObjectStore } from "../../handlers/adapters/s3-object-store";
import { commitRecords } from "../../handlers/core/commit-records";
import { systemClock } from "../../handlers/core/ports";
import { foundValue } from "../../operations/inspector";
import type { DeployedStream } from "../../pipeline/deployed-parts";
import { athenaRows, type Row } from "./athena-rows";
import type { Inspection } from "./inspection";
import { withoutLines } from "./lines";
import type { StreamFile } from "./stream-files";

/** Content of the typed table for one hour. */
export interface CommittedHour {
  readonly files: number;
  readonly rows: number;
}

/** With more hours, single files are not queried: the backlog is so large that names do not matter. */
const HOURS_BY_NAME = 48;

export const tableOf = (
  { parts }: Inspection,
  bucket: string,
  { format, source }: DeployedStream,
): LakeTable => ({
  format: FORMATS[format],
  database: parts.database,
  bucket,
  bySource: source !== undefined,
});

/** What Athena knows of a table; a missing property was not queried, or the query failed. */
export interface TableRows {
  /** Partitions in the catalog, by their paths. Missing if Athena computes them. */
  readonly known: ReadonlySet<string> | undefined;
  /** Content of the typed table, by the path of the hour. */
  readonly committed: ReadonlyMap<string, CommittedHour> | undefined;
  /** When rows were last added. */
  readonly lastCommit: Date | undefined;
}

export async function tableRows(inspection: Inspection, table: LakeTable): Promise<TableRows> {
  const { isProjected, columnar } = inspection.parts;
  const { from, to } = inspection.range;
  const [known, committed, lastCommit] = await Promise.all([
    isProjected ? undefined : rowsOf(inspection, table, renderKnownPartitions(table, from, to)),
    columnar ? rowsOf(inspection, table, renderCommittedHours(table, from, to)) : undefined,
    columnar ? lastCommitOf(inspection, table) : undefined,
  ]);
  return {
    known: known && new Set(known.flatMap((row) => pathOf(table, row))),
    committed:
      committed &&
      new Map(
        committed.flatMap((row) =>
          pathOf(table, row).map(
            (path) => [path, { files: Number(row.files), rows: Number(row.rows) }] as const,
          ),
        ),
      ),
    lastCommit,
  };
}

async function lastCommitOf(
  { clients, inspector }: Inspection,
  { bucket, format }: LakeTable,
): Promise<Date | undefined> {
  const records = commitRecords(s3ObjectStore(clients.s3), bucket, format.table);
  return foundValue(
    await inspector.ask(
      "s3:GetObject",
      `s3://${bucket}/${COMMITS_PREFIX}${format.table}/`,
      records.lastCommit,
    ),
  );
}

/** Uncommitted files that hold lines. */
export async function waitingFiles(
  inspection: Inspection,
  bucket: string,
  table: LakeTable,
  byHour: ReadonlyMap<string, readonly StreamFile[]>,
  committed: ReadonlyMap<string, CommittedHour>,
): Promise<ReadonlySet<StreamFile>> {
  const behind = [...byHour].filter(([path, files]) => files.length > (committed.get(path)?.files ?? 0));
  const partitions = behind.flatMap(([path]) => parsePartitionPath(path) ?? []);
  const files = behind.flatMap(([, ofHour]) => ofHour);
  if (partitions.length === 0) return new Set();
  const named =
    partitions.length > HOURS_BY_NAME
      ? undefined
      : await committedFiles(inspection, bucket, table, partitions);
  const missing = files.filter(
    (file) => !named?.has(identityOfPath(bucket, `s3://${file.bucket}/${file.key}`)),
  );
  const empty = await withoutLines(inspection, table.format, missing);
  return new Set(missing.filter((file) => !empty.has(file)));
}

/** Identities of the files of some hours that are in the typed table. */
async function committedFiles(
  inspection: Inspection,
  bucket: string,
  table: LakeTable,
  partitions: readonly Partition[],
): Promise<ReadonlySet<string> | undefined> {
  const rows = await rowsOf(inspection, table, renderCommittedFiles(table, partitions));
  return rows && new Set(rows.flatMap((row) => identityOfPath(bucket, row[LOG_FILE] ?? "")));
}

/** Runs in the analysts' workgroup, so that its scan limit applies. */
async function rowsOf(
  { clients, parts, inspector }: Inspection,
  table: LakeTable,
  sql: string,
): Promise<Row[] | undefined> {
  const engine = athenaQueryEngine({
    client: clients.athena,
    clock: systemClock,
    database: parts.database,
    workgroup: parts.analystWorkgroup,
  });
  return foundValue(
    await inspector.ask("athena:StartQueryExecution", `${parts.database}.${table.format.table}`, () =>
      athenaRows(clients.athena, engine, { sql, token: randomUUID() }),
    ),
  );
}

function pathOf({ format }: LakeTable, row: Row): string[] {
  const [dt, hour] = PARTITION_KEYS.map(({ name }) => row[name]);
  const start = parseHour(`${dt}T${hour}`);
  if (start === undefined) return [];
  const source = row[SOURCE_KEY.name];
  return [
    partitionPath({ table: format.table, hour: hourOf(start), ...(source === undefined ? {} : { source }) }),
  ];
}
