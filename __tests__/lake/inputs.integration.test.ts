import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { albKey, type TestLake, testLake } from "../helpers/lake";
import { albLine } from "../helpers/lines";

let lake: TestLake;
beforeEach(() => {
  lake = testLake();
});
afterEach(() => lake.delete());

const line = (agent: string) => `${albLine({ user_agent: `"${agent}"` })}\n`;
const path = (...parts: readonly string[]) => join(lake.logs, ...parts);
const agents = async () =>
  (await lake.query("SELECT user_agent FROM alb_access_logs ORDER BY 1")).map(
    ({ user_agent: agent }) => agent,
  );

describe("the arguments of ingest", () => {
  it("are many files, with names of AWS and without", async () => {
    const keys = Array.from({ length: 30 }, () => albKey());
    for (const [index, key] of keys.entries()) lake.put(key, line(`named ${index}`));
    lake.put("a/renamed.log", line("renamed"));
    lake.put("a/other.log", line("not asked for"));
    const files = [...keys, "a/renamed.log"].map((key) => path(key));
    expect(await lake.ingest({ inputs: files })).toMatchObject({ moved: 31, rows: { alb_access_logs: 31 } });
    expect(await agents()).not.toContain("not asked for");
  });

  it("are folders and files; what is in both is read once", async () => {
    lake.put("a/one.log", line("one"));
    lake.put("a/deep/two.log", line("two"));
    lake.put("b/three.log", line("three"));
    const inputs = ["a", "a/deep", "a/one.log", "b/three.log", "b/../a"].map((key) => path(key));
    expect(await lake.ingest({ inputs })).toMatchObject({ moved: 3, duplicates: 0 });
    expect(await agents()).toEqual(["one", "three", "two"]);
  });

  it.each([
    ["*.log", ["a", "b1"]],
    ["b?.log", ["b1"]],
    ["[ab].log", ["a"]],
    ["[!a]*.log", ["b1"]],
    ["deep/*", ["c", "d"]],
    ["**/*.log", ["a", "b1", "c", "d"]],
    ["*/*/*.log", ["d"]],
    ["d*", ["c", "d"]],
  ])("are patterns that the shell did not expand: %s", async (pattern, found) => {
    for (const [key, agent] of [
      ["a.log", "a"],
      ["b1.log", "b1"],
      [".hidden.log", "hidden"],
      ["deep/c.log", "c"],
      ["deep/er/d.log", "d"],
      ["[x].log.txt", "x"],
    ] as const)
      lake.put(key, line(agent));
    await lake.ingest({ inputs: [path(pattern)] });
    expect(await agents()).toEqual(found);
  });

  it("are files whose names look like patterns", async () => {
    lake.put("[x].log", line("x"));
    await lake.ingest({ inputs: [path("[x].log")] });
    expect(await agents()).toEqual(["x"]);
  });

  it("that are nothing are named all at once", async () => {
    lake.put("a.log", line("a"));
    const inputs = [path("none"), path("*.gz"), path("a.log")];
    await expect(lake.ingest({ inputs })).rejects.toThrow(
      `${path("none")}: there is no such file or folder
${path("*.gz")}: no file matches`,
    );
  });

  it("may be files in the folder that the lake is in, but not in the lake", async () => {
    const root = join(lake.logs, "..");
    lake.put("../web.log", line("web"));
    expect((await lake.ingest({ inputs: [join(root, "web.log")] })).moved).toBe(1);
    const inLake = join(lake.lake, "skipped.jsonl");
    await expect(lake.ingest({ inputs: [inLake] })).rejects.toThrow("the file is in the lake");
  });
});

describe("a lake", () => {
  it("is no folder of logs, but its moved files are", async () => {
    lake.put("web.log", line("web"));
    await lake.ingest();
    const other = join(lake.logs, "../other");
    await expect(lake.ingest({ inputs: [lake.lake], lake: other })).rejects.toThrow(
      `${lake.lake}: that is a lake; ingest the logs that it was made of, or their copies in ${join(lake.lake, "raw")}`,
    );
    expect(await lake.ingest({ inputs: [join(lake.lake, "raw")], lake: other })).toMatchObject({ moved: 1 });
  });

  it("is not created among other files: nothing is written", async () => {
    lake.put("../mine/notes.txt", "mine");
    lake.put("web.log", line("web"));
    const mine = join(lake.logs, "../mine");
    await expect(lake.ingest({ lake: mine })).rejects.toThrow(
      `lake ${mine}: the folder has other files and is not a lake; name a new or empty folder with --lake`,
    );
    expect(readdirSync(mine)).toEqual(["notes.txt"]);
    const file = join(mine, "notes.txt");
    await expect(lake.ingest({ lake: file })).rejects.toThrow(
      `lake ${file}: that is a file; enter the folder of a lake`,
    );
    rmSync(file);
    expect((await lake.ingest({ lake: mine })).moved).toBe(1);
  });
});

describe("a file of a folder that was ingested", () => {
  it("is the same file when it is named by its path", async () => {
    const key = albKey();
    lake.put(key, line("before"));
    await lake.ingest();
    lake.put(key, line("after") + line("after"));
    const inputs = [path(key)];
    expect(await lake.ingest({ inputs })).toMatchObject({ moved: 1, added: 1, changed: 1 });
    expect(await agents()).toEqual(["after", "after"]);
    expect(await lake.ingest({ inputs })).toMatchObject({ moved: 1, added: 0, rows: { alb_access_logs: 0 } });
  });
});

describe("folders", () => {
  it.each(["raw", "lake", "typed"])("called %s are folders like any other", async (name) => {
    lake.put(`${name}/${albKey()}`, line("named"));
    lake.put(`${name}/renamed.log`, line("renamed"));
    expect(await lake.ingest()).toMatchObject({ moved: 2, skipped: {} });
    mkdirSync(path(name, "deep", name), { recursive: true });
    lake.put(`${name}/deep/${name}/again.log`, line("again"));
    expect(await lake.ingest({ inputs: [path(name)] })).toMatchObject({
      moved: 3,
      rows: { alb_access_logs: 1 },
    });
  });
});
