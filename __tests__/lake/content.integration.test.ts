import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { openDuckdb } from "../../lake/duckdb-engine";
import { ingest } from "../../lake/ingest";
import { albKey, type TestLake, testLake } from "../helpers/lake";
import { albLine } from "../helpers/lines";

let lake: TestLake;
beforeEach(() => {
  lake = testLake();
});
afterEach(() => lake.delete());

const NOW = new Date("2026-11-28T12:00:00Z");
const textOf = (lines: number, agent = '"a"') => `${albLine({ user_agent: agent })}\n`.repeat(lines);
const original = (key: string) => join(lake.logs, key);
const putAt = (key: string, body: string | Buffer, time = NOW) => {
  lake.put(key, body);
  utimesSync(original(key), time, time);
};
const agents = () =>
  lake.query("SELECT user_agent AS agent, count(*) AS n FROM alb_access_logs GROUP BY ALL ORDER BY agent");
const ingestFrom = (directory: string) =>
  ingest({ inputs: [directory], lake: lake.lake, deleteOriginals: false, onProgress: () => undefined });
const parquets = (): string[] =>
  readdirSync(join(lake.lake, "typed"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".parquet"))
    .map((name) => join(lake.lake, "typed", name));

const rawFiles = (): string[] =>
  readdirSync(join(lake.lake, "raw"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
const rawTexts = () => rawFiles().map((path) => readFileSync(path, "base64"));

/** Removes what versions before the records of contents did not write. */
async function makeOldLake(): Promise<void> {
  const engine = await openDuckdb();
  for (const file of parquets()) {
    const sql = `COPY (SELECT * FROM read_parquet('${file}', hive_partitioning = false)) TO '${file}.old' (FORMAT parquet)`;
    await engine.run({ sql, token: "old" });
    renameSync(`${file}.old`, file);
  }
  engine.close();
  for (const name of [".buckets.json", "privacy.json", ".lock.duckdb"]) rmSync(join(lake.lake, name));
}

describe("a file that changed since it was committed", () => {
  it("is committed in place of its old rows, and the rows of other files stay", async () => {
    const key = albKey();
    putAt(key, textOf(2));
    putAt(albKey(), textOf(3, '"other"'));
    await lake.ingest();
    putAt(key, textOf(5));
    expect(await lake.ingest()).toMatchObject({ changed: 1, rows: { alb_access_logs: 5 }, lost: [] });
    expect(await agents()).toEqual([
      { agent: "a", n: 5 },
      { agent: "other", n: 3 },
    ]);
    expect(await lake.ingest()).toMatchObject({ changed: 0, rows: { alb_access_logs: 0 } });
    expect(parquets()).toHaveLength(1);
  });

  it("keeps its old rows while it is corrupt", async () => {
    const key = albKey();
    putAt(key, textOf(2));
    await lake.ingest();
    putAt(key, gzipSync(textOf(9)).subarray(0, 40));
    expect(await lake.ingest()).toMatchObject({ changed: 0, skipped: { "corrupt-file": 1 } });
    expect(await agents()).toEqual([{ agent: "a", n: 2 }]);
    putAt(key, textOf(9));
    expect(await lake.ingest()).toMatchObject({ changed: 1, skipped: {} });
    expect(await agents()).toEqual([{ agent: "a", n: 9 }]);
  });

  it.each([
    ["no line", "# header\n"],
    ["an empty line", "\n"],
    ["unparsed lines", "<html>\n<body>\n<p>\n"],
  ])("keeps its old rows while it has only %s, and its text stays in the lake", async (_, body) => {
    const key = albKey();
    putAt(key, textOf(2));
    await lake.ingest();
    const before = rawTexts();
    putAt(key, body);
    for (const _run of [1, 2]) {
      expect((await lake.ingest()).lost).toEqual([
        {
          key,
          reason: "not-replaced",
          detail: expect.stringContaining("it has no row, and its old content has 2 rows"),
        },
      ]);
    }
    expect([await agents(), rawTexts()]).toEqual([[{ agent: "a", n: 2 }], before]);
    putAt(key, textOf(3));
    expect(await lake.ingest()).toMatchObject({ changed: 1, lost: [] });
    expect(await agents()).toEqual([{ agent: "a", n: 3 }]);
  });

  it("loses its rows if it has no row now and the old text was deleted from the lake", async () => {
    const key = albKey();
    putAt(key, textOf(2));
    await lake.ingest();
    putAt(key, "#Version: 1.0\n");
    for (const path of rawFiles()) rmSync(path);
    expect(await lake.ingest()).toMatchObject({ changed: 1, lost: [] });
    expect(await agents()).toEqual([]);
  });

  it("replaces unparsed lines without rows by other ones", async () => {
    const key = albKey();
    putAt(key, "<html>\n");
    await lake.ingest();
    putAt(key, "<html>\n<body>\n");
    expect(await lake.ingest()).toMatchObject({ changed: 1, lost: [], shrunk: [] });
  });

  it("says how many rows it had and has if these are fewer", async () => {
    const key = albKey();
    putAt(key, textOf(5));
    await lake.ingest();
    putAt(key, textOf(2));
    expect(await lake.ingest()).toMatchObject({
      changed: 1,
      lost: [],
      shrunk: [{ key, rowsBefore: 5, rows: 2 }],
    });
    expect(await lake.ingest()).toMatchObject({ changed: 0, shrunk: [] });
  });

  it.each(["1969-12-31T23:59:59.999Z", "1969-12-31T23:59:58.000Z", "1901-12-14T00:00:00.001Z"])(
    "is not copied again if it is older than computers' time: %s",
    async (time) => {
      putAt(albKey(), textOf(1), new Date(time));
      await lake.ingest();
      expect(await lake.ingest()).toMatchObject({ moved: 1, added: 0, changed: 0 });
    },
  );

  it("is not committed again if only its time changed, and is then not read in each run", async () => {
    const key = albKey();
    putAt(key, textOf(2));
    await lake.ingest();
    putAt(key, textOf(2), new Date("2026-11-28T13:00:00Z"));
    expect(await lake.ingest()).toMatchObject({ changed: 0, rows: { alb_access_logs: 0 } });
    const before = parquets();
    await lake.ingest();
    expect(parquets()).toEqual(before);
    putAt(key, textOf(4), new Date("2026-11-28T14:00:00Z"));
    expect(await lake.ingest()).toMatchObject({ changed: 1 });
    // The record of the first content, with the time of the touched file, must not hide that it is back.
    putAt(key, textOf(2), new Date("2026-11-28T13:00:00Z"));
    expect(await lake.ingest()).toMatchObject({ changed: 1 });
    expect(await agents()).toEqual([{ agent: "a", n: 2 }]);
  });
});

describe("a corrupt file", () => {
  it("is looked at again in each run, even if an intact one of the same size and time takes its place", async () => {
    const key = albKey();
    const intact = gzipSync(textOf(300));
    const corrupt = Buffer.from(intact);
    corrupt.fill(0, 60);
    putAt(key, corrupt);
    expect((await lake.ingest()).skipped).toEqual({ "corrupt-file": 1 });
    putAt(key, intact);
    expect(await lake.ingest()).toMatchObject({ lost: [], rows: { alb_access_logs: 300 } });
    expect(await agents()).toEqual([{ agent: "a", n: 300 }]);
  });
});

describe("the same content under another name", () => {
  it("is not added twice: in the same run, in a renamed folder, and below another root", async () => {
    const key = albKey();
    putAt(key, textOf(2));
    putAt(`copy/${key}`, textOf(2));
    expect(await lake.ingest()).toMatchObject({ duplicates: 1, rows: { alb_access_logs: 2 } });
    const renamed = join(lake.logs, "..", "renamed");
    cpSync(lake.logs, renamed, { recursive: true, preserveTimestamps: true });
    expect(await ingestFrom(renamed)).toMatchObject({ duplicates: 2, rows: { alb_access_logs: 0 } });
    expect(await ingestFrom(join(lake.logs, "alb"))).toMatchObject({ duplicates: 1 });
    expect(await agents()).toEqual([{ agent: "a", n: 2 }]);
    // A file that is known does not use the disk twice, and is not read again.
    const raw = readdirSync(join(lake.lake, "raw"), { recursive: true, encoding: "utf8" })
      .map((name) => statSync(join(lake.lake, "raw", name)))
      .filter((stats) => stats.isFile());
    expect([raw.length, new Set(raw.map(({ ino }) => ino)).size]).toEqual([5, 1]);
    const before = parquets();
    expect(await ingestFrom(renamed)).toMatchObject({ duplicates: 0 });
    expect(parquets()).toEqual(before);
  });

  it("is added if it is in another hour: two hours may have the same text", async () => {
    putAt(albKey("20261123T0705Z"), textOf(2));
    putAt(albKey("20261123T0905Z"), textOf(2));
    expect(await lake.ingest()).toMatchObject({ duplicates: 0, rows: { alb_access_logs: 4 } });
  });
});

describe("two folders with the same name", () => {
  it("do not replace each other's files, but a folder that moved keeps its files", async () => {
    const key = albKey();
    putAt(key, textOf(2));
    await lake.ingest();
    const [second, third] = ["second", "third"].map((name) => join(lake.logs, "..", name, "logs"));
    const write = (folder = "", body = "") => {
      mkdirSync(dirname(join(folder, key)), { recursive: true });
      writeFileSync(join(folder, key), gzipSync(body));
    };
    write(second, textOf(3, '"b"'));
    expect(await ingestFrom(second ?? "")).toMatchObject({ changed: 0, rows: { alb_access_logs: 3 } });
    expect(await lake.ingest()).toMatchObject({ changed: 0, rows: { alb_access_logs: 0 } });
    expect(await agents()).toEqual([
      { agent: "a", n: 2 },
      { agent: "b", n: 3 },
    ]);
    mkdirSync(dirname(third ?? ""));
    renameSync(lake.logs, third ?? "");
    write(third, textOf(7));
    expect(await ingestFrom(third ?? "")).toMatchObject({ changed: 1, duplicates: 0 });
    expect(await agents()).toEqual([
      { agent: "a", n: 7 },
      { agent: "b", n: 3 },
    ]);
  });
});

describe("a folder with a name that objects of JavaScript have", () => {
  it.each(["__proto__", "constructor", "toString", "lake"])("keeps its files apart: %s", async (name) => {
    const key = albKey();
    const folders = [1, 2].map((number) => join(lake.logs, "..", `in ${number}`, name));
    for (const [index, folder] of folders.entries()) {
      mkdirSync(dirname(join(folder, key)), { recursive: true });
      writeFileSync(join(folder, key), gzipSync(textOf(index + 1, `"${index}"`)));
    }
    for (const folder of [...folders, ...folders]) await ingestFrom(folder);
    expect(await agents()).toEqual([
      { agent: "0", n: 1 },
      { agent: "1", n: 2 },
    ]);
    const names = JSON.parse(readFileSync(join(lake.lake, ".buckets.json"), "utf8"));
    expect(Object.values(names)).toEqual(folders.map((folder) => realpathSync.native(folder)));
  });
});

describe("a list of folders that is not complete", () => {
  it("is refused, because another folder could replace the files of the first one", async () => {
    putAt(albKey(), textOf(2));
    await lake.ingest();
    const file = join(lake.lake, ".buckets.json");
    const text = readFileSync(file, "utf8");
    for (const damaged of [text.slice(0, 20), "[]", "null", '{"logs": 1}']) {
      writeFileSync(file, damaged);
      await expect(lake.ingest()).rejects.toThrow(`${file}: expected an object with the path of each folder`);
    }
    writeFileSync(file, text);
    expect(await lake.ingest()).toMatchObject({ changed: 0, duplicates: 0, lost: [] });
  });
});

describe("a lake of a version that kept no records of contents", () => {
  it("keeps its rows, adds nothing twice, and finds what changed or comes under another name from then on", async () => {
    const [key, grown] = [albKey(), albKey()];
    putAt(key, textOf(2));
    putAt(grown, textOf(3, '"b"'));
    await lake.ingest();
    await makeOldLake();
    // The old version replaced the copy of a file that grew, but not its rows.
    putAt(grown, textOf(4, '"b"'));
    expect(await lake.ingest()).toMatchObject({ changed: 1, duplicates: 0, rows: { alb_access_logs: 4 } });
    putAt(`copy/${key}`, textOf(2));
    expect(await lake.ingest()).toMatchObject({ changed: 0, duplicates: 1, rows: { alb_access_logs: 0 } });
    expect(await agents()).toEqual([
      { agent: "a", n: 2 },
      { agent: "b", n: 4 },
    ]);
  });

  it("is read before a copy of one of its files is added", async () => {
    const key = albKey();
    putAt(key, textOf(2));
    await lake.ingest();
    await makeOldLake();
    const renamed = join(lake.logs, "..", "renamed");
    renameSync(lake.logs, renamed);
    expect(await ingestFrom(renamed)).toMatchObject({ duplicates: 1, rows: { alb_access_logs: 0 } });
    expect(await agents()).toEqual([{ agent: "a", n: 2 }]);
  });
});

describe("--move", () => {
  const move = () => lake.ingest({ deleteOriginals: true });

  it("deletes an original only after its lines are in the typed table, and never a corrupt file", async () => {
    const [good, bad, copy] = [albKey(), albKey(), `copy/${albKey()}`];
    putAt(good, textOf(2));
    putAt(bad, gzipSync(textOf(2)).subarray(0, 30));
    putAt(copy, textOf(2));
    expect(await move()).toMatchObject({ duplicates: 1, skipped: { "corrupt-file": 1 } });
    expect([good, bad, copy].map((key) => existsSync(original(key)))).toEqual([false, true, false]);
  });

  it("keeps an original that changes while it is ingested, and commits the rest in the next run", async () => {
    const key = albKey().replace(".gz", "");
    putAt(key, textOf(2));
    const summary = await ingest({
      inputs: [lake.logs],
      lake: lake.lake,
      deleteOriginals: true,
      onProgress: ({ phase }) => {
        if (phase === "commit") appendFileSync(original(key), textOf(1, '"late"'));
      },
    });
    expect(summary.lost).toEqual([
      { key, reason: "original-kept", detail: expect.stringContaining("changed after it was copied") },
    ]);
    expect(await move()).toMatchObject({ changed: 1, lost: [] });
    expect(existsSync(original(key))).toBe(false);
    expect(await agents()).toEqual([
      { agent: "a", n: 2 },
      { agent: "late", n: 1 },
    ]);
  });
});

describe("a file under the name of one that --move deleted", () => {
  const move = () => lake.ingest({ deleteOriginals: true });
  const key = albKey();
  const replace = async (body: string | Buffer) => {
    putAt(key, textOf(2));
    await move();
    putAt(key, body, new Date("2026-11-28T13:00:00Z"));
  };

  it.each([true, false])("does not replace its only copy, with --move: %s", async (deleteOriginals) => {
    await replace(textOf(4, '"b"'));
    const before = rawTexts();
    for (const _run of [1, 2]) {
      expect((await lake.ingest({ deleteOriginals })).lost).toEqual([
        {
          key,
          reason: "not-replaced",
          detail: expect.stringMatching(/only copy is .*, and this one does not begin with its lines; move/),
        },
      ]);
    }
    expect(existsSync(original(key))).toBe(true);
    expect([await agents(), rawTexts()]).toEqual([[{ agent: "a", n: 2 }], before]);
  });

  it("does not replace it with a part of its lines, nor with a corrupt file", async () => {
    await replace(textOf(1));
    expect(await move()).toMatchObject({ changed: 0, skipped: { "not-replaced": 1 } });
    putAt(key, gzipSync(textOf(9)).subarray(0, 40));
    expect(await move()).toMatchObject({ changed: 0, skipped: { "corrupt-file": 1 } });
    expect(existsSync(original(key))).toBe(true);
    expect(await agents()).toEqual([{ agent: "a", n: 2 }]);
  });

  it("replaces it if it begins with its lines, and is deleted then", async () => {
    await replace(textOf(2) + textOf(1, '"b"'));
    expect(await move()).toMatchObject({ changed: 1, lost: [] });
    expect(existsSync(original(key))).toBe(false);
    expect(await agents()).toEqual([
      { agent: "a", n: 2 },
      { agent: "b", n: 1 },
    ]);
  });

  it.each([
    ["the same bytes", gzipSync(textOf(2))],
    ["the same text, compressed differently", gzipSync(textOf(2), { level: 0 })],
  ])("is deleted, too, if it has %s", async (_, body) => {
    await replace(body);
    expect(await move()).toMatchObject({ lost: [] });
    expect(existsSync(original(key))).toBe(false);
    expect(await agents()).toEqual([{ agent: "a", n: 2 }]);
  });

  it("is added from a folder with another name", async () => {
    await replace(textOf(4, '"b"'));
    const other = join(lake.logs, "..", "other");
    renameSync(lake.logs, other);
    expect(await ingestFrom(other)).toMatchObject({ rows: { alb_access_logs: 4 }, lost: [] });
    expect(await agents()).toEqual([
      { agent: "a", n: 2 },
      { agent: "b", n: 4 },
    ]);
  });
});

describe("--move and a content of the same size and time", () => {
  it("keeps the original, whose bytes are in no copy", async () => {
    const key = albKey();
    putAt(key, gzipSync(textOf(2, '"a"')));
    await lake.ingest();
    putAt(key, gzipSync(textOf(2, '"b"')));
    const { lost } = await lake.ingest({ deleteOriginals: true });
    expect(lost).toEqual([
      {
        key,
        reason: "original-kept",
        detail: expect.stringContaining("its content is not that of its copy"),
      },
    ]);
    expect(existsSync(original(key))).toBe(true);
    const later = new Date("2026-11-28T13:00:00Z");
    utimesSync(original(key), later, later);
    expect(await lake.ingest({ deleteOriginals: true })).toMatchObject({ changed: 1, lost: [] });
    expect(await agents()).toEqual([{ agent: "b", n: 2 }]);
  });
});

describe("the list of skipped files", () => {
  it("has the corrupt files, whose keys and reasons the summary has, too", async () => {
    putAt(albKey(), Buffer.from("no gzip"));
    putAt(albKey(), gzipSync(textOf(2)).subarray(0, 30));
    const { lost } = await lake.ingest();
    expect(lost.map(({ reason }) => reason)).toEqual(["corrupt-file", "corrupt-file"]);
    const listed = readFileSync(join(lake.lake, "skipped.jsonl"), "utf8").trim().split("\n");
    expect(listed.map((line) => JSON.parse(line))).toEqual(lost);
  });
});
