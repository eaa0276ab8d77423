import { FORMATS } from "../../formats";
import { type ConfiguredSource, tablesOfSources } from "../../formats/configured-source";
import { identityOfPath } from "../../formats/file-identity";
import { partitionValuesOf } from "../../formats/hour";
import { hashOf } from "../../formats/render/reconcile-sql";
import { allNotes, movedFileAt, type NotedFile, noteArrivals } from "../../handlers/core/arrival-notes";
import { planMove } from "../../handlers/core/move-plan";
import type { ObjectLocation, PagedListing, Statement } from "../../handlers/core/ports";
import { reconcile } from "../../handlers/core/reconcile";
import { readReconciled } from "../../handlers/core/reconciled";
import { setAside } from "../../handlers/core/rejected-files";
import { memoryObjectStore } from "../../testing/memory-object-store";
import { virtualClock } from "../../testing/virtual-clock";
import { albFileKey, LOGS, minutesBefore, WEB } from "../helpers/delivered";

const BUCKET = "lake";
const MOVED: ConfiguredSource = { ...WEB, asDelivered: undefined };
const DISTRIBUTIONS: ConfiguredSource = { name: "cdn", format: "cloudfront", prefix: "cf/" };
const NIGHT = "2026-11-23";
const YESTERDAY = new Date("2026-11-22T12:00:00Z");

interface Options {
  readonly source?: ConfiguredSource;
}

/** A table that is a set of paths, each with the partition that the pipeline gives it. */
function openTable({ source = WEB }: Options = {}) {
  const clock = virtualClock(`${NIGHT}T02:15:00Z`);
  let now = clock.now();
  const store = memoryObjectStore(() => now);
  const sources = [source];
  const [partitioned = { table: "" }] = tablesOfSources(sources);
  const bySource = partitioned.sources !== undefined;
  const table = { format: FORMATS[source.format], database: "logs", bucket: BUCKET, bySource };
  const rows: { readonly identity: string; readonly file: NotedFile }[] = [];
  const statements: string[] = [];
  const announced: ObjectLocation[] = [];
  const engine = {
    run: async () => ({ queryId: "q" }),
    value: async () => undefined,
    rows: async ({ sql }: Statement) => {
      statements.push(sql);
      const dt = /"dt" = '(.*?)'/.exec(sql)?.[1];
      const ofDay = rows.filter(({ file }) => partitionValuesOf(file.partition.hour).dt === dt);
      const hours = /"hour" IN \((.*)\)/.exec(sql)?.[1];
      const hourOfRow = ({ file }: (typeof rows)[number]) => partitionValuesOf(file.partition.hour).hour;
      if (hours !== undefined)
        return ofDay.filter((row) => hours.includes(`'${hourOfRow(row)}'`)).map(({ identity }) => [identity]);
      const groups = new Map<string, string[]>();
      for (const row of ofDay) {
        const key = [row.file.partition.source ?? "", hourOfRow(row)].join("\t");
        groups.set(key, [...(groups.get(key) ?? []), row.identity]);
      }
      return [...groups].map(([key, identities]) => [
        ...key.split("\t"),
        String(identities.length),
        String(identities.reduce((sum, identity) => sum + hashOf(identity), 0)),
      ]);
    },
  };
  const queue = {
    announce: async (objects: readonly ObjectLocation[]) => {
      announced.push(...objects.map(({ bucket, key }) => ({ bucket, key })));
    },
  };
  const ports = { store, clock, engine, listing: store as PagedListing };
  const run = (night = NIGHT, changes: Partial<typeof ports> = {}) =>
    reconcile(
      { ...ports, ...changes },
      {
        table,
        partitioned,
        sources,
        landing: { bucket: LOGS, queue },
        now: clock.now(),
        night,
        deadline: new Date(clock.now().getTime() + 300_000),
      },
    );
  /** Puts a file, some minutes before the night unless `at` says when. */
  const put = async (location: ObjectLocation, at = minutesBefore(clock.now(), 61)) => {
    now = at;
    await store.put(location, "lines");
    now = clock.now();
  };
  const noted = async () =>
    (await allNotes(store, BUCKET, [partitioned])).flatMap(({ files }) => files).map(({ key }) => key);
  return {
    clock,
    store,
    ports,
    partitioned,
    rows,
    statements,
    announced,
    run,
    put,
    noted,
    deliver: async (end: Date, at?: Date, id?: string) => {
      const key = albFileKey({ end, ...(id === undefined ? {} : { id }) });
      await put({ bucket: LOGS, key }, at);
      return key;
    },
    /** Moves a file, without a note. */
    move: async (end: Date, id = "1a2b3c4d", names: "time-first" | "identity" = "time-first") => {
      const original = { bucket: LOGS, key: albFileKey({ end, id }) };
      const plan = planMove([source], names, original, BUCKET);
      if (plan.kind === "skip") throw new Error(plan.reason);
      await put({ bucket: BUCKET, key: plan.key });
      return plan.key;
    },
    commit: (file: NotedFile) => {
      const path =
        file.kind === "moved" ? `s3://${BUCKET}/${file.key}` : `s3://${file.folder.bucket}/${file.key}`;
      rows.push({ identity: identityOfPath(BUCKET, path), file });
    },
    known: async () => (await readReconciled(store, BUCKET, "alb_access_logs"))?.known ?? [],
  };
}

const moved = (key: string): NotedFile => {
  const file = movedFileAt(key);
  if (!file) throw new Error(key);
  return file;
};

describe("the reconciliation of files that are read as delivered", () => {
  it("notes a file whose note was lost, and leaves what is in the table", async () => {
    const { run, deliver, noted, commit, ports, partitioned, store, statements } = openTable();
    const lost = await deliver(YESTERDAY, undefined, "lost");
    const committed = await deliver(YESTERDAY, undefined, "committed");
    expect(await run()).toMatchObject({ files: 2, noted: 2, announced: 0, isCutShort: false });
    expect((await noted()).sort()).toEqual([committed, lost].sort());
    const [note] = await allNotes(store, BUCKET, [partitioned]);
    for (const file of note?.files ?? []) if (file.key === committed) commit(file);
    await store.deleteAll(BUCKET, [note?.key ?? "", "_reconciled/alb_access_logs.json"]);
    statements.length = 0;
    expect(await run()).toMatchObject({ files: 2, noted: 1 });
    expect(await noted()).toEqual([lost]);
    expect(statements).toHaveLength(2);
    expect(ports.clock.slept).toBe(0);
  });

  it("finds files that were up to three days late, and not older ones", async () => {
    const { run, deliver, noted } = openTable();
    const keys = [
      await deliver(new Date("2026-11-20T00:05:00Z")),
      // The last minutes of a day, in the folder of the next.
      await deliver(new Date("2026-11-21T00:00:00Z")),
      await deliver(new Date("2026-11-23T00:00:00Z")),
    ];
    await deliver(new Date("2026-11-20T00:00:00Z"));
    await deliver(new Date("2026-11-23T00:05:00Z"));
    expect(await run()).toMatchObject({
      days: ["2026-11-22", "2026-11-21", "2026-11-20"],
      files: 3,
      noted: 3,
    });
    expect((await noted()).sort()).toEqual(keys.sort());
  });

  it("reads no identities of an hour that agrees, however many files it has", async () => {
    const { run, deliver, rows, statements, noted, partitioned, store, commit } = openTable();
    for (let id = 0; id < 50; id++) await deliver(YESTERDAY, undefined, `id${id}`);
    await run("the first night");
    for (const { files, key } of await allNotes(store, BUCKET, [partitioned])) {
      for (const file of files) commit(file);
      await store.deleteAll(BUCKET, [key]);
    }
    await store.deleteAll(BUCKET, ["_reconciled/alb_access_logs.json"]);
    expect(rows).toHaveLength(50);
    statements.length = 0;
    expect(await run()).toMatchObject({ files: 50, noted: 0 });
    expect(statements).toHaveLength(1);
    expect(await noted()).toEqual([]);
  });

  it("finds a missing file even if another file makes the numbers equal", async () => {
    const { run, deliver, rows, noted } = openTable();
    const lost = await deliver(YESTERDAY, undefined, "lost");
    const gone = moved("raw/alb_access_logs/dt=2026-11-22/hour=11/log-20261122T1200Z-0a1b2c3d-gone.log.gz");
    rows.push({ identity: "0a1b2c3d-gone.log.gz", file: gone });
    expect(await run()).toMatchObject({ noted: 1 });
    expect(await noted()).toEqual([lost]);
  });

  it("notes a file without rows once, not every night", async () => {
    const { run, deliver, noted, store, known, clock } = openTable();
    await deliver(YESTERDAY);
    expect(await run()).toMatchObject({ noted: 1 });
    const notes = async () => (await noted()).length;
    expect(await notes()).toBe(1);
    for await (const { key } of store.list(BUCKET, "_arrivals/")) await store.deleteAll(BUCKET, [key]);
    await clock.sleep(24 * 3_600_000);
    expect(await run("2026-11-24")).toMatchObject({ files: 1, noted: 0 });
    expect(await known()).toHaveLength(1);
    await clock.sleep(3 * 24 * 3_600_000);
    expect(await run("2026-11-27")).toMatchObject({ files: 0, noted: 0 });
    expect(await known()).toEqual([]);
  });

  it("does its work once in a night, whatever the number of runs", async () => {
    const { run, deliver } = openTable();
    await run();
    await deliver(YESTERDAY);
    expect(await run()).toBeUndefined();
    expect(await run("2026-11-24")).toMatchObject({ noted: 1 });
  });

  it("leaves files that are noted, also by a pending commit, and those that are young", async () => {
    const { run, deliver, noted, ports, clock } = openTable();
    await deliver(YESTERDAY);
    await run("the night before");
    await deliver(YESTERDAY, minutesBefore(clock.now(), 59), "young");
    expect(await run()).toMatchObject({ files: 1, noted: 0 });
    await clock.sleep(3_600_000);
    expect(await run("2026-11-24")).toMatchObject({ noted: 1 });
    expect(await noted()).toHaveLength(2);
    expect(ports.clock).toBe(clock);
  });

  it("leaves rejected files", async () => {
    const { run, deliver, ports, store, partitioned } = openTable();
    await deliver(YESTERDAY);
    await run("the night before");
    const [note] = await allNotes(store, BUCKET, [partitioned]);
    const [file] = note?.files ?? [];
    if (!file) throw new Error("no file is noted");
    await setAside(ports, BUCKET, file, "HIVE_CURSOR_ERROR");
    await store.deleteAll(BUCKET, [note?.key ?? "", "_reconciled/alb_access_logs.json"]);
    expect(await run()).toMatchObject({ files: 1, noted: 0 });
  });

  it("compares by source if the table is partitioned by source", async () => {
    const { run, deliver, statements, noted } = openTable({ source: { ...WEB, partition: true } });
    await deliver(YESTERDAY);
    expect(await run()).toMatchObject({ noted: 1 });
    expect(statements[0]).toContain('GROUP BY "source", "hour"');
    expect(await noted()).toHaveLength(1);
  });

  it("compares what it listed when the time is over, the newest day first, and says so", async () => {
    const { run, deliver, noted, clock, store } = openTable();
    const newest = await deliver(YESTERDAY);
    await deliver(new Date("2026-11-20T12:00:00Z"));
    const slow: PagedListing = {
      ...store,
      async *objectPages(bucket, prefix, after) {
        await clock.sleep(100_000);
        yield* store.objectPages(bucket, prefix, after);
      },
    };
    expect(await run(NIGHT, { listing: slow })).toMatchObject({
      days: ["2026-11-22"],
      noted: 1,
      isCutShort: true,
    });
    expect(await noted()).toEqual([newest]);
  });
});

describe("the reconciliation of moved files", () => {
  it("notes a file below raw/ whose note was lost, whatever version moved it", async () => {
    const { run, move, noted, commit } = openTable({ source: MOVED });
    const keys = [await move(YESTERDAY, "a"), await move(YESTERDAY, "b", "identity")];
    commit(moved(await move(YESTERDAY, "c")));
    commit(moved(await move(YESTERDAY, "d", "identity")));
    expect(await run()).toMatchObject({ files: 4, noted: 2, announced: 0 });
    expect((await noted()).sort()).toEqual(keys.sort());
  });

  it("announces an object again whose event was lost", async () => {
    const { run, deliver, announced, noted, clock } = openTable({ source: MOVED });
    const key = await deliver(YESTERDAY, minutesBefore(clock.now(), 61));
    await deliver(YESTERDAY, minutesBefore(clock.now(), 59), "young");
    await deliver(new Date("2026-11-10T12:00:00Z"), new Date("2026-11-10T12:05:00Z"));
    expect(await run()).toMatchObject({ files: 1, noted: 0, announced: 1 });
    expect(announced).toEqual([{ bucket: LOGS, key }]);
    expect(await noted()).toEqual([]);
  });

  it("announces no object again whose move keeps failing", async () => {
    const { run, deliver, announced } = openTable({ source: MOVED });
    await deliver(YESTERDAY);
    await run();
    await run("2026-11-24");
    expect(announced).toHaveLength(1);
  });

  it("announces only originals that were never moved if originals are kept", async () => {
    const { run, deliver, move, commit, announced, store } = openTable({ source: MOVED });
    for (const id of ["moved", "expired", "lost"]) await deliver(YESTERDAY, undefined, id);
    commit(moved(await move(YESTERDAY, "moved")));
    const expired = moved(await move(YESTERDAY, "expired"));
    commit(expired);
    await store.deleteAll(BUCKET, [expired.key]);
    expect(await run()).toMatchObject({ files: 3, noted: 0, announced: 1 });
    expect(announced).toEqual([{ bucket: LOGS, key: albFileKey({ end: YESTERDAY, id: "lost" }) }]);
  });

  it("does not announce what was read as delivered before the source's layout was changed", async () => {
    const { run, deliver, rows, announced } = openTable({ source: MOVED });
    const key = await deliver(YESTERDAY);
    const partition = { table: "alb_access_logs", hour: Date.parse("2026-11-22T11:00:00Z") };
    const file = { partition } as NotedFile;
    rows.push({ identity: identityOfPath(BUCKET, `s3://${LOGS}/${key}`), file });
    expect(await run()).toMatchObject({ files: 1, announced: 0 });
    expect(announced).toEqual([]);
  });

  it("announces objects of the compared days from one folder for all days", async () => {
    const { run, put, announced } = openTable({ source: DISTRIBUTIONS });
    const key = (id: string, hour: string) => `cf/${id}.${hour}.0a1b2c3d.gz`;
    const lost = [key("E1", "2026-11-20-00"), key("E1", "2026-11-22-23"), key("E2", "2026-11-21-07")];
    const others = [key("E1", "2026-11-19-23"), key("E2", "2026-11-23-00"), "cf/notes.txt"];
    for (const each of [...lost, ...others]) await put({ bucket: LOGS, key: each });
    expect(await run()).toMatchObject({ files: 3, announced: 3 });
    expect(announced.map(({ key }) => key).sort()).toEqual(lost);
  });

  it("lists no other days of one folder for all days", async () => {
    const { run, put, store } = openTable({ source: DISTRIBUTIONS });
    for (const month of ["09", "10", "11", "12"])
      for (let day = 10; day < 30; day++)
        await put({ bucket: LOGS, key: `cf/E1.2026-${month}-${day}-07.0a1b2c3d.gz` });
    const listed: string[] = [];
    const listing: PagedListing = {
      prefixPages: (...request) => store.prefixPages(...request),
      async *objectPages(...request) {
        for await (const page of store.objectPages(...request))
          for (const object of page) {
            if (object.key.startsWith("cf/")) listed.push(object.key.slice("cf/E1.".length, -12));
            yield [object];
          }
      },
    };
    await run(NIGHT, { listing });
    // One name after the day ends the listing.
    expect(listed).toEqual(["22", "23", "21", "22", "20", "21"].map((day) => `2026-11-${day}-07`));
  });

  it("notes files before it remembers them, so that a crash loses none", async () => {
    const { run, move, noted, ports } = openTable({ source: MOVED });
    const key = await move(YESTERDAY);
    const put: typeof ports.store.put = async (location, body) => {
      if (location.key.startsWith("_reconciled/")) throw new Error("SlowDown");
      await ports.store.put(location, body);
    };
    await expect(run(NIGHT, { store: { ...ports.store, put } })).rejects.toThrow("SlowDown");
    expect(await noted()).toEqual([key]);
  });

  it("leaves a file of a pending commit, which is noted until the commit has ended", async () => {
    const { run, move, ports, noted } = openTable({ source: MOVED });
    const key = await move(YESTERDAY);
    await noteArrivals(ports, BUCKET, [moved(key)]);
    expect(await run()).toMatchObject({ files: 1, noted: 0 });
    expect(await noted()).toEqual([key]);
  });
});
