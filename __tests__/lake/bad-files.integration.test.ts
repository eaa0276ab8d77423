import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { noteArrivals } from "../../handlers/core/arrival-notes";
import { systemClock } from "../../handlers/core/ports";
import { type CommittedAll, commitNoted } from "../../lake/commit-noted";
import { fileProblem } from "../../lake/file-problem";
import { openFolders } from "../../lake/folders";
import { LAKE_BUCKET, lakeLayout } from "../../lake/layout";
import { withLakeLock } from "../../lake/lock";
import { type LakeWriter, withLakeWriter, withSpoolPool } from "../../lake/writer";
import { albKey, type TestLake, testLake } from "../helpers/lake";
import { albLine } from "../helpers/lines";
import { fileAt } from "../helpers/notes";

let lake: TestLake;
beforeEach(() => {
  lake = testLake();
});
afterEach(() => lake.delete());

const MIB = 1 << 20;
const line = (agent: string) => `${albLine({ user_agent: `"${agent}"` })}\n`;
const agents = async () =>
  (await lake.query("SELECT user_agent AS agent FROM alb_access_logs ORDER BY agent")).map(
    ({ agent }) => agent,
  );

/** Copies files into the lake, and commits them with a writer that fails in some way. */
async function commitWith(change: (writer: LakeWriter) => LakeWriter): Promise<CommittedAll> {
  const layout = lakeLayout(lake.lake);
  return withLakeLock(layout, async () => {
    const { store } = await openFolders(lake.logs, layout);
    return withSpoolPool((pool) =>
      withLakeWriter(layout, pool, (writer) =>
        commitNoted(store, layout, change(writer), undefined, () => undefined),
      ),
    );
  });
}

/** Copies and notes files without lines yet, as an interrupted ingest leaves them. */
async function deliver(contents: Readonly<Record<string, string>>): Promise<void> {
  lake.put(albKey(), line("first"));
  await lake.ingest();
  const folder = "raw/alb_access_logs/dt=2026-11-23/hour=07";
  for (const [name, text] of Object.entries(contents)) {
    writeFileSync(join(lake.lake, folder, `${name}.log.gz`), gzipSync(text));
  }
  const { store } = await openFolders(lake.logs, lakeLayout(lake.lake));
  const keys = Object.keys(contents).map((name) => `${folder}/${name}.log.gz`);
  await noteArrivals({ store, clock: systemClock }, LAKE_BUCKET, keys.map(fileAt));
}

describe("a file of hostile bytes", () => {
  it.each([
    ["a line of 9 MiB", gzipSync(Buffer.alloc(9 * MIB, "a"))],
    ["bytes that are not UTF-8", gzipSync(Buffer.alloc(3.5 * MIB, 0xff))],
    ["zeros", gzipSync(Buffer.alloc(20 * MIB))],
    ["separators", gzipSync(Buffer.alloc(2 * MIB, 0x1f))],
  ])("does not stop the files before and after it: %s", async (_, bytes) => {
    lake.put(albKey("20261123T0605Z"), line("before"));
    lake.put(albKey("20261123T0705Z"), line("same hour"));
    lake.put(albKey("20261123T0705Z"), bytes);
    lake.put(albKey("20261123T0805Z"), line("after"));
    expect(await lake.ingest()).toMatchObject({
      lost: [],
      rows: { alb_access_logs: 3 },
      unparsed: { alb_access_logs: 1 },
    });
    expect(await agents()).toEqual(["after", "before", "same hour"]);
  });
});

describe("a file that makes its commit fail", () => {
  const failing = ({ pool, ...writer }: LakeWriter): LakeWriter => ({
    ...writer,
    pool: {
      ...pool,
      spool: async (task) => {
        if (task.names.includes("b.log.gz")) throw new Error("out of memory");
        return pool.spool(task);
      },
    },
  });

  it("is named, all other files of its commit are added, and the next run tries it again", async () => {
    await deliver({ a: line("a"), b: line("b"), c: line("c"), d: line("d"), e: line("e") });
    const key = "raw/alb_access_logs/dt=2026-11-23/hour=07/b.log.gz";
    const lost = [{ key, reason: "failed-file", detail: "out of memory" }];
    expect(await commitWith(failing)).toMatchObject({ lost, rows: { alb_access_logs: 4 } });
    expect(await commitWith(failing)).toMatchObject({ lost, rows: { alb_access_logs: 0 } });
    expect(await commitWith((writer) => writer)).toMatchObject({ lost: [], rows: { alb_access_logs: 1 } });
    expect(await agents()).toEqual(["a", "b", "c", "d", "e", "first"]);
  });

  it("does not make a copy of it count as known", async () => {
    await deliver({ a: line("a"), b: line("b") });
    await deliver({ c: line("b") });
    await commitWith(failing);
    await commitWith(failing);
    expect(await agents()).toContain("b");
  });

  it("stops the run if the reason is a full disk, because then no file can be added", async () => {
    await deliver({ a: line("a"), b: line("b") });
    const full = ({ pool, ...writer }: LakeWriter): LakeWriter => ({
      ...writer,
      pool: {
        ...pool,
        spool: async () => {
          throw Object.assign(new Error("write failed"), { code: "ENOSPC" });
        },
      },
    });
    await expect(commitWith(full)).rejects.toThrow("write failed");
    expect((await commitWith((writer) => writer)).lost).toEqual([]);
    expect(await agents()).toEqual(["a", "b", "first"]);
  });
});

describe("a file that cannot be read", () => {
  it("is named, and the other files are added", async () => {
    await deliver({ a: line("a"), b: line("b"), c: line("c") });
    const key = "raw/alb_access_logs/dt=2026-11-23/hour=07/b.log.gz";
    const removing = ({ pool, ...writer }: LakeWriter): LakeWriter => ({
      ...writer,
      pool: {
        ...pool,
        spool: async (task) => {
          rmSync(join(lake.lake, key), { force: true });
          return pool.spool(task);
        },
      },
    });
    const { lost } = await commitWith(removing);
    expect(lost).toEqual([{ key, reason: "failed-file", detail: expect.stringContaining("ENOENT") }]);
    expect(await agents()).toEqual(["a", "c", "first"]);
  });
});

// The system lets root read every file.
(process.getuid?.() === 0 ? describe.skip : describe)("files and folders without permission", () => {
  const denied = (key: string) => chmodSync(join(lake.logs, key), 0);

  it("are named, with what was tried", async () => {
    const named = albKey();
    lake.put(named, line("a"));
    lake.put("renamed.log", line("b"));
    lake.put("deep/other.log", line("c"));
    for (const key of [named, "renamed.log", "deep"]) denied(key);
    const { lost } = await lake.ingest();
    chmodSync(join(lake.logs, "deep"), 0o700);
    expect(Object.fromEntries(lost.map(({ key, detail }) => [key, detail]))).toEqual({
      [named]: "it cannot be copied to the lake: you have no permission",
      "renamed.log": "it cannot be read: you have no permission",
      "deep/": "its files cannot be listed: you have no permission",
    });
  });

  it("are named by the path if it is the folder itself", async () => {
    denied(".");
    const { lost } = await lake.ingest();
    chmodSync(lake.logs, 0o700);
    expect(lost.map(({ key }) => key)).toEqual([lake.logs]);
  });
});

it("the reason of a file's error names no path, and what was tried", () => {
  const error = Object.assign(new Error("EACCES: permission denied, open '/a/b'"), { code: "EACCES" });
  expect(fileProblem("it cannot be read", error)).toBe("it cannot be read: you have no permission");
  expect(fileProblem("it cannot be read", new Error("unexpected end of file"))).toBe(
    "unexpected end of file",
  );
});

describe("a Parquet file that cannot be read", () => {
  it("stops only its own hour, which is tried again until the file is repaired or deleted", async () => {
    await deliver({ a: line("a") });
    const hour = join(lake.lake, "typed/alb_access_logs/dt=2026-11-23/hour=07");
    const broken = join(hour, "0123456789abcdef.parquet");
    writeFileSync(broken, "no Parquet");
    lake.put(albKey("20261123T0905Z"), line("other hour"));
    const { lost, rows } = await lake.ingest();
    expect([lost.map(({ key }) => key), rows]).toEqual([
      ["raw/alb_access_logs/dt=2026-11-23/hour=07/"],
      { alb_access_logs: 1 },
    ]);
    rmSync(broken);
    expect(await lake.ingest()).toMatchObject({ lost: [], rows: { alb_access_logs: 1 } });
    expect(await agents()).toEqual(["a", "first", "other hour"]);
  });
});
