import { type ConfiguredSource, movedPrefixesOf, tablesOfSources } from "../../formats/configured-source";
import { addHours, type Hour } from "../../formats/hour";
import type { SkipReason } from "../../formats/object-kind";
import { type HourRange, partitionsIn } from "./add-partitions";
import { FILES_PER_NOTE, filesIn, type NotedFile, noteArrivals, partitionsOf } from "./arrival-notes";
import { moveObjects } from "./move-objects";
import { type ArrivedObject, type MovePlan, planMove, type TargetNames } from "./move-plan";
import type { Pace } from "./pace";
import type { PartitionedTable } from "./partitioned-table";
import type { Clock, ObjectBytes, ObjectLocation, ObjectStore, PartitionCatalog } from "./ports";

export interface BackfillPorts {
  readonly store: ObjectStore;
  /** As in `MovePorts`. */
  readonly bytes?: ObjectBytes;
  readonly catalog: PartitionCatalog;
  readonly clock: Clock;
  readonly pace: Pace;
  /**
   * True if an object was moved before, and is the same since then.
   *
   * @default - it was if the target exists: a delivered object of S3 never changes
   */
  readonly isMoved?: (object: ObjectLocation, target: ObjectLocation) => boolean | Promise<boolean>;
}

export interface BackfillConfig {
  readonly sources: readonly ConfiguredSource[];
  /** Bucket that the logs were delivered to. */
  readonly logBucket: string;
  /** Bucket of the moved files. */
  readonly bucket: string;
  /** Only this typed table; default: the tables of all sources. */
  readonly table?: string;
  readonly range: HourRange;
  readonly names: TargetNames;
  readonly keepOriginals: boolean;
  /** Counts without moving anything. */
  readonly isDryRun: boolean;
  readonly onProgress: (progress: BackfillProgress) => void;
}

export interface BackfillProgress {
  readonly phase: "count" | "move" | "partitions" | "folders";
  readonly done: number;
  readonly total?: number;
}

/** Counts of all objects in the log bucket: `objects` is the sum of the next properties up to `failed`. */
export interface BackfillSummary {
  readonly objects: number;
  /** Moved by this run; in a dry run, to be moved. */
  readonly moved: number;
  /** Already at their target. */
  readonly movedBefore: number;
  /** Logs of other hours or tables. */
  readonly outOfRange: number;
  readonly skipped: Readonly<Partial<Record<SkipReason, number>>>;
  readonly failed: readonly { readonly key: string; readonly reason: string }[];
  /** Moved files in the range, now noted for the typed tables, and their partitions, now in the catalog. */
  readonly files: number;
  readonly partitions: number;
}

const BATCH_SIZE = 200;
/** Partitions that one statement adds. */
const PARTITIONS_AT_ONCE = 100;

/**
 * Loads the history of sources whose files are moved: moves objects that were never moved, adds the partitions of a range of hours, and notes
 * their files, so that they are committed to the typed tables.
 *
 * Every step can be repeated. After an interruption, the same command continues: moved objects are not moved
 * again, and noted files are noted once more.
 */
export async function backfill(ports: BackfillPorts, config: BackfillConfig): Promise<BackfillSummary> {
  const counted = await countLanding(ports, config);
  const moved = await moveLanding(ports, config, counted.toMove);
  const { objects, outOfRange, skipped } = counted;
  return { objects, outOfRange, skipped, ...moved, ...(await noteRange(ports, config)) };
}

async function* landing({ store }: BackfillPorts, config: BackfillConfig): AsyncGenerator<ArrivedObject> {
  for (const prefix of movedPrefixesOf(config.sources)) {
    for await (const { key, size } of store.list(config.logBucket, prefix)) {
      yield { bucket: config.logBucket, key, size };
    }
  }
}

const tablesOf = ({ sources, table: only }: BackfillConfig): PartitionedTable[] =>
  tablesOfSources(sources).filter(({ table }) => only === undefined || table === only);

/** True for objects of the hours, and of the table if one is given. */
export const isWanted = (
  plan: MovePlan,
  { range, table }: Pick<BackfillConfig, "range" | "table">,
): boolean =>
  plan.kind === "move" &&
  plan.partition.hour >= range.from &&
  plan.partition.hour <= range.to &&
  (table === undefined || table === plan.partition.table);

async function countLanding(ports: BackfillPorts, config: BackfillConfig) {
  const counts = { objects: 0, toMove: 0, outOfRange: 0 };
  const skipped: Partial<Record<SkipReason, number>> = {};
  for await (const object of landing(ports, config)) {
    counts.objects++;
    if (counts.objects % BATCH_SIZE === 0) config.onProgress({ phase: "count", done: counts.objects });
    const plan = planMove(config.sources, config.names, object, config.bucket);
    if (plan.kind === "skip") skipped[plan.reason] = (skipped[plan.reason] ?? 0) + 1;
    else if (isWanted(plan, config)) counts.toMove++;
    else counts.outOfRange++;
  }
  return { ...counts, skipped };
}

async function moveLanding(ports: BackfillPorts, config: BackfillConfig, total: number) {
  const result = { moved: 0, movedBefore: 0, failed: [] as { key: string; reason: string }[] };
  let batch: ArrivedObject[] = [];
  let done = 0;
  const move = async (waiting: readonly ArrivedObject[]) => {
    await ports.pace(waiting.length);
    const { sources, bucket: targetBucket, names, keepOriginals } = config;
    const outcomes = await moveObjects(ports, { sources, targetBucket, names, keepOriginals }, waiting);
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.kind === "moved") result.moved++;
      if (outcome.kind === "failed") result.failed.push(failureOf(waiting[index], outcome.error.message));
      // Only its content says so: it was counted as a log.
      if (outcome.kind === "skipped")
        result.failed.push(failureOf(waiting[index], outcome.detail ?? outcome.reason));
    }
  };
  const flush = async () => {
    const waiting = await withoutMoved(ports, config, batch);
    result.movedBefore += batch.length - waiting.length;
    if (config.isDryRun) result.moved += waiting.length;
    else await move(waiting);
    done += batch.length;
    batch = [];
    config.onProgress({ phase: "move", done, total });
  };
  for await (const object of landing(ports, config)) {
    if (!isWanted(planMove(config.sources, config.names, object, config.bucket), config)) continue;
    batch.push(object);
    if (batch.length === BATCH_SIZE) await flush();
  }
  if (batch.length > 0) await flush();
  return result;
}

/** If originals are kept, skips those that were copied before. */
async function withoutMoved(
  { store, pace, isMoved = (_, target) => store.exists(target) }: BackfillPorts,
  { sources, bucket, names, keepOriginals }: BackfillConfig,
  objects: readonly ArrivedObject[],
): Promise<readonly ArrivedObject[]> {
  if (!keepOriginals) return objects;
  await pace(objects.length);
  const moved = await Promise.all(
    objects.map(async (object) => {
      const plan = planMove(sources, names, object, bucket);
      if (plan.kind === "skip") return false;
      for (const key of [plan.key, ...plan.earlierKeys])
        if (await isMoved(object, { bucket, key })) return true;
      return false;
    }),
  );
  return objects.filter((_, index) => !moved[index]);
}

const failureOf = (object: ArrivedObject | undefined, reason: string) => ({
  key: object?.key ?? "",
  reason,
});

async function noteRange(ports: BackfillPorts, config: BackfillConfig) {
  const { store, catalog, pace } = ports;
  const { bucket, isDryRun } = config;
  let [files, partitions, done] = [0, 0, 0];
  let found: NotedFile[] = [];
  const flush = async () => {
    const holding = partitionsOf(found);
    partitions += holding.length;
    if (!isDryRun && found.length > 0) {
      await pace(holding.length + Math.ceil(found.length / FILES_PER_NOTE));
      await catalog.add(holding);
      // After the catalog: a partition that is missing there would look empty, although it has noted files.
      await noteArrivals(ports, bucket, found);
    }
    found = [];
  };
  const days = daysOf(config.range);
  const tables = tablesOf(config);
  for (const table of tables) {
    for (const day of days) {
      const ofDay = await filesOf(store, bucket, table, day);
      files += ofDay.length;
      found.push(...ofDay);
      if (partitionsOf(found).length >= PARTITIONS_AT_ONCE) await flush();
      await pace(partitionsIn([table], day).length);
      config.onProgress({ phase: "partitions", done: ++done, total: days.length * tables.length });
    }
    // A statement adds partitions to one table.
    await flush();
  }
  return { files, partitions };
}

const HOURS_PER_DAY = 24;

/** Splits the range into pieces of at most a day. */
function daysOf({ from, to }: HourRange): HourRange[] {
  const days: HourRange[] = [];
  for (let hour: Hour = from; hour <= to; hour = addHours(hour, HOURS_PER_DAY)) {
    const last = addHours(hour, HOURS_PER_DAY - 1);
    days.push({ from: hour, to: last < to ? last : to });
  }
  return days;
}

/** The moved files in a range of hours. */
async function filesOf(
  store: ObjectStore,
  bucket: string,
  table: PartitionedTable,
  hours: HourRange,
): Promise<readonly NotedFile[]> {
  const partitions = partitionsIn([table], hours);
  return (await Promise.all(partitions.map((partition) => filesIn(store, bucket, partition)))).flat();
}
