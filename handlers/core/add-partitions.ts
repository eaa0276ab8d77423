import { addHours, type Hour, hourOf, hoursFrom, hourText, parseHour } from "../../formats/hour";
import { markerKeyOf, type Partition } from "../../formats/partition-layout";
import type { TablePrivacy } from "../../formats/privacy";
import { PermanentError } from "./errors";
import type { ObjectStore, PartitionCatalog } from "./ports";
import { type TouchedPartition, touchedPartitions } from "./touched-partitions";

/** A raw table, by the name of its typed one, and the sources it is partitioned by, if any. */
export interface PartitionedTable {
  readonly table: string;
  readonly sources?: readonly string[] | undefined;
  /** What its rows must not tell; those of a source without a rule hold what was logged. */
  readonly privacy?: readonly TablePrivacy[] | undefined;
}

/** A range of hours, both ends included. */
export interface HourRange {
  readonly from: Hour;
  readonly to: Hour;
}

/** The file of an hour can come a little late, and 24 missed runs in a row must lose nothing. */
export const HOURS_BEHIND = 2;
export const HOURS_AHEAD = 24;
/** Ten years: more is a slip of the finger. */
const MAX_RANGE_HOURS = 10 * 366 * 24;

/** The hours that every run makes sure of. */
export const windowAround = (now: Date): HourRange => ({
  from: addHours(hourOf(now), -HOURS_BEHIND),
  to: addHours(hourOf(now), HOURS_AHEAD),
});

/**
 * Reads a range of hours, e.g. `2024-01-01T00` and `2024-03-31T23`; a date alone stands for its first hour in `from`
 * and its last in `to`.
 *
 * @throws PermanentError `INVALID_EVENT` that says what was expected
 */
export function parseHourRange(from: string, to: string): HourRange {
  const range = { from: parseEnd("from", from, "T00"), to: parseEnd("to", to, "T23") };
  const hours = (range.to - range.from) / (addHours(range.from, 1) - range.from) + 1;
  if (hours < 1 || hours > MAX_RANGE_HOURS) {
    throw new PermanentError(
      "INVALID_EVENT",
      `"from" must be before "to" by at most ${MAX_RANGE_HOURS} hours, got ${hourText(range.from)} to ${hourText(range.to)}`,
    );
  }
  return range;
}

function parseEnd(name: string, text: string, hourOfDate: string): Hour {
  const hour = parseHour(/^\d{4}-\d{2}-\d{2}$/.test(text) ? text + hourOfDate : text);
  if (hour !== undefined) return hour;
  throw new PermanentError(
    "INVALID_EVENT",
    `"${name}" must be an hour that exists, as YYYY-MM-DD or YYYY-MM-DDTHH in UTC, got "${text}"`,
  );
}

/** Every partition of the tables in a range of hours. */
export const partitionsIn = (tables: readonly PartitionedTable[], { from, to }: HourRange): Partition[] =>
  tables.flatMap(({ table, sources }) =>
    hoursFrom(from, to).flatMap((hour): Partition[] =>
      sources ? sources.map((source) => ({ table, source, hour })) : [{ table, hour }],
    ),
  );

/** What one run did. */
export interface AddedPartitions {
  /** Partitions that exist now, by table; most existed before. */
  readonly ensured: number;
  /** Those of them that lie outside the range and got late files. */
  readonly touched: number;
}

/**
 * Makes sure that the partitions of a range exist, and all that got new files. Where nobody else waits for the markers,
 * they are deleted once that is so, unless they were written anew in the meantime.
 *
 * @param keepMarkers true if the typed tables are still to be brought up to date by them
 * @throws OperationError if the catalog refuses; the markers then stay, and the next run goes on with them
 */
export async function addPartitions(
  ports: { readonly store: ObjectStore; readonly catalog: PartitionCatalog },
  bucket: string,
  tables: readonly PartitionedTable[],
  range: HourRange,
  keepMarkers: boolean,
  onUnknownMarker: (key: string) => void,
): Promise<AddedPartitions> {
  const touched: TouchedPartition[] = [];
  for await (const item of touchedPartitions(ports.store, bucket, onUnknownMarker)) {
    if (isPartitionOf(tables, item.partition)) touched.push(item);
    else onUnknownMarker(item.markerKey);
  }
  const byKey = new Map(partitionsIn(tables, range).map((partition) => [markerKeyOf(partition), partition]));
  const outside = touched.filter(({ markerKey }) => !byKey.has(markerKey));
  for (const { markerKey, partition } of outside) byKey.set(markerKey, partition);
  await ports.catalog.add([...byKey.values()]);
  for (const { markerKey, etag } of keepMarkers ? [] : touched)
    await ports.store.deleteIfUnchanged({ bucket, key: markerKey }, etag);
  return { ensured: byKey.size, touched: outside.length };
}

/** False for a marker of a table, or of a partitioning, that is no longer configured. */
export const isPartitionOf = (tables: readonly PartitionedTable[], { table, source }: Partition): boolean =>
  tables.some((item) => item.table === table && (item.sources === undefined) === (source === undefined));
