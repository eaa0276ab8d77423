import { createHash } from "node:crypto";
import type {
  ObjectLocation,
  ObjectStore,
  PagedListing,
  StoredObject,
  StoredText,
} from "../handlers/core/ports";

/**
 * Objects in memory, with S3's rules, for tests and the simulation.
 *
 * @param now default: the system's clock
 * @param objects storage, by bucket and key with a slash between them; callers can inspect it
 */
export function memoryObjectStore(
  now = () => new Date(),
  objects = new Map<string, StoredText>(),
): ObjectStore & PagedListing {
  const pathOf = ({ bucket, key }: ObjectLocation) => `${bucket}/${key}`;
  const etagOf = (body: string) => createHash("md5").update(body).digest("hex");
  const write = (location: ObjectLocation, body: string) =>
    objects.set(pathOf(location), { body, etag: etagOf(body), writtenAt: now() });
  function* listed(bucket: string, prefix: string): Generator<StoredObject> {
    const start = pathOf({ bucket, key: prefix });
    for (const path of [...objects.keys()].filter((name) => name.startsWith(start)).sort(inOrder)) {
      const object = objects.get(path);
      if (object === undefined) continue;
      const { body, etag, writtenAt } = object;
      const size = Buffer.byteLength(body);
      yield { key: path.slice(bucket.length + 1), size, etag, writtenAt };
    }
  }
  return {
    read: async (location) => objects.get(pathOf(location)),
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
      yield* listed(bucket, prefix);
    },
    async *objectPages(bucket, prefix, after = "") {
      yield* pagesOf(
        [...listed(bucket, prefix)].filter(({ key }) => after === "" || inOrder(after, key) < 0),
      );
    },
    async *prefixPages(bucket, prefix, delimiter) {
      const starts = [...listed(bucket, prefix)].flatMap(({ key }) => {
        const end = key.indexOf(delimiter, prefix.length);
        return end < 0 ? [] : [key.slice(0, end + delimiter.length)];
      });
      yield* pagesOf([...new Set(starts)]);
    },
    deleteAll: async (bucket, keys) => {
      for (const key of keys) objects.delete(pathOf({ bucket, key }));
      return new Map();
    },
  };
}

/** S3's order of keys: by their bytes. */
const inOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const PAGE_SIZE = 1000;

/** As S3 does: a listing without objects is a page, too. */
function* pagesOf<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let start = 0; start === 0 || start < items.length; start += PAGE_SIZE)
    yield items.slice(start, start + PAGE_SIZE);
}
