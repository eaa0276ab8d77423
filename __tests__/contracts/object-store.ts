import type { ObjectStore, PagedListing, StoredObject } from "../../handlers/core/ports";

export interface StoreUnderTest {
  readonly store: ObjectStore;
  /** Set if the adapter lists page by page, too. */
  readonly listing?: PagedListing;
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

  const checkListing = (
    test: string,
    run: (subject: {
      readonly store: ObjectStore;
      readonly listing: PagedListing;
      readonly bucket: string;
    }) => Promise<void>,
  ) =>
    check(test, async ({ store, listing, buckets: [bucket] }) => {
      if (listing) await run({ store, listing, bucket });
    });

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
        // UTF-16 has the last two names in the other order.
        const inFolder = ["a/1", "a/2", "a/ü", "a/\uFB01", "a/\u{1F600}"];
        for (const key of ["b", ...inFolder.toReversed(), "a-1", "ab/1"])
          await store.put({ bucket, key }, key);
        expect(keysOf(await all(store.list(bucket, "a")))).toEqual(["a-1", ...inFolder, "ab/1"]);
        expect(keysOf(await all(store.list(bucket, "a/")))).toEqual(inFolder);
        expect(keysOf(await all(store.list(bucket, "none/")))).toEqual([]);
      },
    );

    check(
      "reads what was put, with the etag and the time that a listing gives",
      async ({ store, buckets: [bucket] }) => {
        await store.put({ bucket, key: "note" }, "ü");
        const [listed] = await all(store.list(bucket, "note"));
        const read = await store.read({ bucket, key: "note" });
        expect(read).toMatchObject({ body: "ü", etag: listed?.etag });
        // S3 gives whole seconds here, and milliseconds in listings.
        expect(Math.abs(Number(read?.writtenAt) - Number(listed?.writtenAt))).toBeLessThan(1000);
        expect(await store.read({ bucket, key: "none" })).toBeUndefined();
      },
    );

    check("puts where nothing is, and lets only the first do so", async ({ store, buckets: [bucket] }) => {
      const bodies = ["a", "b", "c", "d"];
      const etags = await Promise.all(bodies.map((body) => store.putIfAbsent({ bucket, key: "note" }, body)));
      const winners = etags.filter((etag) => etag !== undefined);
      expect(winners).toHaveLength(1);
      const note = await store.read({ bucket, key: "note" });
      expect(note).toMatchObject({ body: bodies[etags.indexOf(winners[0])], etag: winners[0] });
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
      async ({ store, listing, buckets: [bucket] }) => {
        const keys = Array.from({ length: 1005 }, (_, index) => `many/${String(index).padStart(4, "0")}`);
        await Promise.all(keys.map((key) => store.put({ bucket, key }, "x")));
        expect(keysOf(await all(store.list(bucket, "many/")))).toEqual(keys);
        if (listing) {
          const pages = await all(listing.objectPages(bucket, "many/", keys[1]));
          expect(pages.map((page) => page.length)).toEqual([1000, 3]);
          expect(keysOf(pages.flat())).toEqual(keys.slice(2));
          const starts = await all(listing.prefixPages(bucket, "", "0"));
          expect(starts).toEqual([["many/0", "many/10"]]);
        }
        expect(await store.deleteAll(bucket, keys)).toEqual(new Map());
        expect(await all(store.list(bucket, "many/"))).toEqual([]);
      },
    );

    checkListing("lists what is after a key, which need not exist", async ({ store, listing, bucket }) => {
      for (const key of ["a/1", "a/2", "a/3", "a/ü", "b"]) await store.put({ bucket, key }, key);
      const keysAfter = async (key?: string) =>
        keysOf((await all(listing.objectPages(bucket, "a/", key))).flat());
      expect(await keysAfter()).toEqual(["a/1", "a/2", "a/3", "a/ü"]);
      expect(await keysAfter("a/2")).toEqual(["a/3", "a/ü"]);
      expect(await keysAfter("a/20")).toEqual(["a/3", "a/ü"]);
      expect(await keysAfter("a/z")).toEqual(["a/ü"]);
      expect(await keysAfter("b")).toEqual([]);
    });

    checkListing(
      "lists the starts of keys up to a delimiter, each once",
      async ({ store, listing, bucket }) => {
        for (const key of ["a/1/x", "a/1/y", "a/2_b_c", "a/2_d", "a/none", "b/1/x"])
          await store.put({ bucket, key }, key);
        const starts = async (prefix: string, delimiter: string) =>
          (await all(listing.prefixPages(bucket, prefix, delimiter))).flat();
        expect(await starts("a/", "/")).toEqual(["a/1/"]);
        expect(await starts("a/", "_")).toEqual(["a/2_"]);
        expect(await starts("", "/")).toEqual(["a/", "b/"]);
        expect(await starts("none/", "/")).toEqual([]);
      },
    );

    check("counts a missing object as deleted", async ({ store, buckets: [bucket] }) => {
      expect(await store.deleteAll(bucket, ["none"])).toEqual(new Map());
    });
  });
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const result: Item[] = [];
  for await (const item of items) result.push(item);
  return result;
}

const keysOf = (objects: readonly StoredObject[]): string[] => objects.map(({ key }) => key);
