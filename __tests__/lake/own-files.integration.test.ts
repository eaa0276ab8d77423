import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { lakeFacts } from "../../inspect/lake-facts";
import { albKey, type TestLake, testLake } from "../helpers/lake";
import { albLine } from "../helpers/lines";

let lake: TestLake;
beforeEach(async () => {
  lake = testLake();
  lake.put(albKey(), `${albLine()}\n`);
  await lake.ingest();
});
afterEach(() => lake.delete());

const itOnLinux = process.platform === "linux" ? it : it.skip;
const replace = (name: string, make: (path: string) => void): string => {
  const path = join(lake.lake, name);
  rmSync(path, { force: true });
  make(path);
  return path;
};
const TABLE = "typed/alb_access_logs";
/** The only Parquet file. */
function parquet(): string {
  const names = readdirSync(lake.lake, { recursive: true, encoding: "utf8" });
  return join(lake.lake, names.find((name) => name.endsWith(".parquet")) ?? "");
}
/** A folder cannot be copied into itself. */
function copyOf(folder: string, target: string): void {
  const aside = join(lake.logs, "..", "aside");
  cpSync(folder, aside, { recursive: true });
  cpSync(aside, target, { recursive: true });
}
const agents = () => lake.query("SELECT user_agent AS agent FROM alb_access_logs ORDER BY agent");
const pipe = (path: string) => execFileSync("mkfifo", [path]);

describe("something else in the place of one of a lake's own files", () => {
  const names = [
    "privacy.json",
    "skipped.jsonl",
    ".buckets.json",
    ".downloads.jsonl",
    ".read-files.jsonl",
    ".deleted-originals",
    ".lock.duckdb",
    ".lock",
    ".privacy-salt",
  ];
  itOnLinux.each(names)("is named instead of waiting for a pipe for ever: %s", async (name) => {
    const path = replace(name, pipe);
    await expect(lake.ingest()).rejects.toThrow(
      `${path}: expected a file of the lake, found a pipe or device`,
    );
    await expect(lake.query("SELECT 1")).rejects.toThrow(path);
    await expect(
      lakeFacts(lake.lake, { isDeep: false, now: new Date(), onProgress: () => undefined }),
    ).rejects.toThrow(path);
  });

  it("is named if it is a folder", async () => {
    const path = replace("privacy.json", mkdirSync);
    await expect(lake.ingest()).rejects.toThrow(`${path}: expected a file of the lake, found a folder`);
  });

  itOnLinux("stops only its own hour below the typed tables, and no query", async () => {
    const path = replace(relative(lake.lake, parquet()), pipe);
    lake.put(albKey(), `${albLine({ user_agent: '"other file"' })}\n`);
    lake.put(albKey("20261123T0905Z"), `${albLine({ user_agent: '"other hour"' })}\n`);
    expect(await lake.ingest()).toMatchObject({
      lost: [
        { reason: "failed-file", detail: expect.stringContaining(`${path}: expected a file of the lake`) },
      ],
    });
    expect(await agents()).toEqual([{ agent: "other hour" }]);
  });
});

describe("something in a table that no commit wrote", () => {
  const agentsOfTwo = [{ agent: "curl/8.10.1" }, { agent: "new" }];
  const add = () => lake.put(albKey(), `${albLine({ user_agent: '"new"' })}\n`);

  it.each([
    ["a copy of a Parquet file", (file: string) => cpSync(file, file.replace(".parquet", " copy.parquet"))],
    ["a copy that macOS made", (file: string) => writeFileSync(file.replace(/([^/\\]+)$/, "._$1"), "x")],
    [
      "a backup of an hour",
      (file: string) => cpSync(dirname(file), `${dirname(file)}.bak`, { recursive: true }),
    ],
    ["a backup of a day", (file: string) => copyOf(dirname(dirname(file)), join(lake.lake, TABLE, "backup"))],
    [
      "a folder of a Parquet file's name",
      (file: string) => copyOf(dirname(file), join(dirname(file), "a.parquet")),
    ],
    ["settings of a file manager", (file: string) => writeFileSync(join(dirname(file), ".DS_Store"), "x")],
  ])("doubles no row and stops no commit: %s", async (_, make) => {
    make(parquet());
    add();
    expect(await lake.ingest()).toMatchObject({ lost: [], rows: { alb_access_logs: 1 } });
    expect(await agents()).toEqual(agentsOfTwo);
  });

  itOnLinux("is not waited for if it is a pipe", async () => {
    pipe(join(dirname(parquet()), "ffffffffffffffff.parquet"));
    expect(await agents()).toEqual(agentsOfTwo.slice(0, 1));
  });
});
