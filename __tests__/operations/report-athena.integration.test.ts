import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { lastDay } from "../../questions/range";
import { collect } from "../../report/collect";
import type { ReportEngine } from "../../report/engine";
import { scanBounds } from "../../report/scan-bound";
import { scannedCounts } from "../../report/scanned-counts";
import { type AthenaServer, startAthenaServer } from "../../testing/athena-server";
import { answerOf, answerReport, TABLE_BYTES } from "../helpers/report-answers";
import { runProgram } from "../helpers/run-program";
import { settingsFolder } from "../helpers/settings-folder";

let athena: AthenaServer;
let root: string;
beforeEach(async () => {
  athena = await startAthenaServer();
  root = settingsFolder("web-logs");
  athena.setAnswer(answerReport);
});
afterEach(async () => {
  await athena.close();
  rmSync(root, { recursive: true });
});

const report = (...args: readonly string[]) =>
  runProgram(["report", "--athena", ...args], {
    cwd: root,
    environment: { AWS_ENDPOINT_URL_ATHENA: athena.endpoint },
  });

describe("access-logs report --athena", () => {
  it("says how much it scans at most, and writes the page", async () => {
    const { status, stdout, stderr } = await report("--from", "2026-11-23", "--to", "2026-11-23");
    expect(stderr).toMatch(
      /^Athena scans at most 12\.5 GB, USD 0\.06250: .* 1\.0 GB of alb_access_logs\n[\d.]+ MB billed, USD [\d.]+\n$/,
    );
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^wrote report\.html, /)]);
    const page = readFileSync(join(root, "report.html"), "utf8");
    expect(page).toContain("Athena computes approximate quantiles.");
    expect(page).toContain('"options":"--athena"');
    expect(page).toContain("Not counted here, as Athena would read the text of all files");
    for (const { workgroup, database, sql } of athena.queries) {
      expect([workgroup, database]).toEqual(["web-logs-analysts", "web_logs"]);
      expect(sql).toMatch(/^(?:SELECT|WITH) /);
    }
  });

  it("keeps the options that choose the stack for the page's command of a chosen time", async () => {
    await report("--workgroup", "web-logs-analysts", "--database", "web_logs", "--table", "alb_access_logs");
    expect(readFileSync(join(root, "report.html"), "utf8")).toContain(
      '"options":"--athena --workgroup web-logs-analysts --database web_logs --table alb_access_logs"',
    );
  });

  it("starts no scan that could be larger than allowed", async () => {
    const { status, stdout, stderr } = await report("--max-bytes", "5GB");
    expect([status, stdout, stderr]).toEqual([
      1,
      "",
      "error: Athena could scan 12.5 GB, more than --max-bytes 5.0 GB; report fewer days or one table\n",
    ]);
    expect(athena.queries).toHaveLength(1);
  });

  it.each([
    [["--lake", "x"], 2, /cannot be used with option '--lake/],
    [["--table", "other"], 2, /^error: --table: there are reports about /],
  ])("answers %j with one line and an exit code", async (args, status, message) => {
    expect(await report(...args)).toMatchObject({
      status,
      stdout: "",
      stderr: expect.stringMatching(message),
    });
    expect(athena.queries).toEqual([]);
  });
});

it("announces as many scans as a report has", async () => {
  let scans = 0;
  const rows = async (sql: string) => {
    // A statement can read the table twice.
    scans += sql.match(/FROM alb_access_logs\b/g)?.length ?? 0;
    const { types, rows: texts } = answerOf(sql);
    return texts.map((row) => row.map((text, index) => (types[index] === "timestamp" ? `${text}Z` : text)));
  };
  const engine: ReportEngine = { rows, table: async (sql) => ({ columns: [], rows: await rows(sql) }) };
  const asked = { range: lastDay(new Date("2026-11-24T00:30:00Z")), timeZone: "UTC" };
  await collect(scannedCounts(engine), { ...asked, tables: ["alb_access_logs"] });
  const counted = scans;
  const [bound] = await scanBounds(engine, ["alb_access_logs"], asked.range);
  expect(bound).toEqual({
    table: "alb_access_logs",
    bytes: TABLE_BYTES,
    // One statement reads the time before.
    atMost: (counted - 1) * TABLE_BYTES + TABLE_BYTES / 2,
  });
});
