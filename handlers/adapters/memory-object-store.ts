import { createHash } from "node:crypto";
import type { ObjectLocation, ObjectStore } from "../core/ports";

/** Objects in memory, with S3's rules: for tests of the core, and for simulating it. */
export function memoryObjectStore(): ObjectStore {
  const bodies = new Map<string, string>();
  const pathOf = ({ bucket, key }: ObjectLocation) => `${bucket}/${key}`;
  const etagOf = (body: string) => createHash("md5").update(body).digest("hex");
  return {
    read: async (location) => {
      const body = bodies.get(pathOf(location));
      return body === undefined ? undefined : { body, etag: etagOf(body) };
    },
    putIfAbsent: async (location, body) => {
      if (bodies.has(pathOf(location))) return undefined;
      bodies.set(pathOf(location), body);
      return etagOf(body);
    },
    copy: async (source, target) => {
      const body = bodies.get(pathOf(source));
      if (body === undefined) return "source-missing";
      bodies.set(pathOf(target), body);
      return "copied";
    },
    exists: async (location) => bodies.has(pathOf(location)),
    put: async (location, body) => {
      bodies.set(pathOf(location), body);
    },
    async *list(bucket, prefix) {
      const start = pathOf({ bucket, key: prefix });
      for (const path of [...bodies.keys()].filter((name) => name.startsWith(start)).sort()) {
        const body = bodies.get(path);
        if (body === undefined) continue;
        yield { key: path.slice(bucket.length + 1), size: Buffer.byteLength(body), etag: etagOf(body) };
      }
    },
    deleteAll: async (bucket, keys) => {
      for (const key of keys) bodies.delete(pathOf({ bucket, key }));
      return new Map();
    },
    deleteIfUnchanged: async (location, etag) => {
      const body = bodies.get(pathOf(location));
      if (body !== undefined && etagOf(body) !== etag) return "changed";
      bodies.delete(pathOf(location));
      return "deleted";
    },
  };
}
