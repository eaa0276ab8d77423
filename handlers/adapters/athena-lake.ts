import { type AthenaClient, GetTableMetadataCommand } from "@aws-sdk/client-athena";
import { FORMATS } from "../../formats";
import type { Partition } from "../../formats/partition-layout";
import type { PrivacyRule, TablePrivacy } from "../../formats/privacy";
import type { CommittedFiles } from "../../formats/render/file-conditions";
import {
  commitHead,
  type LakeTable,
  lakeColumnNames,
  renderAddLakeColumns,
  renderCommit,
  renderCreateLakeTable,
} from "../../formats/render/lake-sql";
import { countHead, renderCountUnparsed, renderUnparsedView } from "../../formats/render/unparsed-sql";
import { messageOf, nameOf } from "../core/errors";
import type { PartitionedTable } from "../core/partitioned-table";
import type { Lake, QueryEngine } from "../core/ports";

export interface AthenaLakeOptions {
  readonly client: Pick<AthenaClient, "send">;
  readonly engine: QueryEngine;
  readonly database: string;
  /** Bucket of the moved files and of the typed tables. */
  readonly bucket: string;
  readonly tables: readonly PartitionedTable[];
  /** Id of the run: a repeated run joins its earlier statements instead of submitting new ones. */
  readonly runToken: string;
  /**
   * Secret of the hashes.
   *
   * @default - none: no table has hashed values
   */
  readonly salt?: string;
}

const CATALOG = "AwsDataCatalog";

/** Iceberg tables in the Glue catalog, which Athena creates and writes. */
export const athenaLake = (options: AthenaLakeOptions): Lake => ({
  prepare: (name) => prepare(options, lakeTableOf(options, name)),
  commitSql: (files) => {
    const first = firstPartitionOf(files);
    return renderCommit(lakeTableOf(options, first.table), files, privacyRuleOf(options, first));
  },
  countUnparsedSql: (files) =>
    renderCountUnparsed(lakeTableOf(options, firstPartitionOf(files).table), files),
  isCountOfUnparsed: (name, sql) => sql.startsWith(countHead(lakeTableOf(options, name))),
  headerLines: (name) => lakeTableOf(options, name).format.header?.lines ?? 0,
  isCommit: (name, sql) => sql.startsWith(commitHead(lakeTableOf(options, name))),
});

function firstPartitionOf({ partitions }: CommittedFiles): Partition {
  const [first] = partitions;
  if (!first) throw new Error("a commit is of at least one partition");
  return first;
}

/** All files of one statement have the same rule. */
function privacyRuleOf(
  { tables, salt = "" }: AthenaLakeOptions,
  partition: Partition,
): PrivacyRule | undefined {
  const rules = tables.find(({ table }) => table === partition.table)?.privacy;
  const privacy = rules?.find(({ source }) => source === undefined || source === partition.source);
  return privacy && { privacy, salt };
}

/** @throws Error if no format has a table of this name, or the table is not configured */
export function lakeTableOf(
  { database, bucket, tables }: Pick<AthenaLakeOptions, "database" | "bucket" | "tables">,
  name: string,
): LakeTable {
  const format = Object.values(FORMATS).find(({ table }) => table === name);
  const configured = tables.find(({ table }) => table === name);
  if (!format || !configured) throw new Error(`the table "${name}" is not configured`);
  const { sources, privacy, delivered } = configured;
  return {
    format,
    database,
    bucket,
    bySource: sources !== undefined,
    hasDelivered: delivered !== undefined,
    ...(privacy === undefined ? {} : { hidesLines: linesHiddenBy(privacy) }),
  };
}

const linesHiddenBy = (rules: readonly TablePrivacy[]): "all" | readonly string[] =>
  rules.some(({ source }) => source === undefined)
    ? "all"
    : rules.flatMap(({ source }) => (source === undefined ? [] : [source]));

async function prepare(options: AthenaLakeOptions, table: LakeTable): Promise<void> {
  const existing = await columnsOf(options, table.format.table);
  const missing = lakeColumnNames(table).filter((name) => !existing?.has(name));
  if (missing.length === 0) return;
  const { engine, runToken: token } = options;
  // The view first: once the table is complete, this code does not run again.
  await engine.run({ sql: renderUnparsedView(table), token });
  const sql = existing ? renderAddLakeColumns(table, new Set(missing)) : renderCreateLakeTable(table);
  await engine.run({ sql, token });
}

/** @returns the names of a table's columns; `undefined` if the table does not exist */
async function columnsOf(
  { client, database }: AthenaLakeOptions,
  table: string,
): Promise<ReadonlySet<string> | undefined> {
  try {
    const { TableMetadata: metadata } = await client.send(
      new GetTableMetadataCommand({ CatalogName: CATALOG, DatabaseName: database, TableName: table }),
    );
    return new Set(metadata?.Columns?.flatMap(({ Name }) => (Name === undefined ? [] : [Name])));
  } catch (error) {
    // Athena reports Glue's error in the message.
    if (nameOf(error) === "MetadataException" && /EntityNotFound|not found/i.test(messageOf(error))) {
      return undefined;
    }
    throw error;
  }
}
