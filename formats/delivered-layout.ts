import { type Hour, partitionValuesOf } from "./hour";
import { PARTITION_KEYS } from "./partition-layout";

/** Where AWS puts the files of a format below a source's prefix. It decides if they can be read as delivered. */
export type DeliveredLayout = FolderLayout | FlatLayout;

/** Folders for accounts, Regions or the like, and in each of them a folder for each day or hour (UTC). */
export interface FolderLayout {
  readonly kind: "folders";
  readonly per: "day" | "hour";
  /** The folders between the source's prefix and the folders of the time, outermost first. */
  readonly levels: readonly RegExp[];
  /** Path of the folder of the time, without slashes at the ends, e.g. `2026/11/23`. */
  readonly timeFolder: (hour: Hour) => string;
  /**
   * Set if the names in a folder are ordered by time in groups: a listing can then begin at a time.
   *
   * @default - a listing must read the whole folder
   */
  readonly groups?: NameGroups;
  readonly stamp: NameStamp;
}

/** Groups of names, e.g. of one load balancer. The name of a file is the start, a group, a stamp and the rest. */
export interface NameGroups {
  /** Start of all names in a folder. @param levels names of the folders of `FolderLayout.levels` */
  readonly start: (levels: readonly string[]) => string;
  /**
   * A group ends with it, and does not contain it otherwise.
   *
   * @default - all names in a folder are one group
   */
  readonly delimiter?: string;
  /** The stamp of a time as the names have it. */
  readonly stampOf: (instant: Date) => string;
}

/** How SQL gets the time of a file from its path. `classify` of the format gives the same hour. */
export interface NameStamp {
  /**
   * Regular expression that finds the name at the end of a path, with one group, the stamp. It finds no other names
   * than those of access logs.
   */
  readonly pattern: string;
  /** Form of the stamp for Trino's `date_parse`. */
  readonly form: string;
  /** True if the stamp is the end of the file's period: the hour is that of the minute before. */
  readonly isEnd: boolean;
}

/** All files are in one folder: each statement would list all files that were ever delivered. */
export interface FlatLayout {
  readonly kind: "flat";
  /** The names are ordered by time in groups: the reconciliation lists some days only. */
  readonly groups: NameGroups;
  /** Why its files cannot be read as delivered, for the message. */
  readonly reason: string;
}

/**
 * A folder with the files of a source for a day or an hour: a partition of the tables over the files as delivered. Its
 * location is `s3://<bucket>/<prefix><folder>/<time folder>/`.
 */
export interface DeliveredFolder {
  /** Name of the typed table of its format. */
  readonly table: string;
  /** Configured name of the source. */
  readonly source: string;
  readonly bucket: string;
  /** Start of the source's keys, e.g. `alb/AWSLogs/`. */
  readonly prefix: string;
  /** The folders of `FolderLayout.levels`, without slashes at the ends. */
  readonly folder: string;
  /** The day or the hour of the folder; for a day, its first hour. */
  readonly time: Hour;
}

const [, HOUR] = PARTITION_KEYS;

/** The folders without repetitions, in their order. */
export const distinctFolders = (folders: readonly DeliveredFolder[]): DeliveredFolder[] => [
  ...new Map(
    folders.map((folder) => [[folder.table, folder.source, folder.folder, folder.time].join("\n"), folder]),
  ).values(),
];

/** Start of the keys of a folder's files, with a slash at the end. */
export const deliveredPrefixOf = (layout: FolderLayout, { prefix, folder, time }: DeliveredFolder): string =>
  `${prefix}${[folder, layout.timeFolder(time)].filter((part) => part !== "").join("/")}/`;

/** Key-value pairs of a folder's partition, outermost first. */
export function deliveredPairs(
  { per }: FolderLayout,
  { source, folder, time }: DeliveredFolder,
): readonly (readonly [key: string, value: string])[] {
  const { dt, hour } = partitionValuesOf(time);
  return [
    ["source", source],
    ["folder", folder],
    ["day", dt],
    ...(per === "hour" ? [[HOUR.name, hour] as const] : []),
  ];
}

/** Partition keys of the tables over files as delivered, outermost first. All are strings. */
export const deliveredKeysOf = ({ per }: FolderLayout) => [
  { name: "source", type: "string", doc: "Configured name of the source" },
  {
    name: "folder",
    type: "string",
    doc: "Folders between the source's prefix and the day, e.g. account and Region",
  },
  {
    name: "day",
    type: "string",
    doc: "Day of the folder (UTC), YYYY-MM-DD; for load balancers the day of delivery",
  },
  ...(per === "hour" ? [{ ...HOUR, doc: "Hour of the folder (UTC), 00 to 23" }] : []),
];
