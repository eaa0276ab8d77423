import { randomUUID } from "node:crypto";
import { AthenaClient } from "@aws-sdk/client-athena";
import { S3Client } from "@aws-sdk/client-s3";
import type { ConfiguredSource } from "../formats/configured-source";
import { athenaPartitionCatalog } from "../handlers/adapters/athena-partition-catalog";
import { athenaQueryEngine } from "../handlers/adapters/athena-query-engine";
import { s3PagedListing } from "../handlers/adapters/s3-listing";
import { s3ObjectBytes } from "../handlers/adapters/s3-object-bytes";
import { s3ObjectStore } from "../handlers/adapters/s3-object-store";
import type { HourRange } from "../handlers/core/add-partitions";
import { type BackfillProgress, type BackfillSummary, backfill } from "../handlers/core/backfill";
import { backfillDelivered, type DeliveredBackfill } from "../handlers/core/backfill-delivered";
import { paceOf } from "../handlers/core/pace";
import { systemClock } from "../handlers/core/ports";

export interface AwsBackfillOptions {
  readonly sources: readonly ConfiguredSource[];
  /** Bucket that the logs were delivered to. */
  readonly logBucket: string;
  /** Bucket of the pipeline. */
  readonly bucket: string;
  readonly database: string;
  readonly workgroup: string;
  readonly keepOriginals: boolean;
  /** True if the pipeline keeps typed tables. */
  readonly columnar: boolean;
  readonly range: HourRange;
  /** Only this typed table. */
  readonly table?: string;
  readonly isDryRun: boolean;
  /** Requests a second, on average. */
  readonly rate: number;
  readonly onProgress: (progress: BackfillProgress) => void;
}

/** Outcome of the backfill, with the files of sources that are read as delivered. */
export type AwsBackfillOutcome = BackfillSummary & { readonly delivered: DeliveredBackfill };

/** Adds the history of a bucket to a deployed pipeline, whose schedules then fill the typed tables. */
export async function backfillAws(options: AwsBackfillOptions): Promise<AwsBackfillOutcome> {
  const clock = systemClock;
  const { database, workgroup, bucket } = options;
  const engine = athenaQueryEngine({ client: new AthenaClient(), clock, database, workgroup });
  const s3 = new S3Client({ maxAttempts: 5 });
  const store = s3ObjectStore(s3);
  const catalog = athenaPartitionCatalog({
    engine,
    database,
    bucket,
    withLines: options.columnar,
    runToken: randomUUID(),
  });
  const bytes = s3ObjectBytes(s3);
  const ports = {
    store,
    bytes,
    catalog,
    clock,
    pace: paceOf(clock, options.rate),
    listing: s3PagedListing(s3),
  };
  const moved = await backfill(ports, { ...options, names: "time-first" });
  return { ...moved, delivered: await backfillDelivered(ports, options) };
}
