import type { DeliveredFolder } from "../../formats/delivered-layout";
import { addHours, type Hour, hourOf, hoursFrom, hourText, parseHour } from "../../formats/hour";
import { type Partition, partitionPath } from "../../formats/partition-layout";
import {
  deliveredFolders,
  movedPartitions,
  type NotePorts,
  readNotes,
  replaceMarkers,
} from "./arrival-notes";
import { PermanentError } from "./errors";
import type { PartitionedTable } from "./partitioned-table";
import type { PartitionCatalog } from "./ports";

/** A range of hours, both ends included. */
export interface HourRange {
  readonly from: Hour;
  readonly to: Hour;
}

/**
 * Hours around the scheduled time: files can arrive a little late, and 24 missed runs in a row must lose
 * nothing.
 */
export const HOURS_BEHIND = 2;
export const HOURS_AHEAD = 24;
/** Ten years: more is a typing error. */
const MAX_RANGE_HOURS = 10 * 366 * 24;

/** The hours whose partitions every run ensures. */
export const windowAround = (now: Date): HourRange => ({
  from: addHours(hourOf(now), -HOURS_BEHIND),
  to: addHours(hourOf(now), HOURS_AHEAD),
});

/**
 * Reads a range of hours, e.g. `2024-01-01T00` and `2024-03-31T23`; a date alone means its first hour in
 * `from` and its last hour in `to`.
 *
 * @throws PermanentError `INVALID_EVENT` that says what was expected
 */
export function parseHourRange(from: string, to: string): HourRange {
  const range = { from: parseEnd("from", from, "T00"), to: parseEnd("to", to, "T23") };
  const hours = (range.to - range.from) / (addHours(range.from, 1) - range.from) + 1;
  if (hours < 1 || hours > MAX_RANGE_HOURS) {
    throw new PermanentError(
      "INVALID_EVENT",
      `"from" must not be after "to", and the range must have at most ${MAX_RANGE_HOURS} hours, got ${hourText(range.from)} to ${hourText(range.to)}`,
    );
  }
  return range;
}

function parseEnd(name: string, text: string, hourOfDate: string): Hour {
  const hour = parseHour(/^\d{4}-\d{2}-\d{2}$/.test(text) ? text + hourOfDate : text);
  if (hour !== undefined) return hour;
  throw new PermanentError(
    "INVALID_EVENT",
    `"${name}" must be a valid hour in UTC, as YYYY-MM-DD or YYYY-MM-DDTHH, got "${text}"`,
  );
}

/** Every partition of the tables in a range of hours. */
export const partitionsIn = (tables: readonly PartitionedTable[], { from, to }: HourRange): Partition[] =>
  tables.flatMap(({ table, sources }) =>
    hoursFrom(from, to).flatMap((hour): Partition[] =>
      sources ? sources.map((source) => ({ table, source, hour })) : [{ table, hour }],
    ),
  );

/** Result of one run. */
export interface AddedPartitions {
  /** Partitions that exist now, by table; most existed before. */
  readonly ensured: number;
  /** Those outside the range, which got late files. */
  readonly late: number;
}

export interface AddPartitionsConfig {
  /** Bucket of the moved files and of their notes. */
  readonly bucket: string;
  readonly tables: readonly PartitionedTable[];
  readonly range: HourRange;
  /** True if the typed tables still need the notes; otherwise the notes are deleted. */
  readonly keepNotes: boolean;
}

/** Notes that one run reads per table: 200,000 files. */
const MAX_NOTES = 2000;

/**
 * Ensures the partitions of a range, and all partitions with new files.
 *
 * @param onUnknown called with the key of a note that cannot be parsed: it is not changed
 * @throws OperationError if the catalog refuses; the notes then stay for the next run
 */
export async function addPartitions(
  ports: NotePorts & { readonly catalog: PartitionCatalog },
  { bucket, tables, range, keepNotes }: AddPartitionsConfig,
  onUnknown: (key: string) => void,
): Promise<AddedPartitions> {
  if (!keepNotes) await replaceMarkers(ports, bucket, onUnknown);
  const byPath = new Map(
    partitionsIn(tables, range).map((partition) => [partitionPath(partition), partition]),
  );
  const ofRange = byPath.size;
  const noteKeys: string[] = [];
  const folders: DeliveredFolder[] = [];
  for (const table of tables) {
    const { notes } = await readNotes(ports.store, bucket, table, MAX_NOTES, onUnknown);
    noteKeys.push(...notes.map(({ key }) => key));
    const files = notes.flatMap((note) => note.files);
    for (const partition of movedPartitions(files)) byPath.set(partitionPath(partition), partition);
    folders.push(...deliveredFolders(files));
  }
  await ports.catalog.add([...byPath.values()]);
  await ports.catalog.addDelivered(folders);
  if (!keepNotes) await ports.store.deleteAll(bucket, noteKeys);
  return { ensured: byPath.size, late: byPath.size - ofRange };
}
