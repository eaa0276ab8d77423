import { type Hour, parseHour, partitionValuesOf } from "./hour";

/** Prefix of the moved files in the bucket (or the lake's folder). */
export const RAW_PREFIX = "raw/";
/** Prefix of the typed tables: their data and Iceberg's metadata. */
export const LAKE_PREFIX = "lake/";
/** Write-once records of the commits to each typed table, below the table's name. */
export const COMMITS_PREFIX = "_commits/";
/** Arrival notes, below the table's name: the work list of commits. Athena ignores names that start with `_`. */
export const ARRIVALS_PREFIX = "_arrivals/";
/** Rejected files, each with the reason next to it. The rest of the key is the same as below `raw/`. */
export const REJECTED_PREFIX = "rejected/";
/** Markers of partitions with new files, which versions before arrival notes wrote. */
export const TOUCHED_PREFIX = "_touched/";
/** Where each listing of files as delivered ended, by source. */
export const LISTED_PREFIX = "_listed/";
/** What the nightly reconciliation of each table found. */
export const RECONCILED_PREFIX = "_reconciled/";
/** The daily reports. */
export const REPORTS_PREFIX = "_reports/";
const PRIVACY_PREFIX = "_privacy/";
/** The secret for hashes of addresses, query strings and cookies. */
export const PRIVACY_SALT_KEY = `${PRIVACY_PREFIX}salt`;
const CONFIGURATION_PREFIX = "_config/";
/** Configuration of the sources, which Terraform writes for the functions. */
export const CONFIGURATION_KEY = `${CONFIGURATION_PREFIX}sources.json`;
/** Prefixes of the pipeline's own objects: no log may be delivered there. */
export const OWN_PREFIXES = [
  RAW_PREFIX,
  LAKE_PREFIX,
  COMMITS_PREFIX,
  ARRIVALS_PREFIX,
  REJECTED_PREFIX,
  TOUCHED_PREFIX,
  LISTED_PREFIX,
  RECONCILED_PREFIX,
  REPORTS_PREFIX,
  PRIVACY_PREFIX,
  CONFIGURATION_PREFIX,
] as const;

/** Partition keys of every table, outermost first. All are strings: Athena prunes strings in the catalog. */
export const PARTITION_KEYS = [
  { name: "dt", type: "string", doc: "Date of the requests (UTC), YYYY-MM-DD" },
  { name: "hour", type: "string", doc: "Hour of the requests (UTC), 00 to 23" },
] as const;
/** Outermost key of tables whose sources are partitioned by name. */
export const SOURCE_KEY = { name: "source", type: "string", doc: "Configured name of the source" } as const;

/** The partition keys of a table, outermost first. */
export const partitionKeysOf = (bySource: boolean) => [...(bySource ? [SOURCE_KEY] : []), ...PARTITION_KEYS];

/** One partition of a raw table. */
export interface Partition {
  readonly table: string;
  /** Set if the table is partitioned by source. */
  readonly source?: string;
  readonly hour: Hour;
}

/** Key-value pairs of a partition, outermost first. */
export function partitionPairs(partition: Partition): readonly (readonly [key: string, value: string])[] {
  const { dt, hour } = partitionValuesOf(partition.hour);
  const source = partition.source === undefined ? [] : [[SOURCE_KEY.name, partition.source] as const];
  return [...source, [PARTITION_KEYS[0].name, dt], [PARTITION_KEYS[1].name, hour]];
}

/** `<table>/[source=<name>/]dt=YYYY-MM-DD/hour=HH`, without slashes at the ends. */
export function partitionPath(partition: Partition): string {
  const { table, source, hour } = partition;
  if (last?.partition.table !== table || last.partition.source !== source || last.partition.hour !== hour) {
    const pairs = partitionPairs(partition).map(([key, value]) => `${key}=${value}`);
    last = { partition, path: [table, ...pairs].join("/") };
  }
  return last.path;
}

/** Files of one partition follow each other. */
let last: { readonly partition: Partition; readonly path: string } | undefined;

const [DT, HOUR] = PARTITION_KEYS;
const PARTITION_PATH = new RegExp(
  `^(?<table>[a-z0-9_]+)/(?:${SOURCE_KEY.name}=(?<source>[^/]+)/)?${DT.name}=(?<dt>[^/]+)/${HOUR.name}=(?<hour>[^/]+)$`,
);

/** Parses the result of `partitionPath`; `undefined` if the text is not the path of a partition. */
export function parsePartitionPath(path: string): Partition | undefined {
  const { table, source, dt, hour: hourText } = PARTITION_PATH.exec(path)?.groups ?? {};
  const hour = parseHour(`${dt}T${hourText}`);
  if (table === undefined || hour === undefined) return undefined;
  return { table, hour, ...(source === undefined ? {} : { source }) };
}

/** `raw/<partition path>/`: prefix of a partition's files. */
export const rawPrefixOf = (partition: Partition): string => `${RAW_PREFIX}${partitionPath(partition)}/`;
