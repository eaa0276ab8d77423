import { existsSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { FORMAT_IDS, FORMATS } from "../../formats";
import { ingest } from "../../lake/ingest";
import { albKey, keyOf, type TestLake, testLake } from "../helpers/lake";
import { albLine } from "../helpers/lines";

let lake: TestLake;
beforeEach(() => {
  lake = testLake();
});
afterEach(() => lake.delete());

const textOf = (lines: number) =>
  Array.from({ length: lines }, (_, index) => `${albLine({ user_agent: `"${index}"` })}\n`).join("");
const plainOf = (key: string) => key.slice(0, -".gz".length);
const original = (key: string) => join(lake.logs, key);
const rows = async (table = "alb_access_logs") =>
  (await lake.query(`SELECT count(*) AS n, count(DISTINCT log_file) AS files FROM ${table}`))[0];
const move = () => lake.ingest({ deleteOriginals: true });
const parquets = (): string[] =>
  readdirSync(join(lake.lake, "typed"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".parquet"))
    .sort();

describe("a log under AWS's name that was decompressed", () => {
  it("adds no row, is counted as known, and is not compared in each run", async () => {
    const key = albKey();
    lake.put(key, textOf(3));
    await lake.ingest();
    rmSync(original(key));
    lake.put(plainOf(key), textOf(3));
    expect(await lake.ingest()).toMatchObject({ duplicates: 1, changed: 0, rows: { alb_access_logs: 0 } });
    expect(await rows()).toEqual({ n: 3, files: 1 });
    const before = parquets();
    expect(await lake.ingest()).toMatchObject({ duplicates: 0, rows: { alb_access_logs: 0 } });
    expect(parquets()).toEqual(before);
  });

  it("is the same log if it came first, and was compressed then", async () => {
    const key = albKey();
    lake.put(plainOf(key), textOf(3));
    await lake.ingest();
    lake.put(key, textOf(3));
    expect(await lake.ingest()).toMatchObject({ duplicates: 1, rows: { alb_access_logs: 0 } });
    expect(await rows()).toEqual({ n: 3, files: 1 });
  });

  it("is the same log if both forms are in one folder, or in two", async () => {
    const [one, two] = [albKey(), albKey()];
    for (const key of [one, plainOf(one), `a/${two}`, `b/${plainOf(two)}`]) {
      lake.put(key, key.includes(plainOf(one)) ? textOf(2) : textOf(5));
    }
    const summary = await lake.ingest();
    expect(summary).toMatchObject({ moved: 4, duplicates: 2, rows: { alb_access_logs: 7 }, lost: [] });
    expect(await rows()).toEqual({ n: 7, files: 2 });
  });

  it("is known when the packed form was only touched in the same run", async () => {
    const key = albKey();
    lake.put(key, textOf(3));
    await lake.ingest();
    const later = new Date("2030-01-01T00:00:00Z");
    utimesSync(original(key), later, later);
    lake.put(plainOf(key), textOf(3));
    expect(await lake.ingest()).toMatchObject({ duplicates: 1, rows: { alb_access_logs: 0 } });
    expect(await rows()).toEqual({ n: 3, files: 1 });
  });

  it.each([
    ["the packed form", (key: string) => [plainOf(key), key] as const],
    ["the form that is not packed", (key: string) => [key, plainOf(key)] as const],
  ])("takes the place of the old rows if it has grown: %s", async (_, formsOf) => {
    const [first, second] = formsOf(albKey());
    lake.put(first, textOf(3));
    lake.put(albKey(), textOf(1).replace("GET", "PUT"));
    await lake.ingest();
    lake.put(second, textOf(5));
    expect(await lake.ingest()).toMatchObject({ changed: 1, rows: { alb_access_logs: 5 }, lost: [] });
    expect(await rows()).toEqual({ n: 6, files: 2 });
    expect(await lake.ingest()).toMatchObject({ changed: 0, rows: { alb_access_logs: 0 } });
    expect(await rows()).toEqual({ n: 6, files: 2 });
  });

  it("adds no row if it is the beginning of the packed form, and is added when that has another text", async () => {
    const key = albKey();
    lake.put(key, textOf(5));
    lake.put(plainOf(key), textOf(3));
    expect(await lake.ingest()).toMatchObject({ duplicates: 1, rows: { alb_access_logs: 5 } });
    lake.put(key, textOf(9).replaceAll("GET", "PUT"));
    expect(await lake.ingest()).toMatchObject({ changed: 1, rows: { alb_access_logs: 12 } });
    expect(await rows()).toEqual({ n: 12, files: 2 });
  });

  it("is added if the packed form has other lines, or is corrupt", async () => {
    const [one, two] = [albKey(), albKey()];
    lake.put(one, textOf(3));
    lake.put(plainOf(one), textOf(4).replaceAll("GET", "PUT"));
    lake.put(two, gzipSync(textOf(500)).subarray(0, 400));
    lake.put(plainOf(two), textOf(2));
    for (const expected of [9, 0]) {
      expect(await lake.ingest()).toMatchObject({
        rows: { alb_access_logs: expected },
        duplicates: 0,
        skipped: { "corrupt-file": 1 },
      });
    }
    lake.put(two, textOf(2));
    expect(await lake.ingest()).toMatchObject({ duplicates: 1, skipped: {} });
    expect(await rows()).toEqual({ n: 9, files: 3 });
  });

  it("is named if the packed form has other lines: the rows of both are in the table", async () => {
    const key = albKey();
    lake.put(key, textOf(3));
    lake.put(plainOf(key), textOf(3).replaceAll("GET", "PUT"));
    const { differing } = await lake.ingest();
    expect(differing).toEqual([expect.stringMatching(/^raw\/alb_access_logs\/.*\.log$/)]);
    expect(await rows()).toEqual({ n: 6, files: 2 });
    expect(await lake.ingest()).toMatchObject({ differing: [], rows: { alb_access_logs: 0 } });
  });

  it("is deleted by --move, as its lines are in the table", async () => {
    const key = albKey();
    lake.put(key, textOf(3));
    lake.put(plainOf(key), textOf(3));
    expect(await move()).toMatchObject({ duplicates: 1, lost: [] });
    expect([key, plainOf(key)].map((one) => existsSync(original(one)))).toEqual([false, false]);
    expect(await rows()).toEqual({ n: 3, files: 1 });
  });

  it("is kept by --move if it changes while it is ingested", async () => {
    const key = albKey();
    lake.put(key, textOf(3));
    await lake.ingest();
    lake.put(plainOf(key), textOf(3));
    const { lost } = await ingest({
      inputs: [lake.logs],
      lake: lake.lake,
      deleteOriginals: true,
      onProgress: ({ phase }) => {
        if (phase === "commit") lake.put(plainOf(key), textOf(4));
      },
    });
    expect(lost).toEqual([expect.objectContaining({ key: plainOf(key), reason: "original-kept" })]);
    expect(await move()).toMatchObject({ changed: 1, lost: [] });
    expect(await rows()).toEqual({ n: 4, files: 1 });
  });

  it("has the rows of its longest text, whichever of its two forms change in each run", async () => {
    const length = fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined });
    const round = fc.tuple(length, length);
    const play = async (rounds: readonly (readonly (number | undefined)[])[]) => {
      lake.delete();
      lake = testLake();
      const key = albKey();
      const forms = [key, `other/${plainOf(key)}`];
      const held = new Map<string, number>();
      for (const [at, lengths] of rounds.entries()) {
        for (const [index, form] of forms.entries()) {
          const lines = lengths[index];
          if (lines === undefined) continue;
          lake.put(form, textOf(lines));
          utimesSync(original(form), at, at);
          held.set(form, lines);
        }
        await lake.ingest();
        expect((await rows())?.n).toBe(Math.max(0, ...held.values()));
      }
    };
    await fc.assert(fc.asyncProperty(fc.array(round, { minLength: 2, maxLength: 4 }), play), {
      seed: 20261130,
      numRuns: 10,
    });
  });

  const packed = FORMAT_IDS.filter((id) => FORMATS[id].sampleKeys[0].endsWith(".gz"));
  it.each(packed)("is the same log by the names of each format: %s", async (id) => {
    const key = keyOf(id);
    lake.put(key, "no line\n");
    lake.put(plainOf(key), "no line\n");
    const { table } = FORMATS[id];
    expect(await lake.ingest()).toMatchObject({ moved: 2, duplicates: 1, unparsed: { [table]: 1 } });
    expect(await rows(`${table}_unparsed`)).toEqual({ n: 1, files: 1 });
  });
});
