import type { ObjectStore, PagedListing, StoredText } from "../handlers/core/ports";
import { memoryObjectStore } from "../testing/memory-object-store";
import type { Faults, Invocation } from "./faults";
import type { Scheduler } from "./scheduler";

/** S3 with its rules: every call is atomic and visible to all later calls. */
export interface Buckets {
  /** By bucket and key, with a slash between them. */
  readonly objects: ReadonlyMap<string, StoredText>;
  /** What is delivered from outside: that does not fail. */
  put: ObjectStore["put"];
  /** The port as one invocation sees it: its calls can fail. */
  seenBy(invocation: Invocation): ObjectStore & PagedListing;
}

const REFUSAL = "SlowDown";
const KEY_NOT_DELETED_RATE = 0.05;

export function createBuckets(faults: Faults, scheduler: Scheduler): Buckets {
  const objects = new Map<string, StoredText>();
  const store = memoryObjectStore(() => new Date(scheduler.now()), objects);

  const all = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
    const result: Item[] = [];
    for await (const item of items) result.push(item);
    return result;
  };
  const deleteAll = async (bucket: string, keys: readonly string[]) => {
    const kept = keys.filter(() => faults.strikes("key not deleted", KEY_NOT_DELETED_RATE));
    await store.deleteAll(
      bucket,
      keys.filter((key) => !kept.includes(key)),
    );
    return new Map(kept.map((key) => [key, "InternalError: try again"]));
  };

  const seenBy = ({ call }: Invocation): ObjectStore & PagedListing => ({
    copy: (source, target) => call(`copy ${source.key}`, REFUSAL, () => store.copy(source, target)),
    exists: (location) => call(`head ${location.key}`, REFUSAL, () => store.exists(location)),
    put: (location, body) => call(`put ${location.key}`, REFUSAL, () => store.put(location, body)),
    putIfAbsent: (location, body) =>
      call(`put ${location.key} if absent`, REFUSAL, () => store.putIfAbsent(location, body)),
    read: (location) => call(`get ${location.key}`, REFUSAL, () => store.read(location)),
    async *list(bucket, prefix) {
      yield* await call(`list ${prefix}`, REFUSAL, () => all(store.list(bucket, prefix)));
    },
    async *objectPages(bucket, prefix, after) {
      yield* await call(`list ${prefix} after ${after}`, REFUSAL, () =>
        all(store.objectPages(bucket, prefix, after)),
      );
    },
    async *prefixPages(bucket, prefix, delimiter) {
      yield* await call(`list prefixes of ${prefix}`, REFUSAL, () =>
        all(store.prefixPages(bucket, prefix, delimiter)),
      );
    },
    deleteAll: (bucket, keys) => call(`delete ${keys.join(" ")}`, REFUSAL, () => deleteAll(bucket, keys)),
  });
  return { objects, put: store.put, seenBy };
}
