import { parsePartitionPath, RAW_PREFIX } from "../../formats/partition-layout";
import { type NotedFile, noteArrivals } from "../../handlers/core/arrival-notes";
import type { ObjectStore, StoredObject } from "../../handlers/core/ports";
import { memoryObjectStore } from "../../testing/memory-object-store";
import type { S3Server } from "../../testing/s3-server";

/** A file below `raw/`, in the form of a note. */
export function fileAt(key: string): NotedFile {
  const partition = parsePartitionPath(key.slice(RAW_PREFIX.length, key.lastIndexOf("/")));
  if (!partition) throw new Error(`${key} is in no partition`);
  return { kind: "moved", key, partition };
}

/** Puts the notes that the pipeline writes about files below `raw/`, with a time in the past. @returns their keys */
export const putNotes = (
  server: S3Server,
  bucket: string,
  keys: readonly string[],
  at = new Date(),
): Promise<string[]> => putNotesOf(server, bucket, keys.map(fileAt), at);

/** The same for any files. */
export async function putNotesOf(
  server: S3Server,
  bucket: string,
  files: readonly NotedFile[],
  at: Date,
): Promise<string[]> {
  const store = memoryObjectStore();
  const clock = { now: () => at, sleep: async () => undefined };
  await noteArrivals({ store, clock }, bucket, files);
  const notes = await objectsBelow(store, bucket, "");
  for (const { key } of notes) server.put(bucket, key, (await store.read({ bucket, key }))?.body ?? "", at);
  return notes.map(({ key }) => key);
}

/** Keys of the files in the text of a note. */
export const filesInNote = (text: string | undefined): string[] =>
  JSON.parse(text ?? '{"files":[]}').files.map(({ key }: { readonly key: string }) => key);

/** Keys of the files in all notes below a prefix, each once. */
export async function notedFiles(store: ObjectStore, bucket: string, prefix: string): Promise<string[]> {
  const files: string[] = [];
  for (const { key } of await objectsBelow(store, bucket, prefix))
    files.push(...filesInNote((await store.read({ bucket, key }))?.body));
  return [...new Set(files)].sort();
}

async function objectsBelow(store: ObjectStore, bucket: string, prefix: string): Promise<StoredObject[]> {
  const objects: StoredObject[] = [];
  for await (const object of store.list(bucket, prefix)) objects.push(object);
  return objects;
}
