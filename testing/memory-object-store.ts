import { createHash } from "node:crypto";
import type { ObjectLocation, ObjectStore } from "../handlers/core/ports";

export interface MemoryObject {
  readonly body: string;
  readonly etag: string;
  readonly writtenAt: Date;
}

/**
 * Objects in memory, with S3's rules, for tests and the simulation.
 *
 * @param now default: the system's clock
 * @param objects storage, by bucket and key with a slash between them; callers can inspect it
 */
export function memoryObjectStore(
  now = () => new Date(),
  objects = new Map<string, MemoryObject>(),
): ObjectStore {
  const pathOf = ({ bucket, key }: ObjectLocation) => `${bucket}/${key}`;
  const etagOf = (body: string) => createHash("md5").update(body).digest("hex");
  const write = (location: ObjectLocation, body: string) =>
    objects.set(pathOf(location), { body, etag: etagOf(body), writtenAt: now() });
  return {
    read: async (location) => {
      const object = objects.get(pathOf(location));
      return object === undefined ? undefined : { body: object.body, etag: object.etag };
    },
    putIfAbsent: async (location, body) => {
      if (objects.has(pathOf(location))) return undefined;
      write(location, body);
      return etagOf(body);
    },
    copy: async (source, target) => {
      const object = objects.get(pathOf(source));
      if (object === undefined) return "source-missing";
      write(target, object.body);
      return "copied";
    },
    exists: async (location) => objects.has(pathOf(location)),
    put: async (location, body) => {
      write(location, body);
    },
    async *list(bucket, prefix) {
      const start = pathOf({ bucket, key: prefix });
      for (const path of [...objects.keys()].filter((name) => name.startsWith(start)).sort()) {
        const object = objects.get(path);
        if (object === undefined) continue;
        const { body, etag, writtenAt } = object;
        const size = Buffer.byteLength(body);
        yield { key: path.slice(bucket.length + 1), size, etag, writtenAt };
      }
    },
    deleteAll: async (bucket, keys) => {
      for (const key of keys) objects.delete(pathOf({ bucket, key }));
      return new Map();
    },
  };
}
