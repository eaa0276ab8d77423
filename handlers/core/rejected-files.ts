import * as z from "zod/mini";
import { formatOfTable } from "../../formats";
import { identityOfPath } from "../../formats/file-identity";
import { RAW_PREFIX, REJECTED_PREFIX } from "../../formats/partition-layout";
import {
  type DeliveredFile,
  fileSchema,
  movedFileAt,
  type NotedFile,
  type NotePorts,
  noteArrivals,
  noteEntry,
  parseEntry,
} from "./arrival-notes";
import { jsonAs } from "./json";
import { movedKeysOf } from "./move-plan";
import type { ObjectLocation, ObjectStore } from "./ports";

const rejectionSchema = z.object({
  /** Key of the file before: below `raw/`, or where AWS delivered it. */
  key: z.string(),
  /** Set for a file as delivered, which is also still there. */
  delivered: z.optional(z.object({ table: z.string(), file: fileSchema })),
  /** The engine's message. */
  reason: z.string(),
  /** Changes with the content: shows whether the file was replaced later. */
  etag: z.string(),
  /** ISO 8601. */
  rejectedAt: z.string(),
});
/** Why a file was rejected: content of the object next to it. */
type Rejection = z.output<typeof rejectionSchema>;

/** A rejected file, in its current state. */
export interface RejectedFile {
  /** Key of the file before: below `raw/`, or where AWS delivered it. */
  readonly key: string;
  /** Key of the file now, below `rejected/`. */
  readonly rejectedKey: string;
  readonly reason: string;
  /** True if the file was replaced since the engine could not read it. */
  readonly isReplaced: boolean;
  /** Set for a file as delivered: it is replaced there. */
  readonly original?: ObjectLocation;
}

const REASON_SUFFIX = ".reason.json";
const UNKNOWN_REASON = "the reason next to the file is missing";

/** `rejected/<as below raw/>`: key of a moved file that the engine cannot read. */
export const rejectedKeyOf = (key: string): string => REJECTED_PREFIX + key.slice(RAW_PREFIX.length);
/** The key of a file before it was moved to `rejected/`. */
export const movedKeyOf = (rejectedKey: string): string =>
  RAW_PREFIX + rejectedKey.slice(REJECTED_PREFIX.length);
export const reasonKeyOf = (key: string): string => reasonNextTo(rejectedKeyOf(key));
/** Key of the reason of a file below `rejected/`. */
export const reasonNextTo = (rejectedKey: string): string => rejectedKey + REASON_SUFFIX;

const originalOf = ({ key, folder }: DeliveredFile): ObjectLocation => ({ bucket: folder.bucket, key });

/** Keys that a file can have below `raw/`: a file as delivered may have been moved before its source's layout changed. */
function movedKeys(file: NotedFile): readonly [string, ...string[]] {
  if (file.kind === "moved") return [file.key];
  return movedKeysOf(formatOfTable(file.partition.table), originalOf(file), file.partition);
}

/**
 * Moves a file that the engine cannot read to `rejected/`, unchanged, so that the commit and the text tables
 * continue without it. Of a file as delivered, it makes a copy: the original stays where AWS put it. It can be repeated
 * at any time: the moved file is deleted last.
 *
 * @returns false if the file no longer exists
 */
export async function setAside(
  { store, clock }: NotePorts,
  bucket: string,
  file: NotedFile,
  reason: string,
): Promise<boolean> {
  const { key } = file;
  const moved = movedKeys(file);
  const target = rejectedKeyOf(moved[0]);
  const source = file.kind === "moved" ? { bucket, key } : originalOf(file);
  if ((await store.copy(source, { bucket, key: target })) === "source-missing") return false;
  const rejection: Rejection = {
    key,
    ...(file.kind === "moved" ? {} : { delivered: { table: file.partition.table, file: noteEntry(file) } }),
    reason,
    etag: (await objectAt(store, { bucket, key: target }))?.etag ?? "",
    rejectedAt: clock.now().toISOString(),
  };
  await store.put({ bucket, key: reasonNextTo(target) }, JSON.stringify(rejection));
  await deleteOrFail(store, bucket, moved);
  return true;
}

/** Identities of the files of a table whose move to `rejected/` was completed. @param table default: all tables */
export async function rejectedIdentities(
  store: Pick<ObjectStore, "list">,
  bucket: string,
  table?: string,
): Promise<string[]> {
  const identities: string[] = [];
  for await (const { key } of store.list(
    bucket,
    REJECTED_PREFIX + (table === undefined ? "" : `${table}/`),
  )) {
    if (!key.endsWith(REASON_SUFFIX)) continue;
    const moved = movedKeyOf(key.slice(0, -REASON_SUFFIX.length));
    identities.push(identityOfPath(bucket, `s3://${bucket}/${moved}`));
  }
  return identities;
}

/** The rejected files, in key order. */
export async function rejectedFiles(store: ObjectStore, bucket: string): Promise<RejectedFile[]> {
  const files: RejectedFile[] = [];
  for await (const { key: rejectedKey, etag } of store.list(bucket, REJECTED_PREFIX)) {
    if (rejectedKey.endsWith(REASON_SUFFIX)) continue;
    const rejection = await readRejection(store, bucket, rejectedKey);
    const file = deliveredFileOf(rejection);
    files.push({
      key: file?.key ?? movedKeyOf(rejectedKey),
      rejectedKey,
      reason: rejection?.reason ?? UNKNOWN_REASON,
      isReplaced: rejection !== undefined && (await isReplaced(store, rejection, etag)),
      ...(file ? { original: originalOf(file) } : {}),
    });
  }
  return files;
}

/** @param etag of the file below `rejected/` */
async function isReplaced(store: ObjectStore, rejection: Rejection, etag: string): Promise<boolean> {
  const file = deliveredFileOf(rejection);
  if (!file) return rejection.etag !== etag;
  const original = await objectAt(store, originalOf(file));
  return original !== undefined && original.writtenAt > new Date(rejection.rejectedAt);
}

async function readRejection(
  store: ObjectStore,
  bucket: string,
  rejectedKey: string,
): Promise<Rejection | undefined> {
  const object = await store.read({ bucket, key: reasonNextTo(rejectedKey) });
  return jsonAs(rejectionSchema, object?.body ?? "");
}

function deliveredFileOf(rejection: Rejection | undefined): DeliveredFile | undefined {
  const delivered = rejection?.delivered;
  const file = delivered && parseEntry(delivered.table, delivered.file);
  return file?.kind === "delivered" ? file : undefined;
}

/**
 * Notes a file again, so that the next commit reads it; a moved file goes back to `raw/` before.
 *
 * @throws Error if the key is not in a partition
 */
export async function takeBack(
  ports: NotePorts,
  bucket: string,
  { key, rejectedKey, original }: RejectedFile,
): Promise<void> {
  const { store } = ports;
  const file = original ? deliveredFileOf(await readRejection(store, bucket, rejectedKey)) : movedFileAt(key);
  if (!file) throw new Error(`${rejectedKey} is in no partition`);
  if (file.kind === "moved") await store.copy({ bucket, key: rejectedKey }, { bucket, key });
  await noteArrivals(ports, bucket, [file]);
  await deleteOrFail(store, bucket, [rejectedKey, reasonNextTo(rejectedKey)]);
}

async function deleteOrFail(store: ObjectStore, bucket: string, keys: readonly string[]): Promise<void> {
  for (const [key, reason] of await store.deleteAll(bucket, keys))
    throw new Error(`${key}: copied, but not deleted: ${reason}`);
}

async function objectAt(store: ObjectStore, { bucket, key }: ObjectLocation) {
  for await (const object of store.list(bucket, key)) if (object.key === key) return object;
  return undefined;
}
