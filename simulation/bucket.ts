import { createHash } from "node:crypto";
import type { ObjectLocation, ObjectStore, StoredObject } from "../handlers/core/ports";
import type { Faults, Invocation } from "./faults";
import type { Scheduler } from "./scheduler";

/** S3 with its rules: every call is atomic and visible to all later calls. */
export interface Buckets {
  readonly objects: Map<string, string>;
  /** The port for one invocation: its calls can fail. */
  seenBy(invocation: Invocation): ObjectStore;
}

const pathOf = ({ bucket, key }: ObjectLocation): string => `${bucket}/${key}`;
const etagOf = (body: string): string => createHash("md5").update(body).digest("hex");
const REFUSAL = "SlowDown";
const KEY_NOT_DELETED_RATE = 0.05;

export function createBuckets(faults: Faults, scheduler: Scheduler): Buckets {
  const objects = new Map<string, string>();
  /** Write times of objects that were put; those of other objects are not needed. */
  const times = new Map<string, number>();

  const copy = (source: ObjectLocation, target: ObjectLocation) => {
    const body = objects.get(pathOf(source));
    if (body === undefined) return "source-missing" as const;
    objects.set(pathOf(target), body);
    return "copied" as const;
  };
  const list = (bucket: string, prefix: string): StoredObject[] =>
    [...objects]
      .filter(([path]) => path.startsWith(pathOf({ bucket, key: prefix })))
      .map(([path, body]) => ({
        key: path.slice(bucket.length + 1),
        size: body.length,
        etag: etagOf(body),
        writtenAt: new Date(times.get(path) ?? scheduler.now()),
      }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  const put = (location: ObjectLocation, body: string) => {
    objects.set(pathOf(location), body);
    times.set(pathOf(location), scheduler.now());
  };
  const deleteAll = (bucket: string, keys: readonly string[]) => {
    const failures = new Map<string, string>();
    for (const key of keys) {
      if (faults.strikes("key not deleted", KEY_NOT_DELETED_RATE))
        failures.set(key, "InternalError: try again");
      else objects.delete(pathOf({ bucket, key }));
    }
    return failures;
  };
  const putIfAbsent = (location: ObjectLocation, body: string) => {
    if (objects.has(pathOf(location))) return undefined;
    objects.set(pathOf(location), body);
    return etagOf(body);
  };
  const read = (location: ObjectLocation) => {
    const body = objects.get(pathOf(location));
    return body === undefined ? undefined : { body, etag: etagOf(body) };
  };

  const seenBy = ({ call }: Invocation): ObjectStore => ({
    copy: (source, target) => call(`copy ${source.key}`, REFUSAL, () => copy(source, target)),
    exists: (location) => call(`head ${location.key}`, REFUSAL, () => objects.has(pathOf(location))),
    put: (location, body) => call(`put ${location.key}`, REFUSAL, () => put(location, body)),
    putIfAbsent: (location, body) =>
      call(`put ${location.key} if absent`, REFUSAL, () => putIfAbsent(location, body)),
    read: (location) => call(`get ${location.key}`, REFUSAL, () => read(location)),
    async *list(bucket, prefix) {
      yield* await call(`list ${prefix}`, REFUSAL, () => list(bucket, prefix));
    },
    deleteAll: (bucket, keys) => call(`delete ${keys.join(" ")}`, REFUSAL, () => deleteAll(bucket, keys)),
  });
  return { objects, seenBy };
}
