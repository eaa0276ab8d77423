import type { ObjectStore, StoredObject } from "../../handlers/core/ports";

export interface StoreUnderTest {
  readonly store: ObjectStore;
  /** Two buckets that exist and are empty. */
  readonly buckets: readonly [string, string];
  close(): Promise<void>;
}

/** Keys that broke copies, deletes or listings in some store. */
const HARD_KEYS = [
  "plain.gz",
  "with space.gz",
  "plus+sign.gz",
  "percent%20literal.gz",
  "100%.gz",
  "ünï/日本.gz",
  "raw/table/dt=2026-11-23/hour=07/x.gz",
  "a&b;c,d@e$f!g(h)'i'.gz",
  'quote".gz',
];

/** A test that an adapter cannot pass, and why. */
export interface Skip {
  readonly test: string;
  readonly reason: string;
}

/** The behaviour that the core requires from every store. */
export function describeObjectStore(
  name: string,
  open: () => Promise<StoreUnderTest>,
  skips: readonly Skip[] = [],
): void {
  const check = (test: string, run: (subject: StoreUnderTest) => Promise<void>) => {
    const skip = skips.find((candidate) => candidate.test === test);
    if (skip) {
      it.skip(`${test} (${skip.reason})`, () => undefined);
      return;
    }
    const runOnFreshBuckets = async () => {
      const subject = await open();
      try {
        await run(subject);
      } finally {
        await subject.close();
      }
    };
    it(test, runOnFreshBuckets);
  };

  describe(`object store: ${name}`, () => {
    for (const key of HARD_KEYS) {
      check(`copies, lists and deletes the key ${key}`, async ({ store, buckets: [source, target] }) => {
        await store.put({ bucket: source, key }, "body");
        expect(await store.copy({ bucket: source, key }, { bucket: target, key: `to/${key}` })).toBe(
          "copied",
        );
        expect((await store.read({ bucket: target, key: `to/${key}` }))?.body).toBe("body");
        expect(keysOf(await all(store.list(target, "to/")))).toEqual([`to/${key}`]);
        expect(await store.deleteAll(source, [key])).toEqual(new Map());
        expect(await store.exists({ bucket: source, key })).toBe(false);
      });
    }

    check(
      "says that the source is missing instead of failing",
      async ({ store, buckets: [source, target] }) => {
        expect(await store.copy({ bucket: source, key: "none" }, { bucket: target, key: "to" })).toBe(
          "source-missing",
        );
        expect(await store.exists({ bucket: target, key: "to" })).toBe(false);
      },
    );

    check(
      "makes the target equal to the source, whatever was there",
      async ({ store, buckets: [source, target] }) => {
        await store.put({ bucket: target, key: "to" }, "an older body");
        await store.put({ bucket: source, key: "from" }, "a newer body");
        await store.copy({ bucket: source, key: "from" }, { bucket: target, key: "to" });
        expect((await store.read({ bucket: target, key: "to" }))?.body).toBe("a newer body");
      },
    );

    check(
      "lists only what is below the prefix, in the order of the keys' bytes",
      async ({ store, buckets: [bucket] }) => {
        for (const key of ["b", "a/2", "a/1", "a-1", "a/ü", "ab/1"]) await store.put({ bucket, key }, key);
        expect(keysOf(await all(store.list(bucket, "a")))).toEqual(["a-1", "a/1", "a/2", "a/ü", "ab/1"]);
        expect(keysOf(await all(store.list(bucket, "a/")))).toEqual(["a/1", "a/2", "a/ü"]);
        expect(keysOf(await all(store.list(bucket, "none/")))).toEqual([]);
      },
    );

    check("reads what was put, with the etag that a listing gives", async ({ store, buckets: [bucket] }) => {
      await store.put({ bucket, key: "note" }, "ü");
      const [listed] = await all(store.list(bucket, "note"));
      expect(await store.read({ bucket, key: "note" })).toEqual({ body: "ü", etag: listed?.etag });
      expect(await store.read({ bucket, key: "none" })).toBeUndefined();
    });

    check("puts where nothing is, and lets only the first do so", async ({ store, buckets: [bucket] }) => {
      const bodies = ["a", "b", "c", "d"];
      const etags = await Promise.all(bodies.map((body) => store.putIfAbsent({ bucket, key: "note" }, body)));
      const winners = etags.filter((etag) => etag !== undefined);
      expect(winners).toHaveLength(1);
      const note = await store.read({ bucket, key: "note" });
      expect(note).toEqual({ body: bodies[etags.indexOf(winners[0])], etag: winners[0] });
      expect(await store.putIfAbsent({ bucket, key: "note" }, "e")).toBeUndefined();
      expect(await store.deleteAll(bucket, ["note"])).toEqual(new Map());
      expect(await store.putIfAbsent({ bucket, key: "note" }, "e")).toBeDefined();
    });

    check(
      "leaves alone what is there when it puts only where nothing is",
      async ({ store, buckets: [bucket] }) => {
        await store.put({ bucket, key: "note" }, "first");
        const [before] = await all(store.list(bucket, "note"));
        expect(await store.putIfAbsent({ bucket, key: "note" }, "second")).toBeUndefined();
        expect(await all(store.list(bucket, "note"))).toEqual([before]);
        expect((await store.read({ bucket, key: "note" }))?.body).toBe("first");
      },
    );

    check(
      "lists when an object was written, and that anew when it is",
      async ({ store, buckets: [bucket] }) => {
        const before = Date.now();
        await store.put({ bucket, key: "marker" }, "1");
        const [listed] = await all(store.list(bucket, "marker"));
        // S3 keeps whole seconds.
        expect(listed?.writtenAt.getTime()).toBeGreaterThan(before - 1000);
        expect(listed?.writtenAt.getTime()).toBeLessThanOrEqual(Date.now());
        await store.put({ bucket, key: "marker" }, "2");
        const [again] = await all(store.list(bucket, "marker"));
        expect(again?.writtenAt.getTime()).toBeGreaterThanOrEqual(listed?.writtenAt.getTime() ?? 0);
      },
    );

    check("lists sizes in bytes", async ({ store, buckets: [bucket] }) => {
      await store.put({ bucket, key: "ü" }, "üü");
      expect((await all(store.list(bucket, ""))).map(({ size }) => size)).toEqual([4]);
    });

    check(
      "lists more objects than fit on one page, and deletes them",
      async ({ store, buckets: [bucket] }) => {
        const keys = Array.from({ length: 1005 }, (_, index) => `many/${String(index).padStart(4, "0")}`);
        await Promise.all(keys.map((key) => store.put({ bucket, key }, "x")));
        expect(keysOf(await all(store.list(bucket, "many/")))).toEqual(keys);
        expect(await store.deleteAll(bucket, keys)).toEqual(new Map());
        expect(await all(store.list(bucket, "many/"))).toEqual([]);
      },
    );

    check("counts a missing object as deleted", async ({ store, buckets: [bucket] }) => {
      expect(await store.deleteAll(bucket, ["none"])).toEqual(new Map());
    });
  });
}

async function all(objects: AsyncIterable<StoredObject>): Promise<StoredObject[]> {
  const result: StoredObject[] = [];
  for await (const object of objects) result.push(object);
  return result;
}

const keysOf = (objects: readonly StoredObject[]): string[] => objects.map(({ key }) => key);
