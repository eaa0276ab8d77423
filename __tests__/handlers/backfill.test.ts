import { type Partition, rawPrefixOf } from "../../formats/partition-layout";
import { parseHourRange } from "../../handlers/core/add-partitions";
import { type BackfillConfig, backfill } from "../../handlers/core/backfill";
import { paceOf } from "../../handlers/core/pace";
import type { ObjectStore, PartitionCatalog } from "../../handlers/core/ports";
import { memoryObjectStore } from "../../testing/memory-object-store";
import { virtualClock } from "../../testing/virtual-clock";
import { albKey, cloudfrontKey } from "../helpers/lake";
import { notedFiles } from "../helpers/notes";

const SOURCES = [
  { name: "alb", format: "alb", prefix: "alb/AWSLogs/" },
  { name: "cloudfront", format: "cloudfront", prefix: "cloudfront/" },
] as const;

const NO_CATALOG: PartitionCatalog = { add: async () => undefined, addDelivered: async () => undefined };

async function openBuckets(keys: readonly string[]) {
  const store = memoryObjectStore();
  for (const key of keys) await store.put({ bucket: "logs", key }, key);
  const clock = virtualClock();
  const added: Partition[][] = [];
  const catalog = {
    ...NO_CATALOG,
    add: async (partitions: readonly Partition[]) => void added.push([...partitions]),
  };
  const run = (
    changes: Partial<BackfillConfig> = {},
    ports: { store?: ObjectStore; catalog?: PartitionCatalog } = {},
  ) =>
    backfill(
      { store, catalog, clock, pace: paceOf(clock, 100), ...ports },
      {
        sources: SOURCES,
        logBucket: "logs",
        bucket: "lake",
        range: parseHourRange("2026-11-23", "2026-11-23"),
        names: "time-first",
        keepOriginals: false,
        isDryRun: false,
        onProgress: () => undefined,
        ...changes,
      },
    );
  const list = async (bucket: string, prefix = "") => {
    const found: string[] = [];
    for await (const { key } of store.list(bucket, prefix)) found.push(key);
    return found;
  };
  const noted = () => notedFiles(store, "lake", "_arrivals/");
  return { store, clock, added, run, list, noted };
}

const MIXED = () => [
  albKey("20261123T0705Z"),
  albKey("20261123T2355Z"),
  albKey("20261101T0705Z"),
  cloudfrontKey("2026-11-23-07"),
  "alb/AWSLogs/111122223333/ELBAccessLogTestFile",
];

describe("backfill", () => {
  it("moves the files in the range, notes each file, and counts every object", async () => {
    const { run, list, added, noted } = await openBuckets(MIXED());
    expect(await run()).toEqual({
      objects: 5,
      moved: 3,
      movedBefore: 0,
      outOfRange: 1,
      skipped: { "test-file": 1 },
      failed: [],
      files: 3,
      partitions: 3,
    });
    const moved = await list("lake", "raw/");
    expect(moved.map((key) => key.slice(0, key.lastIndexOf("/") + 1))).toEqual([
      "raw/alb_access_logs/dt=2026-11-23/hour=07/",
      "raw/alb_access_logs/dt=2026-11-23/hour=23/",
      "raw/cloudfront_access_logs/dt=2026-11-23/hour=07/",
    ]);
    expect(await noted()).toEqual(moved);
    expect(
      added.flat().map((partition) => moved.findIndex((key) => key.startsWith(rawPrefixOf(partition)))),
    ).toEqual([0, 1, 2]);
    expect(await list("logs")).toHaveLength(2);
  });

  it("only counts in a dry run", async () => {
    const { run, list, added } = await openBuckets(MIXED());
    expect(await run({ isDryRun: true })).toMatchObject({
      objects: 5,
      moved: 3,
      outOfRange: 1,
      partitions: 0,
    });
    expect([await list("lake"), added.flat(), (await list("logs")).length]).toEqual([[], [], 5]);
  });

  it("says in a dry run what was moved before, if originals are kept", async () => {
    const { run } = await openBuckets(MIXED());
    await run({ keepOriginals: true, table: "alb_access_logs" });
    expect(await run({ keepOriginals: true, isDryRun: true })).toMatchObject({ moved: 1, movedBefore: 2 });
  });

  it("processes only the named table", async () => {
    const { run, list } = await openBuckets(MIXED());
    expect(await run({ table: "cloudfront_access_logs" })).toMatchObject({
      moved: 1,
      outOfRange: 3,
    });
    expect(await list("lake", "raw/alb")).toEqual([]);
  });

  it("notes files that were moved earlier, so that the typed tables get them", async () => {
    const { run, noted, store } = await openBuckets([]);
    await store.put({ bucket: "lake", key: "raw/alb_access_logs/dt=2026-11-23/hour=09/x.gz" }, "x");
    await store.put({ bucket: "lake", key: "raw/alb_access_logs/dt=2026-11-24/hour=00/y.gz" }, "y");
    expect(await run()).toMatchObject({ objects: 0, files: 1, partitions: 1 });
    expect(await noted()).toEqual(["raw/alb_access_logs/dt=2026-11-23/hour=09/x.gz"]);
  });

  it("notes a file only after the catalog has its partition", async () => {
    const { run, noted, store } = await openBuckets([]);
    await store.put({ bucket: "lake", key: "raw/alb_access_logs/dt=2026-11-23/hour=09/x.gz" }, "x");
    const notedBefore: string[][] = [];
    await run({}, { catalog: { ...NO_CATALOG, add: async () => void notedBefore.push(await noted()) } });
    expect(notedBefore).toEqual([[]]);
    expect(await noted()).toHaveLength(1);
  });

  it("writes one note for a hundred files", async () => {
    const { run, list } = await openBuckets(Array.from({ length: 250 }, () => albKey("20261123T0705Z")));
    await run();
    // Notes of the moved files, then of the files in the range: each 100 + 100 + 50.
    expect(await list("lake", "_arrivals/")).toHaveLength(6);
  });

  it("has the same result when it is stopped after any request and started again", async () => {
    const keys = MIXED();
    const whole = await openBuckets(keys);
    await whole.run();
    for (let survived = 0; survived < 20; survived++) {
      const { run, list, store, noted } = await openBuckets(keys);
      let requests = 0;
      const mortal = new Proxy(store, {
        get:
          (target, name) =>
          (...args: unknown[]) => {
            if (requests++ >= survived) throw new Error("killed");
            return Reflect.apply(Reflect.get(target, name), target, args);
          },
      });
      await run({}, { store: mortal }).catch(() => undefined);
      await run();
      expect([survived, await list("lake", "raw/")]).toEqual([survived, await whole.list("lake", "raw/")]);
      expect([survived, await noted()]).toEqual([survived, await whole.noted()]);
      expect([survived, await list("logs")]).toEqual([survived, await whole.list("logs")]);
    }
  });

  it("does not copy an object twice if the originals are kept", async () => {
    const { run } = await openBuckets(MIXED());
    expect(await run({ keepOriginals: true })).toMatchObject({ moved: 3, movedBefore: 0 });
    expect(await run({ keepOriginals: true })).toMatchObject({ moved: 0, movedBefore: 3 });
  });

  it("names the objects that it could not move, and continues", async () => {
    const keys = MIXED();
    const { run, store } = await openBuckets(keys);
    const stubborn: ObjectStore = {
      ...store,
      copy: (source, target) =>
        source.key === keys[0] ? Promise.reject(new Error("denied")) : store.copy(source, target),
    };
    const { moved, failed } = await run({}, { store: stubborn });
    expect(moved).toBe(2);
    expect(failed).toEqual([{ key: keys[0], reason: expect.stringContaining("denied") }]);
  });

  it("does not exceed the rate", async () => {
    const { run, clock } = await openBuckets(Array.from({ length: 900 }, () => albKey("20261123T0705Z")));
    await run();
    // 900 moves and 48 listings at 100 a second; nothing waits for the last ones.
    expect(clock.slept).toBeGreaterThan(6_000);
    expect(clock.slept).toBeLessThan(10_000);
  });
});

describe("paceOf", () => {
  it("does not catch up after a pause", async () => {
    const clock = virtualClock();
    const pace = paceOf(clock, 10);
    await clock.sleep(60_000);
    await pace(10);
    await pace(10);
    expect(clock.slept).toBe(61_000);
  });
});
