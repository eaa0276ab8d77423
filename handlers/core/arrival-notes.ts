import { createHash } from "node:crypto";
import pLimit from "p-limit";
import * as z from "zod/mini";
import { FORMATS } from "../../formats";
import { type DeliveredFolder, deliveredPrefixOf, distinctFolders } from "../../formats/delivered-layout";
import { hourText, parseHour, partitionValuesOf } from "../../formats/hour";
import {
  ARRIVALS_PREFIX,
  type Partition,
  parsePartitionPath,
  partitionPath,
  RAW_PREFIX,
  rawPrefixOf,
  TOUCHED_PREFIX,
} from "../../formats/partition-layout";
import { jsonAs } from "./json";
import { isPartitionOf, isReadAsDelivered, type PartitionedTable } from "./partitioned-table";
import type { Clock, ObjectStore } from "./ports";

/** A file that may not be committed yet. */
export type NotedFile = MovedFile | DeliveredFile;

/** Distinguishes files of all buckets. */
export const fileId = (file: NotedFile): string =>
  file.kind === "moved" ? file.key : `s3://${file.folder.bucket}/${file.key}`;

/**
 * The path of a file, as the text tables have it.
 *
 * @param bucket bucket of the moved files
 */
export const pathOf = (bucket: string, file: NotedFile): string =>
  `s3://${file.kind === "delivered" ? file.folder.bucket : bucket}/${file.key}`;

interface FileOfTable {
  /** Bytes, if the event or the listing said so. */
  readonly size?: number;
  /** Table, hour by the file's name, and source if the table is partitioned by source. */
  readonly partition: Partition;
}

/** A file below `raw/`. */
export interface MovedFile extends FileOfTable {
  readonly kind: "moved";
  readonly key: string;
}

/** A file where AWS delivered it. */
export interface DeliveredFile extends FileOfTable {
  readonly kind: "delivered";
  /** Key in the folder's bucket. */
  readonly key: string;
  readonly folder: DeliveredFolder;
}

/**
 * Names new files of one table. A note is written once, under a unique name, and never
 * changed: nothing can be lost between reading and deleting it. The same file in two notes is harmless.
 */
export interface ArrivalNote {
  readonly key: string;
  readonly writtenAt: Date;
  readonly files: readonly NotedFile[];
}

export interface NotePorts {
  readonly store: ObjectStore;
  readonly clock: Clock;
}

/** Files in one note: a note, and the work to repeat after a crash, stay small. */
export const FILES_PER_NOTE = 100;
const READS_AT_ONCE = 32;
/**
 * Hash of a note's content: two notes of the same time have the same name only if their content is the same.
 */
const HASH_DIGITS = 16;

/** Files of versions without files as delivered have no `delivered`. */
export const fileSchema = z.strictObject({
  key: z.string(),
  size: z.optional(z.number()),
  source: z.optional(z.string()),
  dt: z.string(),
  hour: z.string(),
  /** The folder of a file as delivered; its time is the first hour, `YYYY-MM-DDTHH`. */
  delivered: z.optional(
    z.strictObject({
      source: z.string(),
      bucket: z.string(),
      prefix: z.string(),
      folder: z.string(),
      time: z.string(),
    }),
  ),
});
const noteSchema = z.strictObject({ files: z.array(fileSchema) });

/** Writes notes of files that are where they are read: for each table, one note per hundred files. */
export async function noteArrivals(
  { store, clock }: NotePorts,
  bucket: string,
  files: readonly NotedFile[],
): Promise<void> {
  const stamp = clock.now().toISOString().replace(/[-:.]/g, "");
  for (const table of new Set(files.map(({ partition }) => partition.table))) {
    const ofTable = files.filter(({ partition }) => partition.table === table);
    for (let start = 0; start < ofTable.length; start += FILES_PER_NOTE) {
      const body = noteBody(ofTable.slice(start, start + FILES_PER_NOTE));
      const hash = createHash("sha256").update(body).digest("hex").slice(0, HASH_DIGITS);
      // Names sort by time, so that the oldest notes come first in a listing.
      await store.put({ bucket, key: `${ARRIVALS_PREFIX}${table}/${stamp}-${hash}.json` }, body);
    }
  }
}

const noteBody = (files: readonly NotedFile[]): string => JSON.stringify({ files: files.map(noteEntry) });

/** A file in the form of notes, and of the reasons next to rejected files. */
export function noteEntry(file: NotedFile): z.output<typeof fileSchema> {
  const { key, size, partition } = file;
  return {
    key,
    ...(size === undefined ? {} : { size }),
    ...(partition.source === undefined ? {} : { source: partition.source }),
    ...partitionValuesOf(partition.hour),
    ...(file.kind === "moved" ? {} : { delivered: folderEntry(file.folder) }),
  };
}

const folderEntry = ({ source, bucket, prefix, folder, time }: DeliveredFolder) => ({
  source,
  bucket,
  prefix,
  folder,
  time: hourText(time),
});

/**
 * Reads the notes of a table, oldest first.
 *
 * @param limit maximum number of notes to read
 * @param onUnknown called with the key of an object that is not a note: it is not changed
 * @returns the notes, and the number of notes not read
 */
export async function readNotes(
  store: ObjectStore,
  bucket: string,
  table: PartitionedTable,
  limit: number,
  onUnknown: (key: string) => void,
): Promise<{ readonly notes: readonly ArrivalNote[]; readonly more: number }> {
  const listed: { readonly key: string; readonly writtenAt: Date }[] = [];
  let more = 0;
  for await (const { key, writtenAt } of store.list(bucket, `${ARRIVALS_PREFIX}${table.table}/`)) {
    if (listed.length < limit) listed.push({ key, writtenAt });
    else more++;
  }
  const notes = await pLimit(READS_AT_ONCE).map(listed, async ({ key, writtenAt }) => {
    const body = (await store.read({ bucket, key }))?.body;
    // Another run has already consumed the note.
    if (body === undefined) return [];
    const files = parseNote(table, body);
    if (files) return [{ key, writtenAt, files }];
    onUnknown(key);
    return [];
  });
  return { notes: notes.flat(), more };
}

/** All notes of some tables; other objects are skipped. */
export async function allNotes(
  store: ObjectStore,
  bucket: string,
  tables: readonly PartitionedTable[],
): Promise<readonly ArrivalNote[]> {
  const ofTables = await Promise.all(
    tables.map((table) => readNotes(store, bucket, table, Number.POSITIVE_INFINITY, () => undefined)),
  );
  return ofTables.flatMap(({ notes }) => notes);
}

/** Notes of a partition's files. */
export interface Noted {
  readonly partition: Partition;
  /** When the last note was written. */
  readonly notedAt: Date;
}

/** The partitions of noted files, by their paths. */
export function notedPartitions(notes: readonly ArrivalNote[]): Map<string, Noted> {
  const noted = new Map<string, Noted>();
  for (const { files, writtenAt } of notes) {
    for (const partition of partitionsOf(files)) {
      const path = partitionPath(partition);
      const before = noted.get(path)?.notedAt ?? writtenAt;
      noted.set(path, { partition, notedAt: before > writtenAt ? before : writtenAt });
    }
  }
  return noted;
}

/**
 * @returns the files, without those of folders that are not read as delivered any more; `undefined` if the text is
 * not a note of `noteArrivals` for the table's partition keys
 */
function parseNote(table: PartitionedTable, body: string): readonly NotedFile[] | undefined {
  const note = jsonAs(noteSchema, body);
  const files = note?.files.flatMap((entry) => parseEntry(table.table, entry) ?? []);
  if (files === undefined || files.length !== note?.files.length) return undefined;
  if (!files.every(({ partition }) => isPartitionOf(table, partition))) return undefined;
  return files.filter((file) => file.kind === "moved" || isReadAsDelivered(table, file.folder));
}

/** Parses the result of `noteEntry` for a table; `undefined` if the key is not in the partition or folder. */
export function parseEntry(table: string, entry: z.output<typeof fileSchema>): NotedFile | undefined {
  const { key, size, source, dt, hour: hourOfDay, delivered } = entry;
  const hour = parseHour(`${dt}T${hourOfDay}`);
  if (hour === undefined) return undefined;
  const partition = { table, hour, ...(source === undefined ? {} : { source }) };
  const file = { key, partition, ...(size === undefined ? {} : { size }) };
  if (!delivered) return key.startsWith(rawPrefixOf(partition)) ? { kind: "moved", ...file } : undefined;
  const time = parseHour(delivered.time);
  if (time === undefined) return undefined;
  const folder = { ...delivered, table, time };
  const prefix = folderPrefixOf(folder);
  return prefix !== undefined && key.startsWith(prefix) ? { kind: "delivered", ...file, folder } : undefined;
}

/** Start of the keys in a folder; `undefined` if the files of the format are never read as delivered. */
function folderPrefixOf(folder: DeliveredFolder): string | undefined {
  const layout = Object.values(FORMATS).find(({ table }) => table === folder.table)?.delivered;
  return layout?.kind === "folders" ? deliveredPrefixOf(layout, folder) : undefined;
}

/** The distinct partitions of moved files. */
export const movedPartitions = (files: readonly NotedFile[]): Partition[] =>
  partitionsOf(files.filter(({ kind }) => kind === "moved"));

/** The distinct folders of files as delivered. */
export const deliveredFolders = (files: readonly NotedFile[]): DeliveredFolder[] =>
  distinctFolders(files.flatMap((file) => (file.kind === "delivered" ? [file.folder] : [])));

/** The distinct partitions of files, by the hours of their names. */
export const partitionsOf = (files: readonly NotedFile[]): Partition[] => [
  ...new Map(files.map(({ partition }) => [rawPrefixOf(partition), partition])).values(),
];

/** The partition of an older version's marker; `undefined` if the key is not a marker. */
const parseMarkerKey = (key: string): Partition | undefined =>
  key.startsWith(TOUCHED_PREFIX) ? parsePartitionPath(key.slice(TOUCHED_PREFIX.length)) : undefined;

/**
 * Replaces the markers of older versions by notes of the files in their partitions.
 *
 * @param onUnknown called with keys below `_touched/` that are not markers: they are not changed
 */
export async function replaceMarkers(
  ports: NotePorts,
  bucket: string,
  onUnknown: (key: string) => void,
): Promise<void> {
  const { store } = ports;
  for await (const { key } of store.list(bucket, TOUCHED_PREFIX)) {
    const partition = parseMarkerKey(key);
    if (!partition) {
      onUnknown(key);
      continue;
    }
    await noteArrivals(ports, bucket, await filesIn(store, bucket, partition));
    await store.deleteAll(bucket, [key]);
  }
}

/** A file below `raw/`; `undefined` if its key is in no partition. */
export function movedFileAt(key: string): MovedFile | undefined {
  const partition = parsePartitionPath(key.slice(RAW_PREFIX.length, key.lastIndexOf("/")));
  return partition && { kind: "moved", key, partition };
}

/** The moved files in a partition. */
export async function filesIn(
  store: ObjectStore,
  bucket: string,
  partition: Partition,
): Promise<readonly MovedFile[]> {
  const files: MovedFile[] = [];
  for await (const { key, size } of store.list(bucket, rawPrefixOf(partition)))
    files.push({ kind: "moved", key, size, partition });
  return files;
}
