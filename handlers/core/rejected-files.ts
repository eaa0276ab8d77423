import * as z from "zod/mini";
import { parsePartitionPath, RAW_PREFIX, REJECTED_PREFIX } from "../../formats/partition-layout";
import { type NotePorts, noteArrivals } from "./arrival-notes";
import { jsonAs } from "./json";
import type { ObjectStore } from "./ports";

const rejectionSchema = z.object({
  /** Key of the file before, below `raw/`. */
  key: z.string().check(z.startsWith(RAW_PREFIX)),
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
  /** Key of the file before, below `raw/`. */
  readonly key: string;
  /** Key of the file now, below `rejected/`. */
  readonly rejectedKey: string;
  readonly reason: string;
  /** True if the file was replaced since the engine could not read it. */
  readonly isReplaced: boolean;
}

const REASON_SUFFIX = ".reason.json";
const UNKNOWN_REASON = "the reason next to the file is missing";

/** `rejected/<as below raw/>`: key of a file that the engine cannot read. */
export const rejectedKeyOf = (key: string): string => REJECTED_PREFIX + key.slice(RAW_PREFIX.length);
export const reasonKeyOf = (key: string): string => rejectedKeyOf(key) + REASON_SUFFIX;

/**
 * Moves a file that the engine cannot read to `rejected/`, unchanged, so that the commit and the text tables
 * continue without it. It can be repeated at any time: the original is deleted last.
 *
 * @returns false if the file no longer exists
 */
export async function setAside(
  { store, clock }: NotePorts,
  bucket: string,
  key: string,
  reason: string,
): Promise<boolean> {
  const target = rejectedKeyOf(key);
  if ((await store.copy({ bucket, key }, { bucket, key: target })) === "source-missing") return false;
  const rejection: Rejection = {
    key,
    reason,
    etag: await etagOf(store, bucket, target),
    rejectedAt: clock.now().toISOString(),
  };
  await store.put({ bucket, key: reasonKeyOf(key) }, JSON.stringify(rejection));
  await deleteOrFail(store, bucket, [key]);
  return true;
}

/** The rejected files, in key order. */
export async function rejectedFiles(store: ObjectStore, bucket: string): Promise<RejectedFile[]> {
  const files: RejectedFile[] = [];
  for await (const { key: rejectedKey, etag } of store.list(bucket, REJECTED_PREFIX)) {
    if (rejectedKey.endsWith(REASON_SUFFIX)) continue;
    const key = RAW_PREFIX + rejectedKey.slice(REJECTED_PREFIX.length);
    const rejection = jsonAs(
      rejectionSchema,
      (await store.read({ bucket, key: reasonKeyOf(key) }))?.body ?? "",
    );
    files.push({
      key,
      rejectedKey,
      reason: rejection?.reason ?? UNKNOWN_REASON,
      isReplaced: rejection !== undefined && rejection.etag !== etag,
    });
  }
  return files;
}

/**
 * Moves a file back to `raw/` and notes it, so that the next commit reads it again.
 *
 * @throws Error if the key is not in a partition
 */
export async function takeBack(
  ports: NotePorts,
  bucket: string,
  { key, rejectedKey }: RejectedFile,
): Promise<void> {
  const { store } = ports;
  const partition = parsePartitionPath(key.slice(RAW_PREFIX.length, key.lastIndexOf("/")));
  if (!partition) throw new Error(`${rejectedKey} is in no partition`);
  await store.copy({ bucket, key: rejectedKey }, { bucket, key });
  await noteArrivals(ports, bucket, [{ kind: "moved", key, partition }]);
  await deleteOrFail(store, bucket, [rejectedKey, reasonKeyOf(key)]);
}

async function deleteOrFail(store: ObjectStore, bucket: string, keys: readonly string[]): Promise<void> {
  for (const [key, reason] of await store.deleteAll(bucket, keys))
    throw new Error(`${key}: copied, but not deleted: ${reason}`);
}

async function etagOf(store: ObjectStore, bucket: string, key: string): Promise<string> {
  for await (const object of store.list(bucket, key)) if (object.key === key) return object.etag;
  return "";
}
