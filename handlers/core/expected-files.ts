import { FORMATS } from "../../formats";
import type { ConfiguredSource } from "../../formats/configured-source";
import type { DeliveredFolder } from "../../formats/delivered-layout";
import { identityOfPath } from "../../formats/file-identity";
import { addHours, parseHour, partitionValuesOf } from "../../formats/hour";
import { PARTITION_KEYS, type Partition, RAW_PREFIX, SOURCE_KEY } from "../../formats/partition-layout";
import { HOUR_MS } from "../../formats/time";
import { movedFileAt, type NotedFile } from "./arrival-notes";
import { dayPages, folderHoursOf, foldersIn, listFolders } from "./delivered-folders";
import { type DeliveredPlace, placeOf, readSourcesOf } from "./delivered-source";
import { LimitedListing } from "./limited-listing";
import { planDelivered, planMove } from "./move-plan";
import { isPartitionOf, type PartitionedTable } from "./partitioned-table";
import type { Clock, ObjectLocation, PagedListing, StoredObject } from "./ports";

/** A file that must be in the typed table, or on its way there. */
export type ExpectedFile =
  | { readonly kind: "file"; readonly partition: Partition; readonly file: NotedFile }
  /** A delivered object that may never have been moved. */
  | {
      readonly kind: "original";
      readonly partition: Partition;
      readonly object: ObjectLocation & Pick<StoredObject, "size">;
    };

export interface ExpectedConfig {
  /** Bucket of the moved files. */
  readonly bucket: string;
  readonly table: PartitionedTable;
  /** The sources of all tables. */
  readonly sources: readonly ConfiguredSource[];
  /** Where objects wait for their move. Default: no source's files are moved. */
  readonly landing?: LandingPlace | undefined;
  /** The days to list, in this order, as `YYYY-MM-DD`. */
  readonly days: readonly string[];
  /** Nominal time: younger files may still be on their way. */
  readonly now: Date;
  readonly deadline: Date;
}

export interface LandingPlace {
  readonly bucket: string;
}

/** The listed files, by identity. */
export interface ExpectedFiles {
  readonly files: ReadonlyMap<string, ExpectedFile>;
  /** The days that were listed completely. */
  readonly days: readonly string[];
  readonly isCutShort: boolean;
  readonly requests: number;
}

/** Files that are compared at most: their names must fit into the memory of the function. */
export const MAX_EXPECTED_FILES = 250_000;
/** Age from which a file is not on its way any more. */
const MIN_AGE_MS = HOUR_MS;
const LAST_HOUR = 23;

/** Lists the files of a table by the days of their names: below `raw/`, where they are read, and where they wait. */
export async function expectedFiles(
  ports: { readonly listing: PagedListing; readonly clock: Clock },
  config: ExpectedConfig,
): Promise<ExpectedFiles> {
  const search = new Search(ports, config);
  const days: string[] = [];
  for (const day of config.days) {
    if (!search.listing.isCutShort) await search.listDay(day);
    if (!search.listing.isCutShort) days.push(day);
  }
  const { isCutShort, requests } = search.listing;
  return { files: search.files, days, isCutShort, requests };
}

class Search {
  readonly files = new Map<string, ExpectedFile>();
  readonly listing: LimitedListing;
  private readonly writtenBefore: Date;
  private readonly days: ReadonlySet<string>;

  constructor(
    { listing, clock }: { readonly listing: PagedListing; readonly clock: Clock },
    private readonly config: ExpectedConfig,
  ) {
    const isOver = () => this.files.size >= MAX_EXPECTED_FILES || clock.now() >= config.deadline;
    this.listing = new LimitedListing(listing, isOver);
    this.writtenBefore = new Date(config.now.getTime() - MIN_AGE_MS);
    this.days = new Set(config.days);
  }

  async listDay(dt: string): Promise<void> {
    await this.listMoved(dt);
    const { table, sources } = this.config;
    for (const { source, place } of readSourcesOf(sources)) {
      if (place.table !== table.table) continue;
      await this.listPlace(place, source, dt, (folder, { key, size }) => {
        const plan = planDelivered(sources, source, { bucket: place.bucket, key, size });
        if (plan.kind !== "read") return undefined;
        const { partition } = plan;
        return { kind: "file", partition, file: { kind: "delivered", key, size, partition, folder } };
      });
    }
    for (const { source, bucket } of this.landing()) {
      const place = placeOf(source, bucket);
      if (place) await this.listPlace(place, source, dt, (_, object) => this.originalOf(bucket, object));
      else await this.listFlat(source, bucket, dt);
    }
  }

  /** The sources of the table whose files are moved, and the bucket that these wait in. */
  private landing(): { readonly source: ConfiguredSource; readonly bucket: string }[] {
    const { sources, table, landing } = this.config;
    return sources.flatMap((source) =>
      landing && !source.asDelivered && FORMATS[source.format].table === table.table
        ? [{ source, bucket: landing.bucket }]
        : [],
    );
  }

  private async listMoved(dt: string): Promise<void> {
    const { bucket, table } = this.config;
    for (const source of table.sources ?? [undefined]) {
      const folder = source === undefined ? "" : `${SOURCE_KEY.name}=${source}/`;
      const prefix = `${RAW_PREFIX}${table.table}/${folder}${PARTITION_KEYS[0].name}=${dt}/`;
      for await (const page of this.listing.objectPages(bucket, prefix))
        for (const object of page) {
          const file = movedFileAt(object.key);
          if (!file || object.size === 0) continue;
          const { partition } = file;
          this.add(bucket, object, { kind: "file", partition, file: { ...file, size: object.size } });
        }
    }
  }

  /** Lists the folders that can hold files of a day. */
  private async listPlace(
    place: DeliveredPlace,
    { format }: ConfiguredSource,
    dt: string,
    fileOf: (folder: DeliveredFolder, object: StoredObject) => ExpectedFile | undefined,
  ): Promise<void> {
    const from = parseHour(`${dt}T00`);
    if (from === undefined) return;
    const hours = folderHoursOf(format, { from, to: addHours(from, LAST_HOUR) });
    const folders = await foldersIn(this.listing, place, hours);
    await listFolders(this.listing, place.layout, folders, new Date(from), (folder, page) => {
      for (const object of page) {
        const file = fileOf(folder, object);
        if (file && dayOf(file.partition) === dt) this.add(place.bucket, object, file);
      }
    });
  }

  /** Lists the objects of a day that are in one folder for all days. */
  private async listFlat({ format, prefix }: ConfiguredSource, bucket: string, dt: string): Promise<void> {
    const { delivered, lateByHours } = FORMATS[format];
    const { groups } = delivered;
    const day = parseHour(`${dt}T00`);
    if (!groups || day === undefined) return;
    for await (const page of dayPages(this.listing, bucket, prefix, groups, day, lateByHours))
      for (const object of page) this.add(bucket, object, this.originalOf(bucket, object));
  }

  private originalOf(bucket: string, { key, size }: StoredObject): ExpectedFile | undefined {
    const { sources, table } = this.config;
    const plan = planMove(sources, "time-first", { bucket, key, size }, this.config.bucket);
    return plan.kind === "move" && isPartitionOf(table, plan.partition)
      ? { kind: "original", partition: plan.partition, object: { bucket, key, size } }
      : undefined;
  }

  /** The first place of a file counts: a moved file is not moved again. */
  private add(bucket: string, { key, writtenAt }: StoredObject, file: ExpectedFile | undefined): void {
    if (!file || writtenAt > this.writtenBefore || !this.days.has(dayOf(file.partition))) return;
    const identity = identityOfPath(this.config.bucket, `s3://${bucket}/${key}`);
    if (!this.files.has(identity)) this.files.set(identity, file);
  }
}

const dayOf = ({ hour }: Partition): string => partitionValuesOf(hour).dt;
