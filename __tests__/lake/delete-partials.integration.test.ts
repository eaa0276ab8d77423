import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { partialPath } from "../../lake/directory-object-store";
import { albKey, type TestLake, testLake } from "../helpers/lake";
import { albLine } from "../helpers/lines";

let lake: TestLake;
beforeEach(async () => {
  lake = testLake();
  lake.put(albKey(), `${albLine()}\n`);
  await lake.ingest();
});
afterEach(() => lake.delete());

/** Puts a file into the lake. @returns true for as long as it is there */
const put = (path: string): (() => boolean) => {
  const file = join(lake.lake, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, "x");
  return () => existsSync(file);
};
const interrupted = () => put(".lock");

describe("an ingest after one that was killed", () => {
  it.each([
    "raw/alb_access_logs/dt=2026-11-23/hour=07/a.log.gz",
    "raw/cloudfront_access_logs/dt=2026-11-23/hour=08/a.log.gz",
    "_arrivals/alb_access_logs/dt=2026-11-23/hour=07/note.json",
    "typed/alb_access_logs/dt=2026-11-23/hour=07/a.parquet",
    "skipped.jsonl",
  ])("deletes what was left in the middle of a write: %s", async (path) => {
    const isThere = put(partialPath(path));
    interrupted();
    expect(await lake.ingest()).toMatchObject({ moved: 1, added: 0, rows: { alb_access_logs: 0 } });
    expect(isThere()).toBe(false);
    expect(await lake.query("SELECT count(*) AS n FROM alb_access_logs")).toEqual([{ n: 1 }]);
  });

  it("deletes no file of another name, or in another folder", async () => {
    const others = [
      "raw/alb_access_logs/dt=2026-11-23/hour=07/notes.partial",
      "raw/alb_access_logs/dt=2026-11-23/hour=07/notes.txt",
      "notes.partial",
      partialPath("mine/notes.txt"),
    ].map(put);
    interrupted();
    await lake.ingest();
    expect(others.map((isThere) => isThere())).toEqual([true, true, true, true]);
  });
});

it("an ingest after one that finished deletes a lock that was left, and does not look into the partitions", async () => {
  const lock = put(partialPath(".lock.duckdb"));
  const copy = put(partialPath("raw/alb_access_logs/dt=2026-11-23/hour=07/a.log.gz"));
  await lake.ingest();
  expect([lock(), copy()]).toEqual([false, true]);
});
