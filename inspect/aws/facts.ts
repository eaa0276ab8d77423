import { COMMITS_PREFIX } from "../../formats/partition-layout";
import type { HourRange } from "../../handlers/core/add-partitions";
import type { Noted } from "../../handlers/core/arrival-notes";
import { pendingKeys } from "../../handlers/core/commit-records";
import type { StoredObject } from "../../handlers/core/ports";
import type { Reconciled } from "../../handlers/core/reconciled";
import type { RejectedFile } from "../../handlers/core/rejected-files";
import { foundValue, type Inaccessible } from "../../operations/inspector";
import { awsQueues, type QueueFacts } from "../../operations/queues";
import type { DeployedParts } from "../../pipeline/deployed-parts";
import type { StreamFacts } from "../facts";
import { type AlarmFacts, awsAlarms } from "./alarms";
import { awsErrors, type LogError } from "./errors";
import { awsFunctions, type FunctionFacts } from "./functions";
import type { Inspection } from "./inspection";
import { awsMetrics, type Metrics } from "./metrics";
import { listObjects } from "./objects";
import { awsReconciled } from "./reconciled";
import { awsRejected } from "./rejected";
import { awsNoted, awsStream } from "./streams";
import { tableOf, tableRows } from "./tables";

/** Observed state of a deployed pipeline. */
export interface DeploymentFacts {
  readonly at: Date;
  readonly parts: DeployedParts;
  /** Inspected hours. */
  readonly range: HourRange;
  readonly account: string | undefined;
  readonly bucket: string | undefined;
  readonly streams: readonly StreamFacts[];
  readonly queues: readonly QueueFacts[];
  readonly functions: readonly FunctionFacts[];
  readonly metrics: Metrics | undefined;
  readonly alarms: readonly AlarmFacts[];
  readonly errors: readonly LogError[];
  /** Record of the oldest pending commit. */
  readonly pendingCommit: StoredObject | undefined;
  /** Files that Athena could not read. */
  readonly rejected: readonly RejectedFile[];
  /** The last comparison of files with each typed table, by its name. */
  readonly reconciled: ReadonlyMap<string, Reconciled>;
  readonly inaccessible: readonly Inaccessible[];
}

/** Inspects everything concurrently; refused requests are skipped and reported. */
export async function deploymentFacts(inspection: Inspection): Promise<DeploymentFacts> {
  const { parts, range, now: at, account, bucket, inspector } = inspection;
  const [queues, functions, metrics, alarms, errors, pendingCommit, rejected, reconciled, streams] =
    await Promise.all([
      awsQueues(inspection),
      awsFunctions(inspection),
      awsMetrics(inspection),
      awsAlarms(inspection),
      awsErrors(inspection),
      pendingOf(inspection),
      awsRejected(inspection),
      awsReconciled(inspection),
      streamsOf(inspection),
    ]);
  return {
    at,
    parts,
    range,
    account,
    bucket,
    streams: withUnparsed(streams, metrics),
    queues,
    functions,
    metrics,
    alarms,
    errors,
    pendingCommit,
    rejected,
    reconciled,
    inaccessible: inspector.inaccessible,
  };
}

async function streamsOf(inspection: Inspection): Promise<StreamFacts[]> {
  const { bucket, parts } = inspection;
  if (bucket === undefined) return [];
  const noted = (await awsNoted(inspection, bucket)) ?? new Map<string, Noted>();
  const formats = [...new Set(parts.streams.map(({ format }) => format))];
  const streams = formats.map(async (format) => {
    const ofTable = parts.streams.filter((stream) => stream.format === format);
    const [first] = ofTable;
    if (!first) return [];
    // Each table is queried once, even if it has several sources.
    const rows = await tableRows(inspection, tableOf(inspection, bucket, first));
    return Promise.all(ofTable.map((stream) => awsStream(inspection, bucket, stream, noted, rows)));
  });
  return (await Promise.all(streams)).flat();
}

/** Unparsed lines are counted per table: if it is partitioned by source, its first stream gets the count. */
const withUnparsed = (streams: readonly StreamFacts[], metrics: Metrics | undefined): StreamFacts[] =>
  streams.map((stream, index) => {
    const unparsed = metrics?.unparsed.get(stream.table);
    const isFirst = streams.findIndex(({ table }) => table === stream.table) === index;
    return unparsed === undefined || !isFirst ? stream : { ...stream, unparsed };
  });

async function pendingOf({ clients, bucket, inspector }: Inspection): Promise<StoredObject | undefined> {
  if (bucket === undefined) return undefined;
  const listing = await inspector.ask("s3:ListBucket", `s3://${bucket}/${COMMITS_PREFIX}`, () =>
    listObjects(clients.s3, bucket, COMMITS_PREFIX),
  );
  const records = foundValue(listing)?.objects ?? [];
  const pending = pendingKeys(records.map(({ key }) => key));
  return records
    .filter(({ key }) => pending.has(key))
    .sort((a, b) => a.writtenAt.getTime() - b.writtenAt.getTime())[0];
}
