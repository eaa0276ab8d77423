import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { MAX_PAGE_BYTES } from "../../report/render";
import { shellWord } from "../../terminal/shell-word";
import { albKey, type TestLake, testLake } from "../helpers/lake";
import { albLine } from "../helpers/lines";
import { runProgram } from "../helpers/run-program";

let lake: TestLake;
let folder: string;
beforeAll(async () => {
  lake = testLake();
  folder = join(lake.lake, "..");
  await runProgram(["sample", lake.logs, "--files", "6", "--lines", "40"]);
  await runProgram(["ingest", lake.logs, "--lake", lake.lake]);
  writeFileSync(join(folder, "a-file"), "");
});
afterAll(() => lake.delete());

const report = (...args: readonly string[]) =>
  runProgram(["report", "--lake", lake.lake, ...args], { cwd: folder });

const pageIn = (file: string) => readFileSync(join(folder, file), "utf8");

describe("access-logs report", () => {
  it("writes a page of all tables, and says where it is", async () => {
    const { status, stdout, stderr } = await report();
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^wrote report\.html, [\d.]+ .?B, in [\d.]+ s; open it in a browser\n$/);
    const page = pageIn("report.html");
    expect(Buffer.byteLength(page)).toBeLessThan(MAX_PAGE_BYTES);
    expect(page).toContain('id="alb"');
    expect(page).toContain('id="cloudfront"');
  });

  it("writes a page of one table to the named file, and prints one JSON document", async () => {
    const { stdout } = await report("--table", "alb_access_logs", "-o", "alb.html", "--json");
    const page = pageIn("alb.html");
    expect(JSON.parse(stdout)).toEqual({
      file: "alb.html",
      bytes: Buffer.byteLength(page),
      tables: ["alb_access_logs"],
      seconds: expect.any(Number),
    });
    expect(page).not.toContain('id="cloudfront"');
    // For the command of a chosen time.
    expect(page).toContain(`"options":"--lake '${lake.lake}' --table alb_access_logs"`);
  });

  it("writes the page to standard output, and nothing else", async () => {
    const { status, stdout, stderr } = await report("-o", "-");
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^<!doctype html>.*<\/html>\n$/s);
    expect(existsSync(join(folder, "-"))).toBe(false);
  });

  it("says, also on the page, that rows may be missing while an ingest runs or after it was interrupted", async () => {
    const onPage =
      "Rows may be missing: an ingest was running, or had failed or been interrupted, when this page was made.";
    await report("-o", "ended.html");
    expect(pageIn("ended.html")).not.toContain(onPage);
    const writer = join(lake.lake, ".lock");
    writeFileSync(writer, "");
    try {
      expect((await report("-o", "unfinished.html")).stderr).toMatch(
        /^warning: an ingest of .* is running, or it failed or was interrupted: rows may be missing until it ends; run it again\n$/,
      );
      expect(pageIn("unfinished.html")).toContain(onPage);
    } finally {
      rmSync(writer);
    }
  });

  it("says that nothing is committed yet, and not that the lake has no logs", async () => {
    const waiting = testLake();
    try {
      mkdirSync(join(waiting.lake, "raw"), { recursive: true });
      writeFileSync(join(waiting.lake, ".lock"), "");
      const { status, stderr } = await runProgram(["report", "--lake", waiting.lake], { cwd: folder });
      expect(status).toBe(1);
      expect(stderr).toMatch(
        /^warning: an ingest of .*\nerror: lake .*: no rows in the tables of a report; it has no committed logs\n$/,
      );
    } finally {
      waiting.delete();
    }
  });

  it("without requests in the range, gives the command that shows the unparsed lines of this lake", async () => {
    const other = testLake();
    try {
      other.put(albKey("20261123T0705Z"), `${albLine()}\nno request\n`);
      await other.ingest();
      const { stderr } = await runProgram(["report", "--lake", other.lake, "--from", "2026-11-24"]);
      expect(stderr).toContain(
        `and 1 unparsed line: access-logs query "SELECT * FROM alb_access_logs_unparsed" --lake ${shellWord(other.lake)}\n`,
      );
    } finally {
      other.delete();
    }
  });

  it("makes a page of unparsed lines alone, and says that they are all", async () => {
    const other = testLake();
    try {
      other.put(albKey("20261123T0705Z"), "no request\n");
      await other.ingest();
      const args = ["report", "--lake", other.lake, "-o", join(folder, "unparsed.html"), "--json"];
      for (const only of [[], ["--table", "alb_access_logs"]]) {
        const { status, stdout, stderr } = await runProgram([...args, ...only]);
        expect(stderr).toBe(
          "warning: alb_access_logs: no line became a row; the page shows 1 unparsed line\n",
        );
        expect([status, JSON.parse(stdout)]).toMatchObject([0, { tables: [] }]);
        expect(pageIn("unparsed.html")).toContain('<td class="text">no request</td>');
      }
      expect(await runProgram([...args, "--table", "waf_logs"])).toMatchObject({
        status: 1,
        stderr: expect.stringContaining("no rows in waf_logs; it has alb logs of 2026-11-23\n"),
      });
    } finally {
      other.delete();
    }
  });

  it("replaces a report and an empty file, but another file only with --force", async () => {
    const text = (file: string, content: string) => writeFileSync(join(folder, file), content);
    text("notes.html", "<!doctype html><title>Access logs</title>mine");
    text("empty.html", "");
    const refused = await report("-o", "notes.html");
    expect(refused).toMatchObject({ status: 1, stdout: "" });
    expect(refused.stderr).toBe(
      "error: notes.html: the file exists and is no report; choose another name, or replace it with --force\n",
    );
    expect(pageIn("notes.html")).toMatch(/mine$/);
    expect(await report("-o", "notes.html", "--force")).toMatchObject({ status: 0, stderr: "" });
    expect(await report("-o", "notes.html", "--table", "alb_access_logs")).toMatchObject({ status: 0 });
    expect(pageIn("notes.html")).not.toContain('id="cloudfront"');
    expect(await report("-o", "empty.html")).toMatchObject({ status: 0, stderr: "" });
  });

  // Root may write everywhere, and Windows has other permissions.
  const asUser = (process.getuid?.() ?? 0) === 0 ? it.skip : it;
  asUser("says that a folder may not be written to, before it counts", async () => {
    mkdirSync(join(folder, "read-only"), { mode: 0o555 });
    const { status, stderr } = await report("-o", "read-only/report.html");
    expect([status, stderr]).toEqual([
      1,
      "error: read-only/report.html: you have no permission; choose another name or folder\n",
    ]);
  });

  it("reports the range that is asked for, in the time zone of the page", async () => {
    const [{ first = "" } = {}] = await lake.query("SELECT min(dt) AS first FROM alb_access_logs");
    const args = ["--from", String(first), "--tz", "Asia/Kolkata", "-o", "day.html"];
    expect(await report(...args)).toMatchObject({ status: 0 });
    expect(pageIn("day.html")).toContain(`${first} 00:00 to `);
    expect(pageIn("day.html")).toContain("Asia/Kolkata");
  });

  it("reports from the first row on, to the end that is asked for", async () => {
    const [{ last = "" } = {}] = await lake.query(
      "SELECT strftime(max(time), '%Y-%m-%dT%H') AS last FROM alb_access_logs",
    );
    const args = ["--to", String(last), "-o", "until.html"];
    expect(await report(...args, "--table", "alb_access_logs")).toMatchObject({ status: 0, stderr: "" });
    const [{ first = "", until = "" } = {}] = await lake.query(
      `SELECT strftime(date_trunc('hour', min(time)), '%Y-%m-%d %H') AS first,
        strftime(TIMESTAMP '${String(last).replace("T", " ")}:00:00' + INTERVAL 1 HOUR, '%Y-%m-%d %H:%M') AS until FROM alb_access_logs`,
    );
    expect(pageIn("until.html")).toMatch(
      new RegExp(`>${first}:\\d\\d to ${until} UTC, table alb_access_logs<`),
    );
  });

  it("asks for the start of a range on Athena, before it looks for the settings", async () => {
    const outcome = await runProgram(["report", "--athena", "--to", "2026-06-01"], { cwd: folder });
    expect(outcome).toMatchObject({
      status: 2,
      stderr: "error: --to needs --from on Athena, which bills scanned bytes: set the first time, too\n",
    });
  });

  it("opens the page with the program of the system", async () => {
    const opened = join(folder, "opened");
    writeFileSync(
      join(folder, "xdg-open"),
      `#!/bin/sh\nprintf %s "$1" > '${opened}.part' && mv '${opened}.part' '${opened}'\n`,
      {
        mode: 0o755,
      },
    );
    const environment = { PATH: `${folder}${delimiter}${process.env.PATH}` };
    await runProgram(["report", "--lake", lake.lake, "--open"], { cwd: folder, environment });
    while (!existsSync(opened)) await new Promise((resolve) => setImmediate(resolve));
    expect(readFileSync(opened, "utf8")).toBe(join(folder, "report.html"));
  });

  it.each([
    [["--tz", "Middle/Earth"], 2, /^error: --tz: "Middle\/Earth" is no time zone/],
    [["--table", "other"], 2, /^error: --table: there are reports about alb_access_logs, /],
    [["--to", "1969"], 2, /^error: "to" must be a valid time, e.g. 2026-11-23, /],
    [["--to", "2016-01-02"], 1, /^error: lake .*: no requests in the range; it has alb logs of /],
    [["--from", "tomorrow"], 2, /^error: "from" must be a valid time, e.g. 2026-11-23, /],
    [
      ["--from", "2016-01-01", "--to", "2016-01-02"],
      1,
      /^error: lake .*: no requests in the range; it has alb logs of /,
    ],
    [["-o", "missing/report.html"], 1, /^error: missing: the folder does not exist; create it\n$/],
    [["-o", "missing/"], 1, /^error: missing\/: the folder does not exist; create it\n$/],
    [["-o", ""], 2, /^error: --output: the name is empty; name a file\n$/],
    [["-o", "lake"], 1, /^error: lake: the file is in the lake /],
    [
      ["-o", "logs"],
      1,
      /^error: logs: this is a folder and not a file; name a file in it, e\.g\. logs.report\.html\n$/,
    ],
    [
      ["-o", `${"x".repeat(300)}.html`],
      1,
      /^error: x+\.html: the name is too long; choose another name or folder\n$/,
    ],
    [
      ["-o", "a-file/report.html"],
      1,
      /^error: a-file: this is a file and not a folder; choose another folder\n$/,
    ],
    [["-o", "-", "--open"], 2, /^error: --output - prints the page; name a file for --open\n$/],
    [["-o", "-", "--json"], 2, /^error: --output - prints the page; name a file for --json\n$/],
  ])("answers %j with one line and an exit code", async (args, status, message) => {
    const outcome = await report(...args);
    expect(outcome).toMatchObject({ status, stdout: "", stderr: expect.stringMatching(message) });
    expect(outcome.stderr).not.toMatch(/\n\s+at /);
  });
});
