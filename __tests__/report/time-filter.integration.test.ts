import { HOUR_MS, MINUTE_MS } from "../../formats/time";
import type { Report, TableReport } from "../../report/model";
import { AS_IT_IS, type Mode } from "../../report/page/mode";
import { toHtml } from "../../report/page/node";
import { OTHER } from "../../report/page/panel";
import { panelsOf } from "../../report/page/panels";
import type { State } from "../../report/page/state";
import { durationText, stepText, valueText } from "../../report/page/text";
import { tableSection } from "../../report/page/view";
import { secondText, timeText } from "../../report/zone";
import { albKey, type TestLake, testLake } from "../helpers/lake";
import { albLine } from "../helpers/lines";
import { reportOf } from "../helpers/report";

const MODE: Mode = { isInteractive: false, timeZone: "UTC", width: 960, tableOf: () => AS_IT_IS };
const NOON = Date.UTC(2026, 10, 23, 12);

let lake: TestLake;
let table: TableReport;
/** Two requests: at 12:05 on 23 November, and at 15:10. */
beforeAll(async () => {
  lake = testLake();
  lake.put(
    albKey("20261123T1215Z"),
    `${albLine({ time: "2026-11-23T12:05:00.000000Z" })}\n${albLine({ time: "2026-11-23T15:10:00.000000Z" })}\n`,
  );
  await lake.ingest();
  const { tables } = await reportOf(lake.lake, { from: NOON, until: NOON + 24 * HOUR_MS });
  [table] = tables as [TableReport];
});
afterAll(() => lake.delete());

const pageOf = (one: TableReport, state: State = { filters: new Map() }) =>
  toHtml(tableSection(one, state, MODE));
const during = (from: number, until: number): State => ({ time: { from, until }, filters: new Map() });
const panelOf = (id: string, state: State) =>
  panelsOf(table, state, "UTC").find((one) => one.id === `alb-${id}`);

describe("a filter of time", () => {
  it("between two steps says what is counted, and its SQL counts the same", () => {
    const state = during(NOON + MINUTE_MS, NOON + 3 * MINUTE_MS);
    expect(pageOf(table, state)).toContain(
      "counted in steps of 15 minutes: here, the time is 2026-11-23 12:00 to 2026-11-23 12:15",
    );
    const panel = panelOf("method", state);
    expect(panel?.rows.map(({ cells }) => cells.slice(0, 2))).toEqual([["GET", 1]]);
    expect(panel?.sql).toContain("time >= TIMESTAMP '2026-11-23 12:00:00'");
    expect(panel?.sql).toContain("time < TIMESTAMP '2026-11-23 12:15:00'");
  });

  it("until the last year of all gives the SQL of the table's own time", () => {
    expect(panelOf("week", during(NOON, Date.UTC(9999, 11, 31)))?.sql?.split("\n")[1]).toBe(
      panelOf("week", { filters: new Map() })?.sql?.split("\n")[1],
    );
  });

  it("of whole steps needs no remark, nor does one that is longer than the log", () => {
    expect(pageOf(table, during(NOON, NOON + HOUR_MS))).not.toContain("here, the time is");
    expect(pageOf(table, during(NOON - HOUR_MS, NOON + 48 * HOUR_MS))).not.toContain("here, the time is");
  });
});

describe("a range that was asked for", () => {
  it("is shown to its end, although the last request is earlier", () => {
    expect(table.until).toBe(NOON + 24 * HOUR_MS);
    expect(panelOf("time", during(NOON, NOON + 24 * HOUR_MS))?.rows.at(-1)?.cells[1]).toBe(0);
  });

  it("without a start begins with the first row, in whole steps, and is compared with nothing before", async () => {
    const until = NOON + 20 * MINUTE_MS;
    const { tables } = await reportOf(lake.lake, { from: 0, until });
    expect(tables).toMatchObject([{ from: NOON + 5 * MINUTE_MS, until, slotMs: MINUTE_MS, before: null }]);
    expect(tables[0]?.totals.requests).toBe(1);
  });

  it("has no future", async () => {
    const { tables } = await reportOf(lake.lake, { from: NOON, until: Date.UTC(9000, 0, 1) });
    expect(tables[0]?.until).toBeLessThan(Date.now() + 365 * 24 * HOUR_MS);
  });

  it("names the range that it is compared with", async () => {
    const { tables } = await reportOf(lake.lake, { from: NOON + 3 * HOUR_MS, until: NOON + 6 * HOUR_MS });
    const page = pageOf((tables as [TableReport])[0]);
    expect(page).toContain("compared with 2026-11-23 12:00 to 2026-11-23 15:00");
    expect(page).toContain("+0.0 % against the period before");
  });

  it("shows no change against a range in which the log begins", async () => {
    const { tables } = (await reportOf(lake.lake, {
      from: NOON + 3 * HOUR_MS,
      until: NOON + 15 * HOUR_MS,
    })) as Report;
    const page = pageOf((tables as [TableReport])[0]);
    expect(page).toContain("its first request is of 2026-11-23 12:05, so that no change is shown");
    expect(page).not.toContain("against the period before");
  });
});

it("has the bytes and the clients of each step of time", () => {
  const { columns = [], rows = [] } = panelOf("time", { filters: new Map() }) ?? {};
  const first = Object.fromEntries(columns.map(({ label }, index) => [label, rows[0]?.cells[index]]));
  expect(first).toMatchObject({ Requests: 1, Sent: expect.any(Number), Clients: 1 });
  const filtered = panelOf("time", { filters: new Map([["method", ["GET"]]]) });
  expect(filtered?.columns.map(({ label }) => label)).not.toContain("Clients");
});

it("has the average time of each target, whose IPv6 address is in brackets", async () => {
  const other = testLake();
  other.put(
    albKey(),
    `${albLine({ "target:port": "[2001:db8::9]:9000", target_processing_time: "1.5" })}\n${albLine({ "target:port": "10.0.0.1:80", target_processing_time: "0.5" })}\n`,
  );
  await other.ingest();
  const [one] = (await reportOf(other.lake)).tables as [TableReport];
  const { rows = [] } =
    panelsOf(one, { filters: new Map() }, "UTC").find(({ id }) => id === "alb-target") ?? {};
  expect(rows.map(({ cells }) => [cells[0], cells.at(-1)]).sort()).toEqual([
    ["10.0.0.1:80", 500],
    ["[2001:db8::9]:9000", 1500],
  ]);
  other.delete();
});

it("has the average time of the values that are added up, too", async () => {
  const other = testLake();
  const lineOf = (client: number) =>
    albLine({ "client:port": `10.0.0.${client}:1234`, target_processing_time: client > 60 ? "2" : "0.5" });
  // Those with more requests are kept.
  const clients = Array.from({ length: 200 }, (_, index) => index + 1);
  const lines = clients.flatMap((client) =>
    client > 60 ? [lineOf(client)] : [lineOf(client), lineOf(client)],
  );
  other.put(albKey(), `${lines.join("\n")}\n`);
  await other.ingest();
  const [one] = (await reportOf(other.lake)).tables as [TableReport];
  const { rows = [] } =
    panelsOf(one, { filters: new Map() }, "UTC").find(({ id }) => id === "alb-client") ?? {};
  const named = rows.filter(({ cells: [client] }) => client !== OTHER);
  const [rest] = rows.filter(({ cells: [client] }) => client === OTHER);
  const sumOf = (all: typeof rows) =>
    all.reduce((total, { cells }) => total + Number(cells[1]) * Number(cells.at(-1)), 0);
  expect(rest?.cells[1]).toBeGreaterThan(50);
  expect(sumOf(named) + sumOf(rest ? [rest] : [])).toBeCloseTo(120 * 500 + 140 * 2000, 3);
  other.delete();
});

it("writes times that the clocks show twice with their offset", () => {
  const first = Date.UTC(2026, 9, 25, 0, 30);
  expect([first, first + HOUR_MS].map((instant) => timeText(instant, "Europe/Berlin"))).toEqual([
    "2026-10-25 02:30 +02:00",
    "2026-10-25 02:30 +01:00",
  ]);
  expect(secondText(first + 7000, "Europe/Berlin")).toBe("2026-10-25 02:30:07 +02:00");
  expect(timeText(first + 2 * HOUR_MS, "Europe/Berlin")).toBe("2026-10-25 03:30");
});

it("writes lengths of time, long ones too, and marks values that were cut", () => {
  expect([15 * MINUTE_MS, HOUR_MS, 28 * 24 * HOUR_MS].map(stepText)).toEqual([
    "15 minutes",
    "1 hour",
    "28 days",
  ]);
  expect([0, 0.4, 99_000, 200_000, 3_602_500].map(durationText)).toEqual([
    "0 ms",
    "0.4 ms",
    "99.0 s",
    "3 min 20 s",
    "1 h 0 min",
  ]);
  expect(valueText("a".repeat(200), "text")).toMatch(/a…$/);
  expect(valueText("a".repeat(199), "text")).toMatch(/a$/);
});

it("counts a long log in steps that begin with a day of the time zone", async () => {
  const long = testLake();
  for (const day of ["03", "23"])
    long.put(albKey(`202611${day}T1215Z`), `${albLine({ time: `2026-11-${day}T12:05:00.000000Z` })}\n`);
  await long.ingest();
  const { tables } = await reportOf(long.lake, undefined, "Asia/Kolkata");
  const [{ from, slotMs } = table] = tables;
  expect(slotMs).toBe(3 * HOUR_MS);
  expect(timeText(from, "Asia/Kolkata")).toBe("2026-11-03 15:00");
  long.delete();
});

it("does not count clients that went away, or robots that met broken links, as scanners", async () => {
  const busy = testLake();
  const lines = (client: string, status: string) =>
    Array.from({ length: 10 }, (_, index) =>
      albLine({
        "client:port": `${client}:1000`,
        elb_status_code: status,
        request_line: `"GET https://shop.example.com:443/page-${index} HTTP/1.1"`,
      }),
    );
  const [gone, scanner, robot] = ["192.0.2.1", "192.0.2.2", "192.0.2.3"] as const;
  busy.put(
    albKey("20261123T1215Z"),
    [
      ...lines(gone, "460"),
      ...lines(scanner, "404"),
      ...lines(scanner, "200"),
      ...lines(robot, "404"),
      ...lines(robot, "200"),
      ...lines(robot, "304"),
    ].join("\n"),
  );
  await busy.ingest();
  const { tables } = await reportOf(busy.lake);
  const scanners = tables[0]?.details.find(({ id }) => id === "scanners");
  expect(scanners?.rows.map((row) => row.slice(0, 4))).toEqual([[scanner, 10, 10, 20]]);
  expect(await busy.query(scanners?.sql ?? "")).toMatchObject([{ client: scanner, requests: 20 }]);
  busy.delete();
});

it("shows each abnormal request once, newest first: with an error reason, or classified as ambiguous or severe", async () => {
  const odd = testLake();
  const line = (minute: number, error_reason: string, classification: string) =>
    albLine({ time: `2026-11-23T12:0${minute}:00.000000Z`, error_reason, classification });
  const lines = [
    line(1, '"-"', '"Acceptable"'),
    line(2, '"LambdaUnhandled"', '"-"'),
    line(3, '"-"', '"Severe"'),
    line(4, '"LambdaUnhandled"', '"Ambiguous"'),
  ];
  odd.put(albKey("20261123T1215Z"), lines.join("\n"));
  await odd.ingest();
  const { tables } = await reportOf(odd.lake);
  const abnormal = tables[0]?.details.find(({ id }) => id === "alb_abnormal");
  expect(abnormal?.rows.map(([time]) => String(time).slice(11, 16))).toEqual(["12:04", "12:03", "12:02"]);
  odd.delete();
});
