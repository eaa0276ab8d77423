import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openLake } from "../../lake/query";
import { parseRange } from "../../questions/range";
import { collect } from "../../report/collect";
import { keptCounts } from "../../report/kept-counts";
import { lakeEngine } from "../../report/lake-engine";
import type { PackedCube, Report, SlotTotals, TableReport } from "../../report/model";
import { panelMakers } from "../../report/page/panels";
import { EVERYTHING } from "../../report/page/state";
import { unpackReport } from "../../report/unpack";
import { localLake } from "./local-lake";
import { sampleLogs } from "./log-files";
import { deploy, type Pipeline } from "./pipeline";

/** The sample logs begin two hours before. */
const DAY = "2026-06-02";
const NEXT_DAY = "2026-06-03";

let pipeline: Pipeline;
let local: readonly TableReport[];
let page: string;
beforeAll(async () => {
  const files = await sampleLogs({ files: 24, lines: 200, hours: 6 });
  pipeline = await deploy("a daily report", { report: { days: 1 } });
  const lake = await localLake(pipeline.bucket, files);
  await pipeline.process(files);
  const open = await openLake(lake.folder);
  local = (await collect(keptCounts(lakeEngine(open)), { range: parseRange(DAY, DAY), timeZone: "UTC" }))
    .tables;
  open.close();
  await pipeline.run("make-report", `${NEXT_DAY}T06:30:00Z`);
  page = (await pipeline.read(`_reports/${NEXT_DAY}.html`)).toString();
});

/** The report in a page. */
function reportIn(text: string): Report {
  const [, data = ""] = /<script type="application\/json" id="report">(.*?)<\/script>/s.exec(text) ?? [];
  return unpackReport(JSON.parse(data) as Report<PackedCube>);
}

/** Quantiles are approximate on Athena, and what depends on them. */
const withoutQuantiles = ({ slots, slowest, totals, secondsDoc, unread, ...table }: TableReport) => ({
  ...table,
  slots: slots.map(({ slot, clients }) => ({ slot, clients })),
  totals: { ...totals, p50: null, p95: null, p99: null },
});

it("counts the same as the report of the local lake", () => {
  const { tables } = reportIn(page);
  expect(tables.map(withoutQuantiles)).toEqual(local.map(withoutQuantiles));
});

it("has the numbers of independent queries", async () => {
  for (const { table, totals, seconds } of reportIn(page).tables) {
    const [status, client] = table.startsWith("alb")
      ? ["elb_status_code", "client_ip"]
      : ["sc_status", "c_ip"];
    const [row] = await pipeline.query(`SELECT count(*) AS requests, count_if(${status} LIKE '4%') AS refused,
      count_if(${status} LIKE '5%') AS failed, count(DISTINCT ${client}) AS clients, max(${seconds}) AS slowest
      FROM ${table} WHERE time >= TIMESTAMP '${DAY} 00:00:00' AND time < TIMESTAMP '${NEXT_DAY} 00:00:00'`);
    expect({
      requests: totals.requests,
      refused: totals.clientErrors,
      failed: totals.serverErrors,
      clients: totals.clients,
    }).toEqual({
      requests: row?.requests,
      refused: row?.refused,
      failed: row?.failed,
      clients: row?.clients,
    });
    expect(totals.p99).toBeLessThanOrEqual(Number(row?.slowest));
  }
});

it("has quantiles close to the exact ones", () => {
  const exact = new Map(local.map(({ table, totals }) => [table, totals]));
  for (const { table, totals, slots } of reportIn(page).tables) {
    const { p50, p95 } = exact.get(table) ?? {};
    expect(Number(totals.p50) / Number(p50)).toBeCloseTo(1, 0);
    expect(Number(totals.p95) / Number(p95)).toBeCloseTo(1, 0);
    const times = (one: SlotTotals) => [one.p50, one.p95, one.p99].map(Number);
    for (const slot of slots) expect(times(slot)).toEqual([...times(slot)].sort((a, b) => a - b));
  }
});

it("gives SQL that counts over time as its panels do", async () => {
  for (const table of reportIn(page).tables) {
    // In another zone, the same hours stand at other places of the week.
    const { time, latency, week } = panelMakers(table, EVERYTHING, "Asia/Tokyo");
    const counted = await Promise.all(
      [time, latency, week].map(async (make) => pipeline.query(make().sql ?? "")),
    );
    const steps = time().rows.filter(({ cells: [, requests] }) => requests !== 0).length;
    expect(new Set(counted[0]?.map(({ step }) => String(step))).size).toBe(steps);
    expect(counted[1]).toHaveLength(latency().rows.length);
    const hours = week().rows.flatMap(({ cells: [, ...requests] }) => requests.filter((one) => one !== 0));
    expect(counted[2]?.map(({ requests }) => requests).sort()).toEqual(hours.sort());
  }
});

it("writes the same page again for the same day, as the latest one, too", async () => {
  await pipeline.run("make-report", `${NEXT_DAY}T06:30:00Z`);
  expect((await pipeline.read(`_reports/${NEXT_DAY}.html`)).toString()).toBe(page);
  expect((await pipeline.read("_reports/latest.html")).toString()).toBe(page);
  expect(await pipeline.keys("_reports/")).toEqual([`_reports/${NEXT_DAY}.html`, "_reports/latest.html"]);
});

it("is made by the command, too, which says beforehand how much it scans at most", async () => {
  const output = join(pipeline.settingsFile, "..", "report.html");
  const { status, stderr } = await pipeline.command(
    ...["report", "--athena", "--from", DAY, "--to", DAY, "-o", output],
  );
  expect([status, stderr]).toEqual([
    0,
    expect.stringMatching(/^Athena scans at most [\d.]+ [kM]B, USD .* of alb_access_logs and /),
  ]);
  const tables = reportIn(readFileSync(output, "utf8")).tables;
  expect(tables.map(withoutQuantiles)).toEqual(local.map(withoutQuantiles));
});
