import pLimit from "p-limit";
import { FORMATS } from "../../formats";
import type { SkipReason } from "../../formats/object-kind";
import { MINUTE_MS } from "../../formats/time";
import { type MovedFile, noteArrivals } from "./arrival-notes";
import { messageOf, type OperationError, RetryableError } from "./errors";
import { type ArrivedObject, planMove, type TargetNames } from "./move-plan";
import type { Clock, ObjectBytes, ObjectStore } from "./ports";
import { reasonKeyOf } from "./rejected-files";
import type { Source } from "./source";
import { type HasTimeFor, writeText } from "./write-text";

export interface MoveConfig {
  readonly sources: readonly Source[];
  /**
   * Bucket that logs are delivered to: objects of other buckets, whose events were sent here by mistake, are skipped.
   *
   * @default - objects of all buckets are moved
   */
  readonly landingBucket?: string;
  /** Target bucket; may be the bucket that the objects are in. */
  readonly targetBucket: string;
  readonly names: TargetNames;
  readonly keepOriginals: boolean;
  /**
   * When the pipeline's configuration was written: an earlier version of the function, which had other names, may have
   * moved objects that were delivered before.
   *
   * @default - no object was moved by an earlier version
   */
  readonly configuredAt?: Date;
  /**
   * When to stop starting copies; the remaining objects are `postponed`.
   *
   * @default - no limit: all objects are moved
   */
  readonly deadline?: Date;
}

/** Outcome for one object. */
export type MoveOutcome =
  | {
      readonly kind: "moved";
      /** False if an earlier try moved it. */
      readonly isNew: boolean;
      readonly source: Source;
    }
  | {
      readonly kind: "skipped";
      readonly reason: SkipReason;
      /** What the reason does not say. */
      readonly detail?: string;
    }
  | { readonly kind: "failed"; readonly error: OperationError }
  /** Not started, because time was up. It must be delivered again. */
  | { readonly kind: "postponed" };

export interface MovePorts {
  readonly store: ObjectStore;
  /**
   * Set if only the raw table reads the files: a Parquet file, and a file whose header names another order, is then written as
   * JSON.
   *
   * @default - all files are copied as they are
   */
  readonly bytes?: ObjectBytes;
  readonly clock: Clock;
}

/** Concurrent copies. More do not help: the CPU that signs requests is the limit, not latency. */
export const COPY_CONCURRENCY = 32;
/**
 * Objects that are copied, noted and deleted together: finished chunks are not repeated if the function is
 * stopped.
 */
export const CHUNK_SIZE = 100;

/**
 * Moves a batch of objects to their Hive-style keys. While a chunk is copied, the previous one is noted and
 * deleted.
 *
 * The order of the steps ensures that a crash never loses a file or hides it from the tables: every copy of a
 * chunk is confirmed, then the files are noted, and only then the originals are deleted. The original exists
 * until the last step, so when the event is delivered again, the other steps are repeated.
 *
 * @returns the outcomes, in the order of the objects; a failed or postponed object must be delivered again
 */
export async function moveObjects(
  ports: MovePorts,
  config: MoveConfig,
  objects: readonly ArrivedObject[],
): Promise<readonly MoveOutcome[]> {
  const limit = pLimit(COPY_CONCURRENCY);
  const hasTimeFor = writingTime(ports, config);
  const starts = Array.from(
    { length: Math.ceil(objects.length / CHUNK_SIZE) },
    (_, index) => index * CHUNK_SIZE,
  );
  const chunks = starts.map(async (start) => {
    const chunk = objects.slice(start, start + CHUNK_SIZE);
    const copies = chunk.map((object) =>
      limit(() => (timeLeft(ports, config) > 0 ? copyObject(ports, config, object, hasTimeFor) : POSTPONED)),
    );
    return noteAndDelete(ports, config, chunk, await Promise.all(copies));
  });
  return (await Promise.all(chunks)).flat();
}

/** Milliseconds until the deadline. */
const timeLeft = ({ clock }: MovePorts, { deadline }: MoveConfig): number =>
  deadline === undefined ? Number.POSITIVE_INFINITY : deadline.getTime() - clock.now().getTime();

/** Bytes of packed lines that the function writes as JSON in a millisecond, at least: see `npm run bench -- rewrite`. */
const BYTES_PER_MS = 500;

/**
 * Makes a function that says if there is time to write the lines of a file. The first one is always tried: no other run
 * would have more time for it. A file that would not end in time would be written again with all others of its chunk.
 */
function writingTime(ports: MovePorts, config: MoveConfig): HasTimeFor {
  let isFirst = true;
  return (size) => {
    const needed = isFirst ? 0 : size / BYTES_PER_MS;
    isFirst = false;
    return timeLeft(ports, config) > needed;
  };
}

async function noteAndDelete(
  ports: MovePorts,
  config: MoveConfig,
  objects: readonly ArrivedObject[],
  copies: readonly Copy[],
): Promise<readonly MoveOutcome[]> {
  const noteError = await note(ports, config.targetBucket, copies);
  const noted = copies.map((copy) => (copy.file ? failIf(copy, noteError) : copy));
  if (config.keepOriginals) return noted.map(({ outcome }) => outcome);
  const undeleted = await deleteOriginals(ports.store, objects, noted);
  return noted.map((copy, index) => failIf(copy, undeleted.get(locationText(objects[index]))).outcome);
}

interface Copy {
  readonly outcome: MoveOutcome;
  /** Set if the object is at its target now. */
  readonly file?: MovedFile;
}

async function copyObject(
  ports: MovePorts,
  config: MoveConfig,
  object: ArrivedObject,
  hasTimeFor: HasTimeFor,
): Promise<Copy> {
  const { store } = ports;
  const isForeign = config.landingBucket !== undefined && object.bucket !== config.landingBucket;
  if (isForeign) return { outcome: { kind: "skipped", reason: "unmatched-key" } };
  const plan = planMove(config.sources, config.names, object, config.targetBucket);
  if (plan.kind === "skip") return { outcome: { kind: "skipped", reason: plan.reason } };
  const { partition, source, key, earlierKeys } = plan;
  const target = { bucket: config.targetBucket, key };
  const file: MovedFile = {
    kind: "moved",
    key,
    partition,
    ...(object.size === undefined ? {} : { size: object.size }),
  };
  /** What an earlier try moved: after a duplicate event, or one delivered again after a crash. */
  const movedTo = async (keys: readonly string[]): Promise<Copy | undefined> => {
    const moved = { kind: "moved", isNew: false, source } as const;
    for (const known of keys) {
      if (await store.exists({ bucket: target.bucket, key: known }))
        return { outcome: moved, file: { ...file, key: known } };
      // The engine could not read the file, and the move to `rejected/` was completed.
      if (await store.exists({ bucket: target.bucket, key: reasonKeyOf(known) })) return { outcome: moved };
    }
    return undefined;
  };
  const missing = async (): Promise<Copy> => {
    const message = `${locationText(object)} is missing, and also missing at ${target.key}`;
    return (await movedTo([key])) ?? failed(new RetryableError("SOURCE_MISSING", message));
  };
  try {
    // A second copy below `raw/` would double the rows of the text table.
    const earlier = mayBeMoved(object, config) ? await movedTo(earlierKeys) : undefined;
    if (earlier) return earlier;
    const format = FORMATS[source.format];
    const written = await writeText(ports, format, object, target, hasTimeFor);
    const isNew = { kind: "moved", isNew: true, source } as const;
    switch (written.kind) {
      case "copy":
        return { outcome: isNew, file };
      case "lines":
        return { outcome: isNew, file: { ...file, size: written.bytes } };
      case "unreadable":
        return { outcome: unreadable(written.why) };
      case "postponed":
        return POSTPONED;
      case "source-missing":
        return await missing();
    }
  } catch (cause) {
    return failed(
      new RetryableError("STORE_FAILED", `${locationText(object)}: copy failed: ${messageOf(cause)}`, {
        cause,
      }),
    );
  }
}

const unreadable = (why: string): MoveOutcome => ({
  kind: "skipped",
  reason: "unmatched-key",
  detail: `the Parquet file cannot be read: ${why}; put an intact copy in its place, or read it with access-logs ingest`,
});

/** Until then after its configuration is written, a deployment has started the new version of the function. */
const DEPLOYMENT_MS = 15 * MINUTE_MS;

/** True if an earlier version of the function may have copied the object, to a key that it would not have now. */
const mayBeMoved = ({ deliveredAt }: ArrivedObject, { configuredAt }: MoveConfig): boolean =>
  configuredAt !== undefined &&
  (deliveredAt === undefined || deliveredAt.getTime() < configuredAt.getTime() + DEPLOYMENT_MS);

const POSTPONED: Copy = { outcome: { kind: "postponed" } };
const failed = (error: OperationError): Copy => ({ outcome: { kind: "failed", error } });
const failIf = (copy: Copy, error: OperationError | undefined): Copy => (error ? failed(error) : copy);
const locationText = (object: ArrivedObject | undefined): string => `${object?.bucket}/${object?.key}`;

/** @returns the error if the files could not be noted */
async function note(
  ports: MovePorts,
  bucket: string,
  copies: readonly Copy[],
): Promise<OperationError | undefined> {
  const files = copies.flatMap(({ file }) => (file ? [file] : []));
  try {
    await noteArrivals(ports, bucket, files);
    return undefined;
  } catch (cause) {
    const message = `${bucket}: ${files.length} files were copied, but their arrival note was not written: ${messageOf(cause)}`;
    return new RetryableError("STORE_FAILED", message, { cause });
  }
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
