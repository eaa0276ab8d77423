import { FORMATS } from "../formats";
import { addHours, type Hour, hourOf } from "../formats/hour";
import { rawPrefixOf } from "../formats/partition-layout";
import { HOUR_MS } from "../formats/time";
import { lakeTableOf } from "../handlers/adapters/athena-lake";
import { glueTableVersions } from "../handlers/adapters/glue-table-versions";
import { noteArrivals } from "../handlers/core/arrival-notes";
import { commitTables } from "../handlers/core/commit-tables";
import { maintainTable } from "../handlers/core/maintain-table";
import type { CountingEngine, Statement } from "../handlers/core/ports";
import { MAINTAIN, TRANSFORM } from "../pipeline/sizing";
import { memoryObjectStore } from "../testing/memory-object-store";
import { type CatalogModel, catalogModel } from "./catalog-model";

export interface YearOptions {
  readonly days: number;
  /** Number of sources that the table is partitioned by; each has a file in every run. */
  readonly sources: number;
  /** False to simulate the catalog without the nightly work. */
  readonly isMaintained: boolean;
}

/** Maximum of each count over time. */
export interface YearResult {
  readonly commits: number;
  readonly glueVersions: number;
  readonly snapshots: number;
  readonly metadataFiles: number;
  /** The pipeline's own objects: notes and records. */
  readonly ownObjects: number;
}

const BUCKET = "logs";
const TABLE = FORMATS.alb.table;
const DATABASE = "logs";
const START = hourOf(Date.parse("2026-01-01T00:00:00Z"));
const RUN_MS = HOUR_MS / TRANSFORM.perHour;
const HOURS_PER_DAY = 24;

/**
 * Runs the functions' code on one table for some time, with commits and nightly maintenance. It counts the
 * objects in Glue, Iceberg and the bucket: unlimited growth would stop the pipeline one day.
 */
export async function simulateYear({ days, sources, isMaintained }: YearOptions): Promise<YearResult> {
  let now = new Date(START);
  const clock = { now: () => now, sleep: async () => undefined };
  const store = memoryObjectStore(() => now);
  const catalog = catalogModel(() => now);
  const names = Array.from({ length: sources }, (_, index) => `source-${index}`);
  const table = { table: TABLE, sources: names };
  const lakeTable = lakeTableOf({ database: DATABASE, bucket: BUCKET, tables: [table] }, TABLE);
  const engine = engineOf(catalog);
  const ports = {
    store,
    clock,
    engine,
    catalog: { add: async () => undefined, addDelivered: async () => undefined },
    lake: {
      prepare: async () => undefined,
      commitSql: () => "INSERT",
      isCommit: () => true,
      countUnparsedSql: () => "SELECT",
      headerLines: () => 0,
      isCountOfUnparsed: () => true,
    },
    versions: glueTableVersions({ client: catalog.glue, database: DATABASE }),
    partitions: { align: async () => 0 },
  };
  const most = { glueVersions: 0, snapshots: 0, metadataFiles: 0, ownObjects: 0 };
  const measure = async () => {
    most.glueVersions = Math.max(most.glueVersions, catalog.glueVersions);
    most.snapshots = Math.max(most.snapshots, catalog.snapshots);
    most.metadataFiles = Math.max(most.metadataFiles, catalog.metadataFiles);
    most.ownObjects = Math.max(most.ownObjects, await countObjects());
  };
  const countObjects = async () => {
    let count = 0;
    for await (const _ of store.list(BUCKET, "_")) count++;
    return count;
  };
  let commits = 0;
  const commit = async () => {
    const hour: Hour = hourOf(now);
    const files = names.map((source) => {
      const partition = { table: TABLE, source, hour };
      return { kind: "moved" as const, key: `${rawPrefixOf(partition)}${now.getTime()}.log.gz`, partition };
    });
    await noteArrivals(ports, BUCKET, files);
    const deadline = new Date(now.getTime() + RUN_MS);
    const ignored = () => undefined;
    await commitTables(ports, { bucket: BUCKET, tables: [table], deadline }, ignored, ignored);
    commits++;
  };
  const maintain = () =>
    maintainTable({ ...ports, reconcile: async () => undefined }, lakeTable, {
      bucket: BUCKET,
      now,
      token: now.toISOString(),
      deadline: new Date(now.getTime() + MAINTAIN.timeoutSeconds * 1000),
    });
  for (let day = 0; day < days; day++) {
    const midnight = addHours(START, day * HOURS_PER_DAY);
    for (let run = 0; run < HOURS_PER_DAY * TRANSFORM.perHour; run++) {
      now = new Date(midnight + run * RUN_MS);
      await commit();
    }
    await measure();
    if (isMaintained) await maintain();
  }
  return { commits, ...most };
}

/** An engine whose statements all succeed; writes change the catalog. */
function engineOf(catalog: CatalogModel): CountingEngine {
  const run = ({ sql }: Statement) => {
    if (/^VACUUM/.test(sql)) catalog.vacuum();
    else if (/^(?:INSERT|OPTIMIZE)/.test(sql)) catalog.commit();
  };
  return {
    run: async (statement) => {
      run(statement);
      return { queryId: statement.token };
    },
    value: async ({ sql }) => (sql.includes("$partitions") ? catalog.daysToMerge() : "0"),
    rowsRead: async () => 1,
    rowsWritten: async () => 1,
  };
}
