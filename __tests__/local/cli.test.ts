import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestLake, testLake } from "../helpers/lake";

const ROOT = join(__dirname, "../..");
const PROGRAM = join(ROOT, "dist/access-logs.js");

const run = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
};

let lake: TestLake;
beforeAll(() => {
  if (!existsSync(PROGRAM)) throw new Error('dist/ is not built: run "npm run build"');
  lake = testLake();
});
afterAll(() => lake.delete());

describe("access-logs", () => {
  it("makes logs, ingests them and answers, with one JSON document on standard output each", () => {
    const sample = run("sample", lake.logs, "--files", "6", "--lines", "20", "--json");
    expect(sample.status).toBe(0);
    const written = JSON.parse(sample.stdout);
    const ingested = run("ingest", lake.logs, "--lake", lake.lake, "--json");
    expect([ingested.status, ingested.stderr]).toEqual([0, ""]);
    expect(JSON.parse(ingested.stdout)).toEqual({
      moved: 6,
      skipped: written.skipped,
      rows: written.rows,
      unparsed: written.unparsed,
      partitions: expect.any(Object),
      seconds: expect.any(Number),
    });
    const query = run("query", "SELECT count(*) AS n FROM alb_access_logs", "--lake", lake.lake, "--json");
    expect(JSON.parse(query.stdout)).toEqual([{ n: written.rows.alb_access_logs }]);
  });

  it("prints tables and CSV, and NULL as nothing", () => {
    const sql = `SELECT 'a,"b"' AS text, NULL AS nothing, 1.5 AS number, TIMESTAMP '2026-11-23 07:05:00' AS time`;
    expect(run("query", sql, "--lake", lake.lake).stdout).toBe(
      'text   nothing  number  time\n-----  -------  ------  --------------------\na,"b"              1.5  2026-11-23T07:05:00Z\n(1 row)\n',
    );
    expect(run("query", sql, "--lake", lake.lake, "--format", "csv").stdout).toBe(
      'text,nothing,number,time\r\n"a,""b""",,1.5,2026-11-23T07:05:00.000000Z\r\n',
    );
    expect(run("query", "SELECT 1 AS n WHERE false", "--lake", lake.lake, "--format", "json").stdout).toBe(
      "[]\n",
    );
  });

  it("prints the DDL that is committed", () => {
    expect(run("ddl").stdout).toBe(readFileSync(join(ROOT, "athena.ddl"), "utf8"));
    const one = run("ddl", "--table", "alb_access_logs_raw", "--database", "logs", "--bucket", "b-1");
    expect(one.stdout).toContain("CREATE EXTERNAL TABLE IF NOT EXISTS `logs`.`alb_access_logs_raw`");
    expect(one.stdout).toContain("LOCATION 's3://b-1/raw/alb_access_logs/'");
  });

  it.each([
    [["query", "SELEC 1", "--lake", "LAKE"], 1, /^access-logs: query local failed: .*syntax error/],
    [["query", "SELECT * FROM nothing", "--lake", "LAKE"], 1, /nothing does not exist/],
    [
      ["query", "SELECT 1", "--lake", "/nowhere"],
      1,
      /^access-logs: lake \/nowhere: there is no such folder; make one with/,
    ],
    [["ingest", "/nowhere", "--lake", "LAKE"], 1, /^access-logs: \/nowhere: there is no such folder/],
    [["ingest", "/nowhere"], 2, /required option '--lake <folder>' not specified/],
    [["ingset"], 2, /unknown command 'ingset'/],
    [["sample", "x", "--files", "many"], 2, /Expected a whole number from 1/],
    [["query", "SELECT 1", "--lake", "LAKE", "--format", "xml"], 2, /Allowed choices are table, json, csv/],
    [["ddl", "--database", "a b"], 2, /Expected lower-case letters, digits and _/],
  ])("answers a mistake with one line and an exit code: %j", (args, status, message) => {
    const result = run(...args.map((arg) => (arg === "LAKE" ? lake.lake : arg)));
    expect(result.status).toBe(status);
    expect(result.stderr).toMatch(message);
    expect(result.stderr).not.toMatch(/\n\s+at /);
    expect(result.stdout).toBe("");
  });

  it("ends quietly when its reader has seen enough", () => {
    const command = `"${process.execPath}" "${PROGRAM}" query "SELECT * FROM range(1000000)" --lake "${lake.lake}" --format csv | head -n 2`;
    const { status, stdout, stderr } = spawnSync("sh", ["-c", command], { encoding: "utf8" });
    expect([status, stdout, stderr]).toEqual([0, "range\r\n0\r\n", ""]);
  });

  it.each(["sample", "ingest", "query", "ddl"])("explains %s with examples", (command) => {
    const { status, stdout } = run(command, "--help");
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`Examples:\\n {2}\\$ access-logs ${command}`));
  });

  it("runs every question of the documentation", () => {
    const questions = [
      ...readFileSync(join(ROOT, "docs/queries.md"), "utf8").matchAll(/```sql\n([\s\S]*?)```/g),
    ];
    expect(questions.length).toBeGreaterThan(8);
    for (const [, sql = ""] of questions) {
      expect([sql, run("query", sql, "--lake", lake.lake, "--json").status]).toEqual([sql, 0]);
    }
  });
});
