import { randomUUID } from "node:crypto";
import pLimit from "p-limit";
import type { SkipReason } from "../../formats/object-kind";
import { markerKeyOf, type Partition } from "../../formats/partition-layout";
import { messageOf, type OperationError, RetryableError } from "./errors";
import { type ArrivedObject, planMove } from "./move-plan";
import type { Clock, ObjectStore } from "./ports";
import type { Source } from "./source";

export interface MoveConfig {
  readonly sources: readonly Source[];
  /** Bucket that the objects are moved to; may be the one they are in. */
  readonly targetBucket: string;
  readonly keepOriginals: boolean;
}

/** What became of one object. */
export type MoveOutcome =
  | {
      readonly kind: "moved";
      /** False if an earlier try had moved it. */
      readonly isNew: boolean;
      readonly source: Source;
    }
  | { readonly kind: "skipped"; readonly reason: SkipReason }
  | { readonly kind: "failed"; readonly error: OperationError };

/** Copies in flight at once. More do not help: the CPU that signs requests is the limit, not their latency. */
export const COPY_CONCURRENCY = 32;

/**
 * Moves a batch of objects to their Hive-style keys.
 *
 * The order of the steps is what keeps a crash between any two of them from losing a file or hiding it from the
 * tables: every copy is confirmed, then each partition that got files is marked as touched, and only then are the
 * originals deleted. Until the very end the original is there, so whoever delivers the event again repeats the rest.
 *
 * @returns the outcome of each object, in the order given; one that failed has to be delivered again
 */
export async function moveObjects(
  { store, clock }: { readonly store: ObjectStore; readonly clock: Clock },
  config: MoveConfig,
  objects: readonly ArrivedObject[],
): Promise<readonly MoveOutcome[]> {
  const limit = pLimit(COPY_CONCURRENCY);
  const copies = await Promise.all(objects.map((object) => limit(() => copyObject(store, config, object))));
  const failedMarkers = await touchPartitions(store, clock, config.targetBucket, copies);
  const marked = copies.map((copy) => failIf(copy, failedMarkers.get(partitionKeyOf(copy))));
  if (config.keepOriginals) return marked.map(({ outcome }) => outcome);
  const undeleted = await deleteOriginals(store, objects, marked);
  return marked.map((copy, index) => failIf(copy, undeleted.get(locationText(objects[index]))).outcome);
}

interface Copy {
  readonly outcome: MoveOutcome;
  /** Set if the object is at its target now. */
  readonly partition?: Partition;
}

async function copyObject(store: ObjectStore, config: MoveConfig, object: ArrivedObject): Promise<Copy> {
  const plan = planMove(config.sources, object);
  if (plan.kind === "skip") return { outcome: { kind: "skipped", reason: plan.reason } };
  const target = { bucket: config.targetBucket, key: plan.key };
  const { partition, source } = plan;
  try {
    if ((await store.copy(object, target)) === "copied")
      return { outcome: { kind: "moved", isNew: true, source }, partition };
    // A duplicate event, or one delivered again after a crash: the file is where it belongs already.
    if (await store.exists(target)) return { outcome: { kind: "moved", isNew: false, source }, partition };
    return failed(
      new RetryableError("SOURCE_MISSING", `${locationText(object)} is gone and not at ${target.key} either`),
    );
  } catch (cause) {
    return failed(
      new RetryableError("STORE_FAILED", `${locationText(object)}: copy failed: ${messageOf(cause)}`, {
        cause,
      }),
    );
  }
}

const failed = (error: OperationError): Copy => ({ outcome: { kind: "failed", error } });
const failIf = (copy: Copy, error: OperationError | undefined): Copy => (error ? failed(error) : copy);
const partitionKeyOf = ({ partition }: Copy): string => (partition ? markerKeyOf(partition) : "");
const locationText = (object: ArrivedObject | undefined): string => `${object?.bucket}/${object?.key}`;

/** @returns the errors of the markers that could not be written, by marker key */
async function touchPartitions(
  store: ObjectStore,
  clock: Clock,
  bucket: string,
  copies: readonly Copy[],
): Promise<ReadonlyMap<string, OperationError>> {
  const failures = new Map<string, OperationError>();
  const keys = new Set(copies.map(partitionKeyOf).filter((key) => key !== ""));
  // Unique, so that a marker written anew differs from the one a reader saw.
  const body = `${clock.now().toISOString()} ${randomUUID()}\n`;
  const limit = pLimit(COPY_CONCURRENCY);
  await limit.map(keys, async (key) => {
    try {
      await store.put({ bucket, key }, body);
    } catch (cause) {
      failures.set(
        key,
        new RetryableError("STORE_FAILED", `${bucket}/${key}: put failed: ${messageOf(cause)}`, { cause }),
      );
    }
  });
  return failures;
}

/** @returns the errors of the originals that could not be deleted, by bucket and key */
async function deleteOriginals(
  store: ObjectStore,
  objects: readonly ArrivedObject[],
  copies: readonly Copy[],
): Promise<ReadonlyMap<string, OperationError>> {
  const failures = new Map<string, OperationError>();
  const moved = objects.filter((_, index) => copies[index]?.outcome.kind === "moved");
  for (const bucket of new Set(moved.map((object) => object.bucket))) {
    const keys = [...new Set(moved.filter((object) => object.bucket === bucket).map(({ key }) => key))];
    for (const [key, reason] of await deleteKeys(store, bucket, keys)) {
      const location = locationText({ bucket, key });
      failures.set(
        location,
        new RetryableError("DELETE_FAILED", `${location}: copied, but not deleted: ${reason}`),
      );
    }
  }
  return failures;
}

async function deleteKeys(
  store: ObjectStore,
  bucket: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  try {
    return await store.deleteAll(bucket, keys);
  } catch (error) {
    return new Map(keys.map((key) => [key, messageOf(error)]));
  }
}
