import { type Hour, parseHour, partitionValuesOf } from "./hour";

/** Where the moved text lies, below the bucket (or the lake's folder). */
export const RAW_PREFIX = "raw/";
/** Where the typed tables lie: their data and Iceberg's metadata. */
export const LAKE_PREFIX = "lake/";
/** Write-once records of the commits to each typed table, below the table's name. */
export const COMMITS_PREFIX = "_commits/";
/** Notes of the files that arrived at the text, below the table's name: the work list of commits. Athena ignores `_`. */
export const ARRIVALS_PREFIX = "_arrivals/";
/** Files that the engine cannot read, each with the reason next to it. Below it, keys are as below `raw/`. */
export const REJECTED_PREFIX = "rejected/";
/** Markers of partitions with new files, as versions before arrival notes wrote them. */
export const TOUCHED_PREFIX = "_touched/";
const PRIVACY_PREFIX = "_privacy/";
/** The secret that hashes of addresses, query strings and cookies are made with. */
export const PRIVACY_SALT_KEY = `${PRIVACY_PREFIX}salt`;
const CONFIGURATION_PREFIX = "_config/";
/** What Terraform tells the functions of the sources. */
export const CONFIGURATION_KEY = `${CONFIGURATION_PREFIX}sources.json`;
/** Keys of the pipeline itself, where no log is delivered. */
export const OWN_PREFIXES = [
  RAW_PREFIX,
  LAKE_PREFIX,
  COMMITS_PREFIX,
  ARRIVALS_PREFIX,
  REJECTED_PREFIX,
  TOUCHED_PREFIX,
  PRIVACY_PREFIX,
  CONFIGURATION_PREFIX,
] as const;

/** Partition keys shared by every table, outermost first. All are strings: Athena prunes those in the catalog. */
export const PARTITION_KEYS = [
  { name: "dt", type: "string", doc: "Date of the requests (UTC), YYYY-MM-DD" },
  { name: "hour", type: "string", doc: "Hour of the requests (UTC), 00 to 23" },
] as const;
/** Outermost key of tables whose sources are partitioned by name. */
export const SOURCE_KEY = { name: "source", type: "string", doc: "Configured name of the source" } as const;

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
export const partitionPath = (partition: Partition): string =>
  [partition.table, ...partitionPairs(partition).map(([key, value]) => `${key}=${value}`)].join("/");

const [DT, HOUR] = PARTITION_KEYS;
const PARTITION_PATH = new RegExp(
  `^(?<table>[a-z0-9_]+)/(?:${SOURCE_KEY.name}=(?<source>[^/]+)/)?${DT.name}=(?<dt>[^/]+)/${HOUR.name}=(?<hour>[^/]+)$`,
);

/** Reads what `partitionPath` writes; `undefined` if the text is no partition's path. */
export function parsePartitionPath(path: string): Partition | undefined {
  const { table, source, dt, hour: hourText } = PARTITION_PATH.exec(path)?.groups ?? {};
  const hour = parseHour(`${dt}T${hourText}`);
  if (table === undefined || hour === undefined) return undefined;
  return { table, hour, ...(source === undefined ? {} : { source }) };
}

/** `raw/<partition path>/`: where a partition's files lie. */
export const rawPrefixOf = (partition: Partition): string => `${RAW_PREFIX}${partitionPath(partition)}/`;
