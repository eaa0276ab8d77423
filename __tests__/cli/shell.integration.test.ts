import { Shell } from "../../cli/shell";
import { openLake } from "../../lake/query";
import { albKey, type TestLake, testLake } from "../helpers/lake";
import { albLine } from "../helpers/lines";
import { runProgram } from "../helpers/run-program";

let lake: TestLake;
beforeAll(async () => {
  lake = testLake();
  lake.put(albKey(), `${albLine()}\n`.repeat(3));
  await lake.ingest();
});
afterAll(() => lake.delete());

const run = (input: string, ...args: readonly string[]) =>
  runProgram(["shell", "--lake", lake.lake, ...args], { input });

describe("access-logs shell", () => {
  it("executes statements on one line or several, which end with a semicolon outside of texts and comments", async () => {
    const { status, stdout, stderr } = await run(`SELECT 1 AS one;
SELECT 'a;
b' AS text -- not the end;
  /* nor this;
  */ ;

SELECT count(*) AS rows FROM alb_access_logs`);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout.match(/^(?:one|text|rows)|\(1 row\)$/gm)).toEqual([
      "one",
      "(1 row)",
      "text",
      "(1 row)",
      "rows",
      "(1 row)",
    ]);
  });

  it("answers questions with their options, in the time zone of the shell", async () => {
    const { status, stdout } = await run(
      "alb_status_over_time;\nalb_top_clients --limit 1\n",
      "--tz",
      "Asia/Tokyo",
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/^hour +requests .*\n.*\n2026-11-23T16:00:00\+09:00 +3 /m);
    expect(stdout).toMatch(/^client /m);
  });

  it("lists tables, questions and what can be typed", async () => {
    const { stdout } = await run(".tables\n.questions\n.help\n.quit\nSELECT 'after the end';\n");
    expect(stdout).toMatch(/^alb_access_logs +2026-11-23 +2026-11-23$/m);
    expect(stdout).toMatch(/^alb_top_clients +Which clients/m);
    expect(stdout).toContain(".quit ");
    expect(stdout).not.toContain("after the end");
  });

  it.each([
    ["SELECT nothing FROM alb_access_logs;", /^error: SQL failed: Binder Error: .*nothing/],
    ["alb_top_clients --limt 3", /^error: unknown option '--limt'/],
    [".what", /^error: unknown command "\.what"/],
    ["DROP VIEW alb_access_logs;", /^error: /],
  ])("stops at what fails, if it is not typed in a terminal: %s", async (line, message) => {
    const { status, stdout, stderr } = await run(`${line}\nSELECT 1;\n`);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it("completes questions at the start of a line, and tables, columns and keywords everywhere", async () => {
    const open = await openLake(lake.lake);
    try {
      const shell = new Shell(open, { folder: lake.lake });
      expect(await shell.completions("alb_top_c")).toEqual([["alb_top_clients"], "alb_top_c"]);
      expect(await shell.completions(".ta")).toEqual([[".tables"], ".ta"]);
      expect(await shell.completions("sel")).toEqual([["SELECT"], "sel"]);
      expect(await shell.completions("SELECT elb_status")).toEqual([["elb_status_code"], "elb_status"]);
      expect(await shell.completions("SELECT * FROM alb_acc")).toEqual([
        ["alb_access_logs", "alb_access_logs_unparsed"],
        "alb_acc",
      ]);
      expect((await shell.completions("SELECT alb_top_c"))[0]).toEqual([]);
    } finally {
      open.close();
    }
  });
});
