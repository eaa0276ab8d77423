import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { albKey, type TestLake, testLake } from "../helpers/lake";
import { albLine, CLOUDFRONT_FIELDS, cloudfrontLine } from "../helpers/lines";
import { runProgram } from "../helpers/run-program";

let lake: TestLake;
beforeEach(() => {
  lake = testLake();
});
afterEach(() => lake.delete());

const run = (args: readonly string[], input: string | Buffer = "") =>
  runProgram(["ingest", ...args, "--lake", lake.lake], { input, cwd: lake.logs });
const TEXT = `${albLine()}\n`;

describe("access-logs ingest", () => {
  it("reads standard input, compressed or not, and the same lines once", async () => {
    const first = await run(["-"], gzipSync(TEXT));
    expect([first.status, first.stderr]).toEqual([0, ""]);
    expect(first.stdout).toContain("standard input: alb, by its lines, in 1 hour\n");
    expect((await run(["-"], TEXT)).stdout).toContain("0 new in alb_access_logs");
    expect(await lake.query("SELECT count(*) AS n FROM alb_access_logs")).toEqual([{ n: 1 }]);
  });

  it("ends with exit code 1 if a file has lines of several formats, which it names, and no row of it is in a table", async () => {
    const header = `#Version: 1.0\n#Fields: ${Object.keys(CLOUDFRONT_FIELDS).join(" ")}\n`;
    lake.put("both.log", header + `${cloudfrontLine()}\n`.repeat(20) + TEXT.repeat(50));
    const { status, stdout } = await run(["."]);
    expect(status).toBe(1);
    expect(stdout).toContain("skipped   1 mixed-file\n");
    expect(stdout).toContain(
      "both.log: it has lines of several formats: alb, cloudfront; ingest the lines of each format as a file of their own\n",
    );
    expect((await run(["both.log", "--json"])).status).toBe(1);
    lake.put("both.log", header + TEXT);
    expect((await run(["both.log"])).stdout).toContain(
      "it has lines of alb after the header of another log; ",
    );
  });

  it("has a warning and exit code 1 if most lines of a log are not of its format", async () => {
    const { status, stderr } = await run(
      ["-"],
      TEXT.repeat(100) + "2026-11-23\t07:05:00\tFRA56\n".repeat(150),
    );
    expect([status, stderr]).toEqual([
      1,
      "warning: standard input: most of its lines are in no row: 150 lines are not of the format alb; ingest logs of several formats as several files\n",
    ]);
  });

  it("has a warning if most lines of a log under AWS's name are in no row", async () => {
    lake.put(albKey(), `${TEXT}${"no log line\n".repeat(3)}`);
    lake.put(albKey("20261123T0710Z"), `${TEXT.repeat(3)}${"no log line\n".repeat(3)}`);
    const { status, stdout, stderr } = await run(["."]);
    expect(status).toBe(0);
    expect(stdout).toContain("4 new in alb_access_logs");
    expect(stderr).toMatch(
      /^warning: raw\/alb_access_logs\/\S+: most of its lines are in no row: 3 lines have another form than AWS writes; see the table's _unparsed, and rename files that are no such logs\n$/,
    );
  });

  it("says what is new and what was read before", async () => {
    lake.put(albKey(), TEXT);
    lake.put("renamed.log", TEXT.replace("GET", "PUT"));
    expect((await run(["."])).stdout).toContain("logs      2 files: 2 new, 0 read before\n");
    expect((await run(["."])).stdout).toContain("logs      2 files: 0 new, 2 read before\n");
  });

  it("has a warning if a file that changed has fewer rows, and an error if it has none", async () => {
    const key = albKey();
    lake.put(key, TEXT.repeat(5));
    await run(["."]);
    lake.put(key, TEXT.repeat(2));
    const shorter = await run(["."]);
    expect([shorter.status, shorter.stderr]).toEqual([
      0,
      `warning: ${key}: the file changed, and has 2 rows instead of 5; if it is damaged, put the intact file in its place, and ingest it again\n`,
    ]);
    lake.put(key, "\n");
    const { status, stdout } = await run(["."]);
    expect(status).toBe(1);
    expect(stdout).toContain("skipped   1 not-replaced\n");
    expect(stdout).toContain(`delete ${join(lake.lake, "raw")}`);
    expect(await lake.query("SELECT count(*) AS n FROM alb_access_logs")).toEqual([{ n: 2 }]);
  });

  it("has a warning if two forms of a log have different lines", async () => {
    const key = albKey();
    lake.put(key, TEXT);
    lake.put(key.replace(/\.gz$/, ""), TEXT.replace("GET", "PUT"));
    const { status, stderr } = await run(["."]);
    expect(status).toBe(0);
    expect(stderr).toMatch(
      /^warning: raw\/.*\.log: the lake has other lines of the same log, .* into a new lake\n$/,
    );
  });

  it("ends with an error if no file is a log: it names the files, and says what was expected", async () => {
    lake.put("notes.txt", "text");
    const { status, stderr } = await run(["."]);
    expect(status).toBe(1);
    expect(stderr).toContain("skipped notes.txt: its lines have no known format\n");
    expect(stderr).toMatch(
      /^error: no access log was found; expected files with AWS's names, or .*: alb, .*--format$/m,
    );
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it("does not propose --format if the named format is what no line has", async () => {
    lake.put("notes.txt", "text");
    const { status, stderr } = await run(["notes.txt", "--format", "waf"]);
    expect(status).toBe(1);
    expect(stderr).toContain("skipped notes.txt: none of its first lines is a line of waf\n");
    expect(stderr).toMatch(
      /^error: no access log was found; .* lines have the format waf; without --format,/m,
    );
  });

  it("ends with an error after a file that is not complete, and takes the others", async () => {
    writeFileSync(join(lake.logs, "cut.log.gz"), gzipSync(TEXT).subarray(0, -9));
    lake.put("whole.log", TEXT);
    const { status, stdout } = await run(["cut.log.gz", "whole.log"]);
    expect(status).toBe(1);
    expect(stdout).toContain("rows      1 new in alb_access_logs");
    expect(stdout).toContain("cut.log.gz: unexpected end of file");
  });

  it("takes a format that exists", async () => {
    lake.put("a.log", TEXT);
    expect((await run(["a.log", "--format", "alb"])).status).toBe(0);
    const { status, stderr } = await run(["a.log", "--format", "nginx"]);
    expect([status, stderr]).toEqual([2, expect.stringContaining("Allowed choices are alb, ")]);
  });
});
