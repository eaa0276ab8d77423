import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
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
const pipe = (path: string) => execFileSync("mkfifo", [path]);

describe("something else in the place of one of a lake's own files", () => {
  const names = [
    "privacy.json",
    "skipped.jsonl",
    ".buckets.json",
    ".downloads.jsonl",
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

  itOnLinux("is named below the typed tables", async () => {
    const name = readdirSync(lake.lake, { recursive: true, encoding: "utf8" }).find((one) =>
      one.endsWith(".parquet"),
    );
    const path = replace(name ?? "", pipe);
    await expect(lake.ingest()).rejects.toThrow(`${path}: expected a file of the lake`);
  });
});
