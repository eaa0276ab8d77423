import { createHash } from "node:crypto";
import pLimit from "p-limit";
import * as z from "zod/mini";
import { parseHour, partitionValuesOf } from "../../formats/hour";
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
import { isPartitionOf, type PartitionedTable } from "./partitioned-table";
import type { Clock, ObjectStore } from "./ports";

/** A file below `raw/` that may not be committed yet. */
export interface NotedFile {
  readonly key: string;
  /** Bytes, if the event said so. */
  readonly size?: number;
  readonly partition: Partition;
}

/**
 * Names files of one table that arrived below `raw/`. A note is written once, under a unique name, and never
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

const noteSchema = z.strictObject({
  files: z.array(
    z.strictObject({
      key: z.string().check(z.startsWith(RAW_PREFIX)),
      size: z.optional(z.number()),
      source: z.optional(z.string()),
      dt: z.string(),
      hour: z.string(),
    }),
  ),
});

/** Writes notes of files that are at their targets: for each table, one note per hundred files. */
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

const noteBody = (files: readonly NotedFile[]): string =>
  JSON.stringify({
    files: files.map(({ key, size, partition: { source, hour } }) => ({
      key,
      size,
      source,
      ...partitionValuesOf(hour),
    })),
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
 * @returns the files; `undefined` if the text is not a note of `noteArrivals` for the table's partition keys
 */
function parseNote(table: PartitionedTable, body: string): readonly NotedFile[] | undefined {
  const note = jsonAs(noteSchema, body);
  if (!note) return undefined;
  const files = note.files.flatMap(({ key, size, source, dt, hour: hourText }): NotedFile[] => {
    const hour = parseHour(`${dt}T${hourText}`);
    if (hour === undefined) return [];
    const partition = { table: table.table, hour, ...(source === undefined ? {} : { source }) };
    return isPartitionOf(table, partition) && key.startsWith(rawPrefixOf(partition))
      ? [{ key, partition, ...(size === undefined ? {} : { size }) }]
      : [];
  });
  return files.length === note.files.length ? files : undefined;
}

/** The distinct partitions of files. */
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

/** The files in a partition. */
export async function filesIn(
  store: ObjectStore,
  bucket: string,
  partition: Partition,
): Promise<readonly NotedFile[]> {
  const files: NotedFile[] = [];
  for await (const { key, size } of store.list(bucket, rawPrefixOf(partition)))
    files.push({ key, size, partition });
  return files;
}
