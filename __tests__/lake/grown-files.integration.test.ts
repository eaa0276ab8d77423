import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { albKey, type TestLake, testLake } from "../helpers/lake";
import { albLine, CLOUDFRONT_FIELDS, cloudfrontLine } from "../helpers/lines";

let lake: TestLake;
beforeEach(() => {
  lake = testLake();
});
afterEach(() => lake.delete());

/** Ten lines of each hour. */
const lineAt = (number: number, log = "a"): string =>
  albLine({
    time: new Date(Date.UTC(2026, 5, 1, 0, 6 * number)).toISOString().replace(".000Z", ".000001Z"),
    user_agent: `"${log}${number}"`,
  });
const linesOf = (count: number, log?: string): string =>
  Array.from({ length: count }, (_, number) => `${lineAt(number, log)}\n`).join("");
const counted = async () => {
  const [counts] = await lake.query(
    "SELECT count(*) AS rows, count(DISTINCT user_agent) AS lines FROM alb_access_logs",
  );
  return counts;
};
const exactly = (lines: number) => ({ rows: lines, lines });

describe("a file without AWS's name that has grown", () => {
  it("has each line once, and its rows are those of its new content", async () => {
    lake.put("web.log", linesOf(5));
    await lake.ingest();
    lake.put("web.log", linesOf(25));
    expect(await lake.ingest()).toMatchObject({ added: 1, changed: 1, lost: [] });
    expect(await counted()).toEqual(exactly(25));
    lake.put("web.log", linesOf(28));
    await lake.ingest();
    expect(await counted()).toEqual(exactly(28));
    expect(await lake.ingest()).toMatchObject({ added: 0, changed: 0, rows: { alb_access_logs: 0 } });
    expect(await counted()).toEqual(exactly(28));
  });

  it("has each line once when it is ingested again after a run that was killed before its commit", async () => {
    lake.put("web.log", linesOf(5));
    await lake.ingest();
    const [row] = await lake.query("SELECT any_value(log_file) AS file FROM alb_access_logs");
    const file = join(lake.lake, String(row?.file));
    const later = new Date(statSync(file).mtimeMs + 1);
    writeFileSync(file, gzipSync(linesOf(8)));
    utimesSync(file, later, later);
    lake.put("web.log", linesOf(8));
    await lake.ingest();
    expect(await counted()).toEqual(exactly(8));
  });

  it("is known by its lines: also under another name, or compressed", async () => {
    lake.put("web.log", linesOf(5));
    await lake.ingest();
    lake.put("web.log.1.gz", linesOf(8));
    lake.put("web.log", linesOf(2, "b"));
    await lake.ingest();
    expect(await counted()).toEqual(exactly(10));
  });

  it("adds nothing when an older copy of it is ingested", async () => {
    lake.put("web.log", linesOf(15));
    await lake.ingest();
    lake.put("old/web.log", linesOf(7));
    expect(await lake.ingest()).toMatchObject({ moved: 2, added: 0, rows: { alb_access_logs: 0 } });
    expect(await counted()).toEqual(exactly(15));
  });

  it("gets the rest of a line that was cut when it was read", async () => {
    lake.put("web.log", linesOf(5).slice(0, -20));
    await lake.ingest();
    lake.put("web.log", linesOf(6));
    await lake.ingest();
    expect(await counted()).toEqual(exactly(6));
    expect(await lake.query("SELECT count(*) AS n FROM alb_access_logs_unparsed")).toEqual([{ n: 0 }]);
    lake.put("cut.log", linesOf(4).slice(0, -20));
    expect(await lake.ingest()).toMatchObject({ added: 0, unparsed: { alb_access_logs: 0 } });
  });

  it("is not confused with another one that begins with the same header", async () => {
    const header = `#Version: 1.0\n#Fields: ${Object.keys(CLOUDFRONT_FIELDS).join(" ")}\n`;
    const line = (time: string) => `${cloudfrontLine({ time: `07:0${time}:00` })}\n`;
    lake.put("one.log", header + line("1"));
    await lake.ingest();
    lake.put("one.log", header + line("1") + line("2"));
    lake.put("two.log", header + line("3"));
    await lake.ingest();
    const rows = await lake.query(
      "SELECT strftime(time, '%M') AS minute FROM cloudfront_access_logs ORDER BY 1",
    );
    expect(rows).toEqual([{ minute: "01" }, { minute: "02" }, { minute: "03" }]);
  });

  it("keeps the rows of a log that was rotated: the new log has none of its lines", async () => {
    lake.put("web.log", linesOf(5));
    await lake.ingest();
    lake.put("web.log", linesOf(5, "b"));
    await lake.ingest();
    expect(await counted()).toEqual(exactly(10));
  });

  it("is added next to a file of lines that is damaged", async () => {
    lake.put("web.log", linesOf(5));
    await lake.ingest();
    const [row] = await lake.query("SELECT any_value(log_file) AS file FROM alb_access_logs");
    writeFileSync(join(lake.lake, String(row?.file)), "damaged");
    lake.put("web.log", linesOf(6));
    const { lost } = await lake.ingest();
    expect(lost).toMatchObject([{ key: row?.file, reason: "corrupt-file" }]);
    expect((await counted())?.lines).toBe(6);
  });

  it("has each line once, however it and its copies grow and are read", async () => {
    const step = fc.record({
      name: fc.constantFrom("web.log", "copy.log", "web.log.gz"),
      log: fc.constantFrom("a" as const, "b" as const),
      lines: fc.integer({ min: 1, max: 25 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 5 }), async (steps) => {
        lake.delete();
        lake = testLake();
        const most = { a: 0, b: 0 };
        for (const { name, log, lines } of steps) {
          lake.put(`${log}/${name}`, linesOf(lines, log));
          most[log] = Math.max(most[log], lines);
          await lake.ingest();
          expect(await counted()).toEqual(exactly(most.a + most.b));
        }
      }),
      { seed: 20261130, numRuns: 6 },
    );
  });
});

describe("the same bytes under a name of AWS and under another one", () => {
  const BODY = linesOf(12);
  /** The copy, below another folder. */
  const copy = (key: string, name: string) => {
    mkdirSync(join(lake.logs, "copies"));
    copyFileSync(join(lake.logs, key), join(lake.logs, "copies", name));
  };
  const inputs = (folder: string) => ({ inputs: [join(lake.logs, folder)] });

  it("are added once when both are in a folder", async () => {
    const key = albKey("20260601T0110Z");
    lake.put(key, BODY);
    copy(key, "copy.log.gz");
    expect(await lake.ingest()).toMatchObject({ moved: 2, added: 1, duplicates: 1 });
    expect(await counted()).toEqual(exactly(12));
    await lake.ingest();
    expect(await counted()).toEqual(exactly(12));
  });

  it.each([
    ["the name of AWS", "alb", "copies"],
    ["the other name", "copies", "alb"],
  ])("are added once when %s comes first", async (_, first, second) => {
    const key = albKey("20260601T0110Z");
    lake.put(key, BODY);
    copy(key, "copy.log.gz");
    expect(await lake.ingest(inputs(first))).toMatchObject({ added: 1, duplicates: 0 });
    expect(await lake.ingest(inputs(second))).toMatchObject({
      moved: 1,
      added: 0,
      duplicates: 1,
      rows: { alb_access_logs: 0 },
    });
    expect(await lake.ingest({ ...inputs(second), deleteOriginals: true })).toMatchObject({ lost: [] });
    expect(
      readdirSync(join(lake.logs, second), { recursive: true, withFileTypes: true }).filter((entry) =>
        entry.isFile(),
      ),
    ).toEqual([]);
    expect(await counted()).toEqual(exactly(12));
  });

  it("are added again when the file with the lines was deleted from the lake, or another content is", async () => {
    const key = albKey("20260601T0110Z");
    lake.put(key, BODY);
    copy(key, "copy.log.gz");
    await lake.ingest(inputs("copies"));
    rmSync(join(lake.lake, "raw"), { recursive: true });
    rmSync(join(lake.lake, "typed"), { recursive: true });
    await lake.ingest(inputs("alb"));
    expect(await counted()).toEqual(exactly(12));
    // The file now has the content of another one, whose lines are there.
    lake.put("copies/copy.log.gz", linesOf(3, "b"));
    await lake.ingest(inputs("copies"));
    lake.put(key, linesOf(3, "b"));
    await lake.ingest(inputs("alb"));
    expect(await lake.query("SELECT count(*) AS n FROM alb_access_logs WHERE user_agent LIKE 'a%'")).toEqual([
      { n: 0 },
    ]);
  });
});
