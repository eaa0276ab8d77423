import { AthenaClient } from "@aws-sdk/client-athena";
import { S3Client } from "@aws-sdk/client-s3";
import { tablesOfSources } from "../formats/configured-source";
import { hourText } from "../formats/hour";
import { athenaPartitionCatalog } from "./adapters/athena-partition-catalog";
import { athenaQueryEngine } from "./adapters/athena-query-engine";
import { s3PagedListing } from "./adapters/s3-listing";
import { s3ObjectStore } from "./adapters/s3-object-store";
import { sourcesIn } from "./configuration";
import { addDelivered } from "./core/add-delivered";
import {
  type AddedPartitions,
  addPartitions,
  type HourRange,
  parseHourRange,
  windowAround,
} from "./core/add-partitions";
import { PermanentError } from "./core/errors";
import { systemClock } from "./core/ports";
import { readPartitionEnvironment } from "./environment";
import { logger } from "./telemetry";

const { DATABASE, WORKGROUP, BUCKET, COLUMNAR } = readPartitionEnvironment(process.env);
const clock = systemClock;
const s3 = new S3Client({ maxAttempts: 5 });
const store = s3ObjectStore(s3);
const listing = s3PagedListing(s3);
const sourcesOf = sourcesIn(store, BUCKET);
const engine = athenaQueryEngine({
  client: new AthenaClient({ maxAttempts: 5 }),
  clock,
  database: DATABASE,
  workgroup: WORKGROUP,
});

/** Sent by the schedule, or by hand for the partitions of a past range. */
export interface CreatePartitionEvent {
  /** Nominal time of the run, ISO 8601. Default: now. */
  readonly scheduledTime?: string;
  /** First hour, `YYYY-MM-DD` or `YYYY-MM-DDTHH` in UTC; only together with `to`. */
  readonly from?: string;
  /** Last hour. */
  readonly to?: string;
}

/** Result of one run. */
export interface CreatedPartitions extends AddedPartitions {
  /** Partitions of files as delivered. Typed tables: `transform-partition` adds them with the files. */
  readonly delivered: number;
}

/**
 * Ensures the partitions around the scheduled time (or of a given range), and all partitions with late files.
 *
 * @throws OperationError if the event is invalid or Athena fails: Lambda then retries and reports it
 */
export async function handler(event: CreatePartitionEvent): Promise<CreatedPartitions> {
  const range = rangeOf(event);
  const rangeText = { from: hourText(range.from), to: hourText(range.to) };
  const catalog = athenaPartitionCatalog({
    engine,
    database: DATABASE,
    bucket: BUCKET,
    withLines: COLUMNAR === "true",
    runToken:
      event.scheduledTime ?? `${rangeText.from}/${rangeText.to}/${hourText(windowAround(clock.now()).from)}`,
  });
  const sources = await sourcesOf();
  const tables = tablesOfSources(sources);
  const config = { bucket: BUCKET, tables, range, keepNotes: COLUMNAR === "true" };
  const added = await addPartitions({ store, catalog, clock }, config, (key) =>
    logger.warn("unknown note ignored", { key }),
  );
  const delivered = COLUMNAR === "true" ? 0 : await addDelivered({ listing, catalog }, sources, range);
  const result = { ...added, delivered };
  logger.info("partitions ensured", { ...rangeText, ...result });
  return result;
}

function rangeOf({ scheduledTime, from, to }: CreatePartitionEvent): HourRange {
  if (from !== undefined && to !== undefined) return parseHourRange(from, to);
  if (from !== undefined || to !== undefined) {
    throw new PermanentError(
      "INVALID_EVENT",
      '"from" and "to" must come together, as YYYY-MM-DD or YYYY-MM-DDTHH in UTC',
    );
  }
  if (scheduledTime === undefined) return windowAround(clock.now());
  const instant = new Date(scheduledTime);
  if (Number.isNaN(instant.getTime())) {
    throw new PermanentError("INVALID_EVENT", `"scheduledTime" must be ISO 8601, got "${scheduledTime}"`);
  }
  return windowAround(instant);
}
