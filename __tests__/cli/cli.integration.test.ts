import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { version } from "../../package.json";
import { type TestLake, testLake } from "../helpers/lake";
import { PROGRAM, runProgram } from "../helpers/run-program";

const ROOT = join(__dirname, "../..");

const run = (...args: readonly string[]) => runProgram(args);

let lake: TestLake;
beforeAll(() => {
  if (!existsSync(PROGRAM)) throw new Error('dist/ is not built: run "npm run build"');
  lake = testLake();
});
afterAll(() => lake.delete());

describe("access-logs", () => {
  it("creates logs, ingests them and answers questions, and prints one JSON document for each command", async () => {
    const sample = await run("sample", lake.logs, "--files", "6", "--lines", "20", "--json");
    expect(sample.status).toBe(0);
    const written = JSON.parse(sample.stdout);
    const ingested = await run("ingest", lake.logs, "--lake", lake.lake, "--json");
    expect([ingested.status, ingested.stderr]).toEqual([
      0,
      "skipped notes/read-me.txt: its lines have no known format\n",
    ]);
    expect(JSON.parse(ingested.stdout)).toEqual({
      moved: written.files,
      added: written.files,
      recognised: [],
      ignored: expect.any(Array),
      skipped: written.skipped,
      lost: [],
      changed: 0,
      shrunk: [],
      duplicates: 0,
      differing: [],
      mostlyUnparsed: [],
      rows: written.rows,
      unparsed: written.unparsed,
      elsewhere: {},
      partitions: expect.any(Object),
      seconds: expect.any(Number),
    });
    const query = await run(
      "query",
      "SELECT count(*) AS n FROM alb_access_logs",
      "--lake",
      lake.lake,
      "--json",
    );
    expect(JSON.parse(query.stdout)).toEqual([{ n: written.rows.alb_access_logs }]);
  });

  it("prints its version, and ends with an exit code, when it is started by itself", () => {
    const start = (arg: string) => spawnSync(process.execPath, [PROGRAM, arg], { encoding: "utf8" });
    expect(start("--version")).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: "" });
    expect(start("--versoin")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("unknown option"),
    });
  });

  it("prints tables and CSV, and NULL as empty text", async () => {
    const sql = `SELECT 'a,"b"' AS text, NULL AS nothing, 1.5 AS number, TIMESTAMP '2026-11-23 07:05:00' AS time`;
    expect((await run("query", sql, "--lake", lake.lake)).stdout).toBe(
      'text   nothing  number  time\n-----  -------  ------  --------------------\na,"b"              1.5  2026-11-23T07:05:00Z\n(1 row)\n',
    );
    expect((await run("query", sql, "--lake", lake.lake, "--format", "csv")).stdout).toBe(
      'text,nothing,number,time\r\n"a,""b""",,1.5,2026-11-23T07:05:00.000000Z\r\n',
    );
    expect(
      (await run("query", "SELECT 1 AS n WHERE false", "--lake", lake.lake, "--format", "json")).stdout,
    ).toBe("[]\n");
  });

  it("prints the costs of a month in eighty columns, and every item and price as JSON", async () => {
    const load = ["--files-per-day", "100000", "--gb-per-day", "10"];
    const { status, stdout, stderr } = await run("cost", ...load);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^total( +[\d,.]+){7}$/m);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    const { bills, prices } = JSON.parse((await run("cost", ...load, "--json")).stdout);
    expect(bills).toHaveLength(7);
    expect(prices.athenaScan.usd).toBe(5);
  });

  it("prints the DDL that is in the repository", async () => {
    expect((await run("ddl")).stdout).toBe(readFileSync(join(ROOT, "athena.ddl"), "utf8"));
    const one = await run("ddl", "--table", "alb_access_logs_raw", "--database", "logs", "--bucket", "b-1");
    expect(one.stdout).toContain("CREATE EXTERNAL TABLE IF NOT EXISTS `logs`.`alb_access_logs_raw`");
    expect(one.stdout).toContain("LOCATION 's3://b-1/raw/alb_access_logs/'");
  });

  it.each([
    [["query", "SELEC 1", "--lake", "LAKE"], 1, /^error: SQL failed: Parser Error: syntax error/],
    [["query", "SELECT * FROM nothing", "--lake", "LAKE"], 1, /nothing does not exist/],
    [
      ["query", "SELECT 1", "--lake", "/nowhere"],
      1,
      /^error: lake \/nowhere: the folder does not exist; create the lake with/,
    ],
    [["ingest", "/nowhere", "--lake", "LAKE"], 1, /^error: \/nowhere: there is no such file or folder/],
    [["ingest", "--lake", "LAKE"], 2, /missing required argument 'paths'/],
    [["backfill", "--from", "2026-01-01", "--to", "2026-01-02"], 2, /--bucket on AWS, or --dir for a lake/],
    [["connect-bucket", "--bucket", "b", "--owner", "111122223333"], 2, /--eventbridge or --queue ARN/],
    [
      ["query", "--file", "/nowhere.sql", "--lake", "LAKE"],
      1,
      /^error: \/nowhere\.sql: the file or folder does not exist/,
    ],
    [["ingset"], 2, /unknown command 'ingset'/],
    [["sample", "x", "--files", "many"], 2, /Expected a whole number from 1/],
    [
      ["query", "SELECT 1", "--lake", "LAKE", "--format", "xml"],
      2,
      /Allowed choices are table, json, csv, parquet/,
    ],
    [
      ["ask", "alb_top_client"],
      2,
      /unknown question "alb_top_client": did you mean alb_top_clients\? "access-logs ask" lists the questions/,
    ],
    [["ask", "alb_tls", "--workgroup", "w"], 2, /choose where to run the query: --lake FOLDER/],
    [["ask", "alb_topclients", "--lake", "LAKE"], 2, /did you mean alb_top_clients\?/],
    [["ask", "--bogus"], 2, /unknown option '--bogus'/],
    [["ask", "--lake"], 2, /unknown option '--lake'/],
    [["ask", "--lake", "LAKE", "alb_topclients"], 2, /unknown option '--lake'/],
    [
      ["ask", "--lake", "my lake", "alb_tls"],
      2,
      /options come after the name of the question: access-logs ask alb_tls --lake 'my lake'$/m,
    ],
    [["ask", "alb_client_session", "--lake", "LAKE"], 2, /required option '--client <text>' not specified/],
    [
      ["ask", "alb_tls", "--lake", "LAKE", "--from", "tomorrow"],
      2,
      /"from" must be a valid time, e\.g\. 2026-11-23, /,
    ],
    [
      ["ask", "alb_tls", "--athena", "--to", "2026-06-01"],
      2,
      /--to needs --from on Athena, which bills scanned bytes: set the first time, too/,
    ],
    [
      ["ask", "alb_compare_week", "--lake", "LAKE", "--to", "2026-06-01"],
      2,
      /--to needs --from: set the first time, too/,
    ],
    [
      ["query", "FROM nope", "--lake", "LAKE"],
      1,
      /Table with name nope does not exist! The tables are alb_access_logs, /,
    ],
    [["query", "FROM alb_access_log", "--lake", "LAKE"], 1, /does not exist! Did you mean "alb_access_logs/],
    [["ask", "alb_compare_week", "--lake", "LAKE"], 2, /set the day to compare, e\.g\. --from 2026-11-23/],
    [["ddl", "--database", "a b"], 2, /Expected lower-case letters, digits and _/],
  ])("answers a wrong command line with one line and an exit code: %j", async (args, status, message) => {
    const result = await run(...args.map((arg) => (arg === "LAKE" ? lake.lake : arg)));
    expect(result.status).toBe(status);
    expect(result.stderr).toMatch(message);
    expect(result.stderr).not.toMatch(/\n\s+at /);
    expect(result.stdout).toBe("");
  });

  it("replaces what a terminal interprets in an error that quotes a value", async () => {
    const { status, stderr } = await run("query", "SELECT 'a\u001b[2Jb\u202E'::INTEGER", "--lake", lake.lake);
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: SQL failed: Conversion Error: .*'a\uFFFD\[2Jb\uFFFD'.*\n$/),
    ]);
  });

  it("reads only, unless the option for any SQL is set", async () => {
    const file = join(lake.lake, "..", "copied.csv");
    const args = ["query", `COPY (SELECT 1 AS n) TO '${file}'`, "--lake", lake.lake];
    expect((await run(...args)).stderr).toContain("--unsafe runs any SQL");
    expect(existsSync(file)).toBe(false);
    expect((await run(...args, "--unsafe")).status).toBe(0);
    expect(readFileSync(file, "utf8")).toBe("n\n1\n");
  });

  it("writes the rows to a file instead, completely or not at all, and never over another", async () => {
    const folder = join(lake.lake, "..");
    const query = (file: string, sql: string, ...more: string[]) =>
      run("query", sql, "--lake", lake.lake, "--output", join(folder, file), ...more);
    const rows = "SELECT 1 AS n";
    expect(await query("rows.csv", rows)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^wrote 1 row, 6 B, to /),
    });
    expect(readFileSync(join(folder, "rows.csv"), "utf8")).toBe("n\r\n1\r\n");
    expect(await query("rows.csv", rows)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("replace it with --force"),
    });
    expect((await query("rows.csv", "SELECT 22 AS n", "--force")).status).toBe(0);
    expect(readFileSync(join(folder, "rows.csv"), "utf8")).toBe("n\r\n22\r\n");
    expect((await query("rows", rows, "--format", "json")).status).toBe(0);
    expect(JSON.parse(readFileSync(join(folder, "rows"), "utf8"))).toEqual([{ n: 1 }]);
    expect((await query("bad.csv", "SELECT 'a'::INTEGER FROM range(9)")).status).toBe(1);
    expect(await query("rows.ods", rows)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(".csv, .json, .parquet or .xlsx"),
    });
    expect((await query("rows.xlsx", rows)).stdout).toMatch(/^wrote 1 row, /);
    expect((await run("ask", "alb_tls", "--lake", lake.lake, "-o", join(folder, "tls.parquet"))).status).toBe(
      0,
    );
    expect(readdirSync(folder).filter((name) => /partial|bad|ods/.test(name))).toEqual([]);
  });

  it("shows times in a time zone, alike in tables and in JSON", async () => {
    const query = ["query", "SELECT TIMESTAMP '2026-07-01 23:30:00.25' AS time", "--lake", lake.lake];
    const shown = "2026-07-02T01:30:00.250000+02:00";
    expect((await run(...query, "--tz", "Europe/Berlin")).stdout.split("\n")[2]).toBe(shown);
    expect(JSON.parse((await run(...query, "--tz", "Europe/Berlin", "--json")).stdout)).toEqual([
      { time: shown },
    ]);
    expect(await run(...query, "--tz", "Berlin")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("no time zone"),
    });
  });

  it.each([["--lake", "my lake"], ["--lake=x"], ["--athena"]])(
    "lists the questions without a name, also with an option that says where: %s",
    async (...options) => {
      const [list, json] = [await run("ask"), await run("ask", "--json")];
      expect(await run("ask", ...options)).toEqual(list);
      expect(await run("ask", ...options, "--json")).toEqual(json);
    },
  );

  it("lists the questions, and answers one", async () => {
    const names = JSON.parse((await run("ask", "--json")).stdout).map(({ name }: { name: string }) => name);
    const lines = (await run("ask")).stdout.trimEnd().split("\n");
    expect(lines.map((line) => line.split(" ")[0])).toEqual(names);
    expect(lines[0]).toMatch(/^alb_top_clients +Which clients send the most requests and bytes\?$/);
    const ask = ["ask", "alb_top_clients", "--lake", lake.lake, "--limit", "2", "--json"];
    expect(JSON.parse((await run(...ask)).stdout)).toHaveLength(2);
    expect(JSON.parse((await run(...ask, "--from", "2016-01-01", "--to", "2016-01-02")).stdout)).toEqual([]);
  });

  it("prints the SQL of a question, and `query` gives the same answer for it", async () => {
    const ask = ["ask", "alb_latency_by_url", "--min-requests", "1", "--from", "2026-06-01"];
    const sql = (await run(...ask, "--sql")).stdout;
    const answer = (await run(...ask, "--lake", lake.lake)).stdout;
    expect((await run("query", sql, "--lake", lake.lake, "--json")).stdout).toBe(
      (await run(...ask, "--lake", lake.lake, "--json")).stdout,
    );
    expect(answer).toMatch(/^pattern +requests +\(s\) /m);
    expect(Math.max(...answer.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it("treats a value as text, not as SQL", async () => {
    const ask = ["ask", "alb_client_session", "--lake", lake.lake, "--json", "--client"];
    expect((await run(...ask, "' OR '1'='1")).stdout).toBe("[]\n");
  });

  it("exits without an error when the reader closes the pipe", async () => {
    const sql = "SELECT * FROM range(1000000)";
    const child = spawn(process.execPath, [PROGRAM, "query", sql, "--lake", lake.lake, "--format", "csv"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const seen = once(child.stdout, "data").then(([data]) => {
      child.stdout.destroy();
      return String(data);
    });
    const [start, stderr, [status]] = await Promise.all([seen, text(child.stderr), once(child, "exit")]);
    expect(start).toMatch(/^range\r\n/);
    expect([status, stderr]).toEqual([0, ""]);
  });

  it.each(["sample", "ingest", "query", "ask", "ddl"])("explains %s with examples", async (command) => {
    const { status, stdout } = await run(command, "--help");
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`Examples:\\n {2}\\$ access-logs ${command}`));
  });
});
