import fc from "fast-check";
import { FORMAT_IDS, FORMATS } from "../../formats";
import { type ConfiguredSource, tablesOfSources } from "../../formats/configured-source";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../formats/time";
import { allNotes, type DeliveredFile } from "../../handlers/core/arrival-notes";
import { LOOK_BACK_MS } from "../../handlers/core/find-delivered";
import { noteDelivered } from "../../handlers/core/note-delivered";
import type { ObjectStore, PagedListing } from "../../handlers/core/ports";
import { memoryObjectStore } from "../../testing/memory-object-store";
import { virtualClock } from "../../testing/virtual-clock";
import { albFileKey, hoursBefore, LOGS, minutesBefore, WEB } from "../helpers/delivered";
import { TUNNEL, tunnelFileKey } from "../helpers/delivered-tunnel";

const BUCKET = "lake";
const RUN_EVERY_MS = 10 * MINUTE_MS;

function openBucket(sources: readonly ConfiguredSource[] = [WEB]) {
  const clock = virtualClock();
  const store = memoryObjectStore(clock.now);
  const left: string[] = [];
  const run = (ports: { store?: ObjectStore; listing?: PagedListing } = {}, seconds = 600) =>
    noteDelivered(
      { store, listing: store, clock, ...ports },
      {
        bucket: BUCKET,
        sources,
        deadline: new Date(clock.now().getTime() + seconds * 1000),
        onSkipped: ({ key }, reason) => left.push(`${reason} ${key}`),
      },
    );
  /** Every noted file, as often as it is noted. */
  const noted = async () => {
    const notes = await allNotes(store, BUCKET, tablesOfSources(sources));
    return notes.flatMap(({ files }) => files as readonly DeliveredFile[]);
  };
  return {
    clock,
    store,
    run,
    left,
    noted,
    notedKeys: async () => (await noted()).map(({ key }) => key).sort(),
    deliver: (key: string, body = "lines") => store.put({ bucket: LOGS, key }, body),
    later: (milliseconds: number) => clock.sleep(milliseconds),
  };
}

describe("the listing of delivered files", () => {
  it("notes a new file once, with its folder and the hour of its name, and counts its bytes", async () => {
    const { clock, run, noted, deliver, later } = openBucket();
    // The last minutes of an hour, delivered in the next one.
    const key = albFileKey({ end: new Date("2026-11-23T07:00:00Z") });
    await deliver(key, "12345");
    const found = { source: "web", skipped: {}, isComplete: true, requests: expect.any(Number) };
    expect(await run()).toEqual({ noted: [{ ...found, files: 1, bytes: 5 }], failures: [] });
    const hour = Date.parse("2026-11-23T06:00:00Z");
    expect(await noted()).toEqual([
      {
        kind: "delivered",
        key,
        size: 5,
        partition: { table: "alb_access_logs", hour },
        folder: {
          table: "alb_access_logs",
          source: "web",
          bucket: LOGS,
          prefix: "alb/AWSLogs/",
          folder: "111122223333/elasticloadbalancing/eu-central-1",
          time: Date.parse("2026-11-23T00:00:00Z"),
        },
      },
    ]);
    await later(RUN_EVERY_MS);
    expect(await run()).toMatchObject({ noted: [{ files: 0, bytes: 0 }] });
    expect(await noted()).toHaveLength(1);
    expect(clock.now().getTime()).toBeGreaterThan(hour);
  });

  it("notes the source of a table that is partitioned by source", async () => {
    const { clock, run, noted, deliver } = openBucket([{ ...WEB, partition: true }]);
    await deliver(albFileKey({ end: clock.now() }));
    await run();
    expect(await noted()).toMatchObject([{ partition: { source: "web" }, folder: { source: "web" } }]);
  });

  it("gives each file to the source of its format where the sources of all formats have the same prefix", async () => {
    const formats = FORMAT_IDS.filter((id) => FORMATS[id].delivered.kind === "folders");
    const { run, noted, deliver } = openBucket(formats.map((format) => ({ ...WEB, name: format, format })));
    const keys = formats.map((format) => `${WEB.prefix}${FORMATS[format].sampleKeys[0]}`);
    for (const key of keys) await deliver(key);
    expect((await run()).noted).toMatchObject(
      formats.map((format) => ({ source: format, files: 1, skipped: {} })),
    );
    const expected = formats.map((format, index) => `${format} ${FORMATS[format].table} ${keys[index]}`);
    expect(
      (await noted())
        .map(({ key, partition, folder }) => `${folder.source} ${partition.table} ${key}`)
        .sort(),
    ).toEqual(expected.sort());
  });

  it("finds the files of all load balancers, accounts and Regions", async () => {
    const { clock, run, notedKeys, deliver } = openBucket();
    const keys = ["111122223333", "444455556666"].flatMap((account) =>
      ["eu-central-1", "us-gov-west-1"].flatMap((region) =>
        Array.from({ length: 20 }, (_, index) =>
          albFileKey({ end: clock.now(), account, region, loadBalancer: `lb-${index}.50dc6c495c0c9188` }),
        ),
      ),
    );
    for (const key of keys) await deliver(key);
    expect(await run()).toMatchObject({ noted: [{ files: 80 }] });
    expect(await notedKeys()).toEqual(keys.sort());
  });

  it("sends one request for each folder level, load balancer and thousand new files, whatever is older", async () => {
    const { clock, run, deliver } = openBucket();
    const end = clock.now();
    for (let age = 0; age < 12; age++)
      for (let id = 0; id < 100; id++)
        await deliver(albFileKey({ end: minutesBefore(end, age * 5), id: `id${id}` }));
    const requests = async () => (await run()).noted[0]?.requests;
    // Account, service, Region, load balancers, and two pages of its files.
    expect(await requests()).toBe(3 + 1 + 2);
    // Since its names begin at a time, one page.
    await clock.sleep(LOOK_BACK_MS);
    await run();
    await clock.sleep(RUN_EVERY_MS);
    expect(await requests()).toBe(3 + 1 + 1);
  });

  it("finds a file that is late by minutes or hours, and leaves one that is late by a day to the reconciliation", async () => {
    const { clock, run, notedKeys, deliver, later } = openBucket();
    await run();
    for (const minutes of [5, 55, 178]) {
      await later(RUN_EVERY_MS);
      await deliver(albFileKey({ end: minutesBefore(clock.now(), minutes), deliveredAt: clock.now() }));
      await run();
    }
    expect(await notedKeys()).toHaveLength(3);
    await deliver(albFileKey({ end: hoursBefore(clock.now(), 24) }));
    await later(RUN_EVERY_MS);
    await run();
    expect(await notedKeys()).toHaveLength(3);
  });

  it("finds files of one stamp that appear out of order", async () => {
    const { clock, run, notedKeys, deliver, later } = openBucket();
    const end = clock.now();
    const keys = ["zz", "mm", "aa"].map((id) => albFileKey({ end, id }));
    for (const key of keys) {
      await deliver(key);
      await run();
      await later(MINUTE_MS);
    }
    expect(await notedKeys()).toEqual([...keys].sort());
  });

  it("finds around midnight the files in the folders of both days", async () => {
    const { clock, run, notedKeys, deliver, later } = openBucket();
    await later(Date.parse("2026-11-23T23:58:00Z") - clock.now().getTime());
    await run();
    const before = albFileKey({ end: new Date("2026-11-23T23:55:00Z") });
    await deliver(before);
    await later(4 * MINUTE_MS);
    const after = albFileKey({ end: new Date("2026-11-24T00:00:00Z") });
    const late = albFileKey({ end: new Date("2026-11-23T22:00:00Z"), deliveredAt: clock.now() });
    await deliver(after);
    await deliver(late);
    await run();
    expect(await notedKeys()).toEqual([before, after, late].sort());
  });

  it("reads the folders of hours of a format that has them, the next hour included", async () => {
    const { clock, run, noted, deliver, later } = openBucket([WEB, TUNNEL]);
    const keys = [tunnelFileKey(clock.now()), tunnelFileKey(hoursBefore(clock.now(), 2), "444455556666")];
    for (const key of keys) await deliver(key);
    await run();
    await later(MINUTE_MS);
    await deliver(tunnelFileKey(hoursBefore(clock.now(), -1)));
    await run();
    expect(
      (await noted()).map(({ folder: { folder, time } }) => [folder, new Date(time).toISOString()]),
    ).toEqual(
      expect.arrayContaining([
        ["111122223333", "2026-11-23T07:00:00.000Z"],
        ["444455556666", "2026-11-23T05:00:00.000Z"],
        ["111122223333", "2026-11-23T08:00:00.000Z"],
      ]),
    );
  });

  it("counts and names a Parquet file, which is only read after a move", async () => {
    const { clock, run, left, noted, deliver } = openBucket();
    const key = `${albFileKey({ end: clock.now() })}.parquet`;
    await deliver(key);
    expect(await run()).toMatchObject({ noted: [{ files: 0, skipped: { "unmatched-key": 1 } }] });
    expect(left).toEqual([`unmatched-key ${key}`]);
    expect(await noted()).toEqual([]);
  });

  it("skips other objects, and counts and names each once", async () => {
    const { clock, run, left, noted, deliver, later } = openBucket([TUNNEL]);
    const key = tunnelFileKey(clock.now());
    await deliver(key, "");
    await deliver(key.replace("tunnel_", "other_"));
    await deliver(`${key.slice(0, key.lastIndexOf("/"))}/`, "");
    await deliver("tunnel/AWSLogs/ignored");
    const skipped = { "empty-object": 1, "unmatched-key": 1, "folder-marker": 1 };
    expect(await run()).toMatchObject({ noted: [{ files: 0, skipped }] });
    await later(MINUTE_MS);
    expect(await run()).toMatchObject({ noted: [{ files: 0, skipped: {} }] });
    expect(left.map((text) => text.split(" ")[0]).sort()).toEqual(Object.keys(skipped).sort());
    expect(await noted()).toEqual([]);
  });

  it("leaves files to the source with the longer prefix", async () => {
    const { clock, run, noted, deliver } = openBucket([
      WEB,
      { ...WEB, name: "shop", prefix: "alb/AWSLogs/111122223333/", asDelivered: undefined },
    ]);
    await deliver(albFileKey({ end: clock.now() }));
    const other = albFileKey({ end: clock.now(), account: "444455556666" });
    await deliver(other);
    expect(await run()).toMatchObject({ noted: [{ source: "web", files: 1, skipped: {} }] });
    expect(await noted()).toMatchObject([{ key: other }]);
  });

  it("begins three hours ago when a source is new, and where it ended after a pause of a day", async () => {
    const { clock, run, notedKeys, deliver, later } = openBucket();
    await deliver(albFileKey({ end: clock.now() }));
    await later(4 * HOUR_MS);
    await run();
    expect(await notedKeys()).toEqual([]);
    const keys: string[] = [];
    for (let hour = 0; hour < 24; hour++) {
      await later(HOUR_MS);
      keys.push(albFileKey({ end: clock.now() }));
      await deliver(keys.at(-1) ?? "");
    }
    await run();
    expect(await notedKeys()).toEqual(keys.sort());
  });

  it("lists at most three days after a longer pause", async () => {
    const { clock, run, notedKeys, deliver, later } = openBucket();
    await run();
    await later(HOUR_MS);
    await deliver(albFileKey({ end: clock.now() }));
    await later(5 * DAY_MS);
    const recent = albFileKey({ end: clock.now() });
    await deliver(recent);
    await run();
    expect(await notedKeys()).toEqual([recent]);
  });

  it("notes files twice after a crash between note and position, and loses none", async () => {
    const { clock, store, run, notedKeys, deliver, later } = openBucket();
    const key = albFileKey({ end: clock.now() });
    await deliver(key);
    const failing: ObjectStore = {
      ...store,
      put: async (location, body) => {
        if (location.key.startsWith("_listed/")) throw new Error("SlowDown");
        await store.put(location, body);
      },
    };
    expect(await run({ store: failing })).toMatchObject({
      noted: [],
      failures: [
        {
          code: "STORE_FAILED",
          message: expect.stringContaining("web: the files below s3://their-logs/alb/AWSLogs/"),
        },
      ],
    });
    await later(RUN_EVERY_MS);
    await run();
    await later(RUN_EVERY_MS);
    await run();
    expect(await notedKeys()).toEqual([key, key]);
  });

  it("does not move the position if the files could not be noted", async () => {
    const { clock, store, run, notedKeys, deliver } = openBucket();
    const key = albFileKey({ end: clock.now() });
    await deliver(key);
    await run({ store: { ...store, put: () => Promise.reject(new Error("SlowDown")) } });
    expect(await notedKeys()).toEqual([]);
    await run();
    expect(await notedKeys()).toEqual([key]);
  });

  it("lists the other sources if one fails", async () => {
    const { clock, store, run, notedKeys, deliver } = openBucket([
      { ...WEB, name: "gone", prefix: "gone/" },
      WEB,
    ]);
    await deliver(albFileKey({ end: clock.now() }));
    const listing: PagedListing = {
      ...store,
      async *prefixPages(bucket, prefix, delimiter) {
        if (prefix === "gone/") throw new Error("AccessDenied");
        yield* store.prefixPages(bucket, prefix, delimiter);
      },
    };
    const { noted, failures } = await run({ listing });
    expect(noted).toMatchObject([{ source: "web", files: 1 }]);
    expect(failures.map(({ message }) => message)).toEqual([expect.stringContaining("AccessDenied")]);
    expect(await notedKeys()).toHaveLength(1);
  });

  it("loses no file if two runs list at once, whichever ends last", async () => {
    const { clock, run, notedKeys, deliver, later } = openBucket();
    const keys: string[] = [];
    for (let round = 0; round < 5; round++) {
      keys.push(albFileKey({ end: clock.now(), id: `round${round}` }));
      await deliver(keys.at(-1) ?? "");
      await Promise.all([run(), run()]);
      await later(MINUTE_MS);
    }
    expect([...new Set(await notedKeys())]).toEqual(keys.sort());
  });

  it("notes what it listed until the deadline, and the rest in the next run, each file once", async () => {
    const { clock, store, run, notedKeys, deliver, later } = openBucket();
    const keys = Array.from({ length: 20 }, (_, index) =>
      albFileKey({ end: clock.now(), loadBalancer: `lb-${index}.50dc6c495c0c9188` }),
    );
    for (const key of keys) await deliver(key);
    const slow: PagedListing = {
      ...store,
      async *objectPages(bucket, prefix, after) {
        await clock.sleep(1000);
        yield* store.objectPages(bucket, prefix, after);
      },
    };
    const [cut] = (await run({ listing: slow }, 10)).noted;
    expect(cut).toMatchObject({ isComplete: false });
    expect(cut?.files).toBeGreaterThan(0);
    expect(cut?.files).toBeLessThan(20);
    expect(await notedKeys()).toHaveLength(cut?.files ?? 0);
    await later(RUN_EVERY_MS);
    expect(await run()).toMatchObject({ noted: [{ files: 20 - (cut?.files ?? 0), isComplete: true }] });
    expect(await notedKeys()).toEqual(keys.sort());
  });

  it("begins again if the position cannot be read", async () => {
    const { clock, store, run, notedKeys, deliver } = openBucket();
    const key = albFileKey({ end: clock.now() });
    await deliver(key);
    await store.put({ bucket: BUCKET, key: "_listed/web.json" }, "{");
    await run();
    expect(await notedKeys()).toEqual([key]);
  });

  const anyFile = fc.record({
    /** When it is delivered, in minutes. */
    at: fc.integer({ min: 0, max: 4 * 60 }),
    lateMinutes: fc.integer({ min: 0, max: LOOK_BACK_MS / MINUTE_MS }),
    loadBalancer: fc.constantFrom("a.50dc6c495c0c9188", "b.50dc6c495c0c9188"),
  });

  it.each([
    { crashes: false, times: "exactly once without crashes" },
    { crashes: true, times: "at least once with crashes" },
  ])("notes each file within the look-back $times, whatever the order of arrival", async ({ crashes }) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyFile, { maxLength: 30 }),
        fc.array(fc.boolean(), { minLength: 100, maxLength: 100 }),
        async (files, failures) => {
          const { clock, store, run, notedKeys, later } = openBucket();
          const start = clock.now().getTime();
          const deliveries = files
            .map(({ at, lateMinutes, loadBalancer }, index) => {
              const deliveredAt = new Date(start + at * MINUTE_MS);
              const end = minutesBefore(deliveredAt, lateMinutes);
              return { at, key: albFileKey({ end, deliveredAt, loadBalancer, id: `id${index}` }) };
            })
            .sort((a, b) => a.at - b.at);
          const fails = (round: number) => crashes && failures[round % failures.length] === true;
          for (let minute = 0, round = 0; minute <= 5 * 60; minute++) {
            for (const { at, key } of deliveries)
              if (at === minute) await store.put({ bucket: LOGS, key }, "lines");
            if (minute % 10 === 0) {
              const isLast = minute > 4 * 60;
              const put: ObjectStore["put"] = async (location, body) => {
                if (!isLast && fails(round++)) throw new Error("SlowDown");
                await store.put(location, body);
              };
              await run({ store: { ...store, put } });
            }
            await later(MINUTE_MS);
          }
          const keys = await notedKeys();
          expect(crashes ? [...new Set(keys)] : keys).toEqual(deliveries.map(({ key }) => key).sort());
        },
      ),
      { numRuns: 10 },
    );
  });
});
