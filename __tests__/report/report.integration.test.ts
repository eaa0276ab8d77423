import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { DAY_MS } from "../../formats/time";
import { openLake } from "../../lake/query";
import { QUESTIONS } from "../../questions";
import { parseRange } from "../../questions/range";
import { ID_RULE } from "../../questions/words";
import { collect, REPORTED_TABLES } from "../../report/collect";
import { keptCounts } from "../../report/kept-counts";
import { fewLists } from "../../report/kept-sql";
import { lakeEngine } from "../../report/lake-engine";
import { rejectedIn } from "../../report/lake-rejected";
import type { Report, TableReport } from "../../report/model";
import { fitted, packCube, packReport } from "../../report/pack";
import { AS_IT_IS } from "../../report/page/mode";
import { toHtml } from "../../report/page/node";
import { OTHER, type Panel } from "../../report/page/panel";
import { panelPart } from "../../report/page/panel-part";
import { panelTable, shownRows } from "../../report/page/panel-table";
import { panelsOf } from "../../report/page/panels";
import { rejectedPanel, unreadPanel } from "../../report/page/row-panels";
import { hashOf, type State, stateOf, toggled, wholeTime, withEnd } from "../../report/page/state";
import { changeText, csvCell, nameWithUnit } from "../../report/page/text";
import { tableParts } from "../../report/page/view";
import { MAX_PAGE_BYTES, renderPage } from "../../report/render";
import { scannedCounts } from "../../report/scanned-counts";
import { SUBJECTS } from "../../report/subject";
import { unpackCube } from "../../report/unpack";
import { hourOfWeek, timeText } from "../../report/zone";
import { difference, VISIONS } from "../helpers/colours";
import { albKey, cloudfrontKey, type TestLake, testLake } from "../helpers/lake";
import { albLine, cloudfrontLine } from "../helpers/lines";
import { HOSTILE, reportLake, reportOf } from "../helpers/report";
import { syntaxErrors } from "../helpers/sql-grammar";

const EVERYTHING: State = { filters: new Map() };
const ASSETS = {
  script: "console.log(1)",
  style: readFileSync(join(__dirname, "../../report/page/style.css"), "utf8"),
};

let lake: TestLake;
let report: Report;
beforeAll(async () => {
  lake = await reportLake();
  await lake.keepOpen();
  report = await reportOf(lake.lake);
});
afterAll(() => lake.delete());

const tableOf = (format: string, from = report): TableReport => {
  const table = from.tables.find((one) => one.format === format);
  if (!table) throw new Error(`no ${format}`);
  return table;
};

const panelOf = (table: TableReport, id: string, state = EVERYTHING, timeZone = "UTC"): Panel => {
  const panel = panelsOf(table, state, timeZone).find((one) => one.id === `${table.format}-${id}`);
  if (!panel) throw new Error(`no ${id}`);
  return panel;
};

/** Names and requests of a panel. */
const requestsIn = (panel: Panel) => Object.fromEntries(panel.rows.map(({ cells }) => [cells[0], cells[1]]));

const expected = async (sql: string) =>
  Object.fromEntries((await lake.query(sql)).map(({ name, requests }) => [name, requests]));

describe.each([
  ["alb", "alb_access_logs", "elb_status_code", "client_ip", "request_verb"],
  ["cloudfront", "cloudfront_access_logs", "sc_status", "c_ip", "cs_method"],
])("the report of %s", (format, name, status, client, method) => {
  it("has the totals of the table", async () => {
    const [row] = await lake.query(
      `SELECT count(*) AS requests, count(*) FILTER (WHERE ${status} LIKE '4%') AS client_errors,
        count(*) FILTER (WHERE ${status} LIKE '5%') AS server_errors, count(DISTINCT ${client}) AS clients FROM ${name}`,
    );
    const { requests, clientErrors, serverErrors, clients } = tableOf(format).totals;
    expect({ requests, client_errors: clientErrors, server_errors: serverErrors, clients }).toEqual(row);
  });

  it("has DuckDB's own quantiles, in total and by slot", async () => {
    const { totals, slots, seconds, from, slotMs } = tableOf(format);
    const [row] = await lake.query(
      `SELECT ${["0.5", "0.95", "0.99"].map((part) => `quantile_cont(${seconds}, ${part})`).join(", ")} FROM ${name} WHERE ${seconds} >= 0`,
    );
    expect([totals.p50, totals.p95, totals.p99]).toEqual(
      Object.values(row ?? {}).map((value) => expect.closeTo(Number(value), 9)),
    );
    const bySlot = await lake.query(
      `SELECT CAST(floor((epoch_ms(time) - ${from}) / ${slotMs}) AS integer) AS slot, quantile_cont(${seconds}, 0.95) AS p95
        FROM ${name} WHERE ${seconds} >= 0 GROUP BY 1 ORDER BY 1`,
    );
    const ours = slots.filter(({ p95 }) => p95 !== null).sort((a, b) => a.slot - b.slot);
    expect(ours.map(({ slot, p95 }) => ({ slot, p95 }))).toEqual(
      bySlot.map(({ slot, p95 }) => ({ slot, p95: expect.closeTo(Number(p95), 9) })),
    );
  });

  it("has the slowest paths with their quantiles, as its SQL has them", async () => {
    const { sql = "", rows } = panelOf(tableOf(format), "slowest");
    const all = (await lake.query(sql)).map((row) => Object.values(row));
    const shown = rows.map(({ cells: [path, requests, ...times] }) => [
      path,
      requests,
      ...times.map((milliseconds) => Number(milliseconds) / 1000),
    ]);
    expect(shown.length).toBeGreaterThan(3);
    for (const row of shown) {
      const [path, requests, ...times] = row;
      expect(all.find(([name]) => name === path)).toEqual([
        path,
        requests,
        ...times.map((seconds) => expect.closeTo(Number(seconds), 9)),
      ]);
    }
    expect(shown.map((row) => row[3])).toEqual(
      shown.map((row) => row[3]).sort((a, b) => Number(b) - Number(a)),
    );
  });

  it("filters one panel by the value of another", async () => {
    const state = toggled(EVERYTHING, "status", "4xx");
    const methods = requestsIn(panelOf(tableOf(format), "method", state));
    expect(methods).toEqual(
      await expected(
        `SELECT coalesce(${method}, '') AS name, count(*) AS requests FROM ${name} WHERE ${status} LIKE '4%' GROUP BY 1`,
      ),
    );
  });

  it("filters lists, whose other requests are added up", async () => {
    const state = toggled(EVERYTHING, "method", "GET");
    const { rows, missing } = panelOf(tableOf(format), "code", state);
    expect(missing).toBeUndefined();
    expect(Object.fromEntries(rows.map(({ cells }) => [cells[0], cells[1]]))).toEqual(
      await expected(
        `SELECT ${status} AS name, count(*) AS requests FROM ${name} WHERE ${method} = 'GET' GROUP BY 1`,
      ),
    );
    const clients = panelOf(tableOf(format), "client", state);
    const [whole] = await lake.query(`SELECT count(*) AS requests FROM ${name} WHERE ${method} = 'GET'`);
    expect(clients.rows.reduce((total, { cells }) => total + Number(cells[1]), 0)).toBe(whole?.requests);
  });

  it("has the average time of each status code, with filters", async () => {
    const { seconds } = tableOf(format);
    const times = `CAST(sum(round(${seconds} * 1000)) FILTER (WHERE ${seconds} >= 0) AS double) / count(*) FILTER (WHERE ${seconds} >= 0)`;
    const state = toggled(EVERYTHING, "method", "GET");
    const codes = panelOf(tableOf(format), "code", state).rows;
    expect(Object.fromEntries(codes.map(({ cells }) => [cells[0], cells.at(-1)]))).toEqual(
      await expected(
        `SELECT ${status} AS name, ${times} AS requests FROM ${name} WHERE ${method} = 'GET' GROUP BY 1`,
      ),
    );
  });

  it("gives SQL that has the rows of the panel, with its filters", async () => {
    const state = toggled(toggled(EVERYTHING, "method", "GET"), "traffic", "people");
    for (const id of ["status", "path", "code", "host"]) {
      const panel = panelOf(tableOf(format), id, state);
      const rows = await lake.query(panel.sql ?? "");
      const own = Object.fromEntries(
        rows.map((row) => Object.values(row)).map(([value, requests]) => [value ?? "", requests]),
      );
      expect({ id, ...own }).toEqual({ id, ...requestsIn(panel) });
    }
  });

  it("gives SQL that counts over time as the panel does", async () => {
    const state = toggled(EVERYTHING, "traffic", "people");
    const panel = panelOf(tableOf(format), "time", state);
    const requests: Record<string, number> = {};
    for (const { step, requests: counted } of await lake.query(panel.sql ?? "")) {
      const time = timeText(Date.parse(String(step)), "UTC");
      requests[time] = (requests[time] ?? 0) + Number(counted);
    }
    const shown = panel.rows.map(({ cells: [time, counted] }) => [String(time), counted]);
    expect(requests).toEqual(Object.fromEntries(shown.filter(([, counted]) => counted !== 0)));
    expect(syntaxErrors("trino", panel.sql ?? "")).toEqual([]);
  });

  it("gives SQL with the columns of a panel", async () => {
    const panel = panelOf(tableOf(format), "method");
    const shown = panel.rows.map(({ cells: [method, requests, , refused, failed, rate, sent, ...own] }) => {
      // A measure of the format, or two, and the average.
      own.pop();
      return [method, requests, refused, failed, rate, sent, ...own.map((value) => value ?? 0)];
    });
    const rows = (await lake.query(panel.sql ?? "")).map(({ average_seconds, ...row }) =>
      Object.values(row).map((value, index) => (index === 0 ? (value ?? "") : Number(value))),
    );
    expect(new Set(rows)).toEqual(new Set(shown));
    expect(syntaxErrors("trino", panel.sql ?? "")).toEqual([]);
  });

  it.each(["path", "client", "host"])("has the share of 5xx in the requests of each row: %s", async (id) => {
    const { columns, rows, sql = "" } = panelOf(tableOf(format), id, toggled(EVERYTHING, "method", "GET"));
    const place = columns.findIndex(({ label }) => label === "5xx %");
    expect(columns[place]?.kind).toBe("percent");
    const rates = new Map(rows.map(({ cells }) => [cells[0], cells[place]]));
    const ofSql = (await lake.query(sql)).map((row): [unknown, unknown] => [
      row[id] ?? "",
      row["5xx_percent"],
    ]);
    for (const [value, rate] of ofSql.filter(([one]) => rates.has(String(one)))) {
      expect([value, rates.get(String(value))]).toEqual([value, rate]);
    }
    expect(ofSql.some(([value, rate]) => rates.has(String(value)) && Number(rate) > 0)).toBe(true);
    expect(syntaxErrors("trino", sql)).toEqual([]);
  });

  it.each(["status", "code"])("has no share of 5xx where all requests of a row have one status: %s", (id) => {
    const { columns, sql } = panelOf(tableOf(format), id);
    expect(columns.map(({ label }) => label)).toEqual(expect.arrayContaining(["Share", "5xx", "Sent"]));
    expect(columns.map(({ label }) => label)).not.toContain("5xx %");
    expect(sql).not.toContain("5xx_percent");
  });

  it("gives SQL of the quantiles of each step", async () => {
    const panel = panelOf(tableOf(format), "latency", EVERYTHING);
    const steps = (await lake.query(panel.sql ?? "")).map(({ step }) =>
      timeText(Date.parse(String(step)), "UTC"),
    );
    const shown = panel.rows.filter(({ cells: [, p50] }) => p50 !== null).map(({ cells: [time] }) => time);
    expect(steps).toEqual(shown);
  });

  it.each(["UTC", "America/New_York", "Asia/Kolkata"])(
    "gives SQL of the hours of the week in %s",
    async (zone) => {
      // The range does not start with an hour.
      const { from, until } = tableOf(format);
      const zoned = await reportOf(lake.lake, { from: from + 10 * 60_000, until }, zone);
      const panel = panelOf(tableOf(format, zoned), "week", EVERYTHING, zone);
      const week = panel.rows.map(({ cells: [, ...hours] }) => hours);
      const counted = week.map((hours) => hours.map(() => 0));
      for (const { day, hour, requests } of await lake.query(panel.sql ?? "")) {
        const hours = counted[Number(day) - 1] ?? [];
        hours[Number(hour)] = Number(requests);
      }
      expect(counted).toEqual(week);
      expect(syntaxErrors("trino", panel.sql ?? "")).toEqual([]);
    },
  );

  it("answers a range of time exactly, or says that it does not", async () => {
    const { from, slotMs } = tableOf(format);
    const time = { from: from + slotMs, until: from + 20 * slotMs };
    const panel = panelOf(tableOf(format), "status", { time, filters: new Map() });
    expect(requestsIn(panel)).toEqual(
      await expected(
        `SELECT replace(left(${status}, 1) || 'xx', '0xx', 'no status') AS name, count(*) AS requests FROM ${name}
          WHERE epoch_ms(time) >= ${time.from} AND epoch_ms(time) < ${time.until} GROUP BY 1`,
      ),
    );
    const both = panelOf(tableOf(format), "client", { time, filters: new Map([["method", ["GET"]]]) });
    expect(both).toMatchObject({ rows: [], missing: expect.stringContaining("SQL") });
  });
});

it("shows how much the cache answered over time, and gives its SQL", async () => {
  const panel = panelOf(tableOf("cloudfront"), "cache");
  const rows = (await lake.query(panel.sql ?? "")).map(({ step, hit_percent, misses }) => [
    timeText(Date.parse(String(step)), "UTC"),
    hit_percent,
    Number(misses),
  ]);
  const shown = panel.rows.map(({ cells }) => cells);
  expect(shown.filter(([, hits, misses]) => hits !== null || misses !== 0)).toEqual(
    rows.filter(([, hits, misses]) => hits !== null || misses !== 0),
  );
  expect(new Set(shown.map(([, hits]) => hits)).size).toBeGreaterThan(1);
  expect(panelsOf(tableOf("alb"), EVERYTHING, "UTC").map(({ id }) => id)).not.toContain("alb-cache");
});

it("shows the shares of errors over time, unless status classes are chosen", async () => {
  const panel = panelOf(tableOf("alb"), "time");
  const places = ["4xx of all", "5xx of all"].map((name) =>
    panel.columns.findIndex(({ label }) => label === name),
  );
  const hours = await lake.query(
    `SELECT strftime(date_trunc('hour', time), '%Y-%m-%d %H:%M') AS hour,
      100.0 * count(*) FILTER (WHERE elb_status_code LIKE '4%') / count(*) AS refused,
      100.0 * count(*) FILTER (WHERE elb_status_code LIKE '5%') / count(*) AS failed
    FROM alb_access_logs GROUP BY 1 ORDER BY 1`,
  );
  const shown = panel.rows.filter(({ cells }) => cells[1] !== 0);
  expect(shown.map(({ cells }) => [cells[0], ...places.map((place) => cells[place])])).toEqual(
    hours.map(({ hour, refused, failed }) => [
      hour,
      expect.closeTo(Number(refused)),
      expect.closeTo(Number(failed)),
    ]),
  );
  expect(hours.some(({ failed }) => Number(failed) > 0)).toBe(true);
  const chosen = panelOf(tableOf("alb"), "time", toggled(EVERYTHING, "status", "5xx"));
  expect(chosen.columns.map(({ label }) => label)).not.toContain("5xx of all");
});

it("says that a list can lack values that have the most requests of a filter", () => {
  const alb = tableOf("alb");
  const cut = { ...alb, lists: alb.lists.map((list) => ({ ...list, distinct: list.values.length + 1 })) };
  const filtered = toggled(EVERYTHING, "method", "GET");
  const note = expect.stringContaining("the SQL ranks all");
  expect(panelOf(cut, "client", filtered).notes).toContainEqual(note);
  expect(panelOf(cut, "client").notes).not.toContainEqual(note);
});

it.each([
  ["robot", "people", "robots"],
  ["browser", "robots", "people"],
])("has no %s where only %s are chosen, nor has the SQL", async (id, chosen, left) => {
  for (const { format } of report.tables) {
    const panel = panelOf(tableOf(format), id, toggled(EVERYTHING, "traffic", chosen));
    expect(panel.rows).toEqual([]);
    expect(panel.notes).toContain(`Only ${chosen} are chosen: no request of ${left} is left.`);
    expect(await lake.query(panel.sql ?? "")).toEqual([]);
    const both = toggled(toggled(EVERYTHING, "traffic", chosen), "traffic", left);
    for (const state of [EVERYTHING, toggled(EVERYTHING, "traffic", left), both]) {
      const own = panelOf(tableOf(format), id, state);
      const rows = (await lake.query(own.sql ?? "")).map((row) => Object.values(row).slice(0, 2));
      expect(Object.fromEntries(rows)).toEqual(requestsIn(own));
      expect(own.notes.join()).not.toContain("is left");
    }
  }
});

describe("a search without a result", () => {
  const mode = {
    isInteractive: true,
    timeZone: "UTC",
    width: 960,
    tableOf: () => ({ ...AS_IT_IS, search: "no value has this" }),
  };
  const cutOf = <D extends { readonly values: readonly string[] }>(domain: D) => ({
    ...domain,
    distinct: 1078,
  });

  it("says how many values a list has of all, and that its SQL has the others", () => {
    const alb = tableOf("alb");
    const cut = { ...alb, dimensions: alb.dimensions.map(cutOf), lists: alb.lists.map(cutOf) };
    for (const [id, values] of [
      ["path", alb.dimensions.find(({ id }) => id === "path")?.values],
      ["client", alb.lists.find(({ id }) => id === "client")?.values],
    ] as const)
      expect(toHtml(panelTable(panelOf(cut, id), mode))).toContain(
        `>Not among the values listed: the page has ${values?.length} of 1,078. Its SQL, without LIMIT, has all.<`,
      );
  });

  it("says how many unparsed lines are shown of all", () => {
    const unread = { unparsed: 1037, examples: [{ line: "x", file: "y" }] };
    expect(toHtml(panelTable(unreadPanel({ ...tableOf("alb"), unread }), mode))).toContain(
      ">Not among the first 1 of 1,037 lines: its SQL has all.<",
    );
  });

  it("says only that there is nothing where all is listed", () => {
    expect(toHtml(panelTable(panelOf(tableOf("alb"), "method"), mode))).toContain(
      ">Nothing with this text.<",
    );
    expect(toHtml(panelTable(unreadPanel(tableOf("alb")), mode))).toContain(">Nothing with this text.<");
  });
});

it("says for which time a list can be shown", () => {
  const table = tableOf("alb");
  const hourly = {
    ...table,
    listCubes: table.listCubes.map((cubes) => cubes.map((cube) => ({ ...cube, slots: 6 }))),
  };
  const { from, slotMs } = table;
  const time = { from: from + slotMs, until: from + 2 * slotMs };
  const panel = panelOf(hourly, "client", { ...EVERYTHING, time });
  expect(panel.missing).toContain(
    `choose ${timeText(from, "UTC")} to ${timeText(from + 6 * slotMs, "UTC")}, or run its SQL`,
  );
  expect(panel.offered).toEqual({ from, until: from + 6 * slotMs });
  const refused = panelOf(hourly, "client", { time, filters: new Map([["status", ["4xx"]]]) });
  expect(refused.offered).toEqual(panel.offered);
  const chosen = panelOf(hourly, "client", { ...EVERYTHING, time: { from, until: from + 6 * slotMs } });
  expect([chosen.missing, chosen.offered]).toEqual([undefined, undefined]);
});

it("says for which time a panel can be shown whose sums are in longer steps", () => {
  const table = tableOf("alb");
  const coarse = {
    ...table,
    cubes: table.cubes.map((cube) => (cube.keys.includes("path") ? { ...cube, slots: 4 } : cube)),
  };
  const { from, slotMs } = table;
  const time = { from: from + slotMs, until: from + 2 * slotMs };
  const offered = { from, until: from + 4 * slotMs };
  const path = panelOf(coarse, "path", { ...EVERYTHING, time });
  expect(path).toMatchObject({ rows: [], offered });
  expect(path.missing).toContain(
    `choose ${timeText(offered.from, "UTC")} to ${timeText(offered.until, "UTC")}, or run its SQL`,
  );
  expect(panelOf(coarse, "host", { ...EVERYTHING, time }).missing).toBeUndefined();
  const chosen = panelOf(coarse, "path", { ...EVERYTHING, time: offered });
  expect([chosen.missing, chosen.rows.length > 0]).toEqual([undefined, true]);
  // Over time with a path, too.
  const state = toggled({ ...EVERYTHING, time }, "path", String(chosen.rows[0]?.cells[0]));
  for (const id of ["time", "latency"]) expect(panelOf(coarse, id, state)).toMatchObject({ offered });
  expect(panelOf(coarse, "time", { ...state, time: offered }).missing).toBeUndefined();
});

describe("a value of a filter that is not kept for a table", () => {
  const cut = () => {
    const alb = tableOf("alb");
    return {
      ...alb,
      dimensions: alb.dimensions.map((domain) =>
        domain.id === "path" ? { ...domain, distinct: 1078 } : domain,
      ),
    };
  };
  const state = toggled(EVERYTHING, "path", "/of/another\u202etable");
  const mode = { isInteractive: false, timeZone: "UTC", width: 960, tableOf: () => AS_IT_IS };

  it("is named by all panels, with what to do, and by a remark above the tiles", () => {
    const table = cut();
    const kept = table.dimensions.find(({ id }) => id === "path")?.values.length;
    const text = `The filter Path: /of/another\\u{202e}table is not among the ${kept} of 1,078 values that the page has for this table; its requests, if there are any, are in (other).`;
    for (const id of ["time", "latency", "week", "method", "client"])
      expect(panelOf(table, id, state).missing).toContain(text);
    expect(panelOf(table, "method", state).missing).toBe(`${text} Remove this filter, or run its SQL.`);
    expect(panelOf(table, "path", state).missing).toBeUndefined();
    const [remarks = "", tiles = ""] = tableParts(table, state, mode)
      .slice(0, 2)
      .map((make) => toHtml(make()));
    expect(remarks).toContain(text);
    expect(tiles).toContain(
      "<dt>Requests</dt><dd><strong>–</strong><small>a chosen value is not among those kept</small></dd>",
    );
  });

  it("has no request where the page has all values", () => {
    const panel = panelOf(tableOf("alb"), "method", state);
    expect([panel.missing, panel.rows]).toEqual([undefined, []]);
  });
});

it("says on the tiles that filters have no sums together", () => {
  const { from, slotMs } = tableOf("alb");
  const table = {
    ...tableOf("alb"),
    cubes: tableOf("alb").cubes.filter(({ keys }) => !keys.includes("time")),
  };
  const mode = { isInteractive: false, timeZone: "UTC", width: 960, tableOf: () => AS_IT_IS };
  const [, tiles] = tableParts(table, { ...EVERYTHING, time: { from, until: from + slotMs } }, mode);
  expect(toHtml(tiles?.() ?? "")).toContain(
    "<dt>Requests</dt><dd><strong>–</strong><small>no sums for these filters together</small></dd>",
  );
});

it("offers no time for a list if another filter is in the way, and only where it can be chosen", () => {
  const { from, slotMs } = tableOf("alb");
  const time = { from: from + slotMs, until: from + 2 * slotMs };
  const filtered = panelOf(tableOf("alb"), "client", { time, filters: new Map([["method", ["GET"]]]) });
  expect([filtered.missing, filtered.offered]).toEqual([
    expect.stringMatching(/ Remove one of them, run its SQL, or make a page of this time alone: /),
    undefined,
  ]);
  const offering = { ...filtered, offered: time };
  const mode = { isInteractive: true, timeZone: "UTC", width: 960, tableOf: () => AS_IT_IS };
  expect(toHtml(panelPart(offering, mode))).toContain('aria-label="Choose this time: Clients"');
  expect(toHtml(panelPart(filtered, mode))).not.toContain("Choose this time");
  expect(toHtml(panelPart(offering, { ...mode, isInteractive: false }))).not.toContain("<button");
});

it("tells values apart for which DuckDB has the same hash", async () => {
  const agents = ["xxxxxxx3abcdefg0", "xxxxxxx8abcdefg5"];
  const own = testLake();
  try {
    own.put(albKey(), agents.map((agent) => albLine({ user_agent: `"${agent}"` })).join("\n"));
    await own.ingest();
    expect(await own.query("SELECT DISTINCT hash(user_agent) FROM alb_access_logs")).toHaveLength(1);
    const agentsOf = panelOf(tableOf("alb", await reportOf(own.lake)), "agent");
    expect(requestsIn(agentsOf)).toEqual(Object.fromEntries(agents.map((agent) => [agent, 1])));
  } finally {
    own.delete();
  }
});

it.each(["alb", "cloudfront"])("counts the same of a table that is alone: %s", async (format) => {
  const { table } = tableOf(format);
  const open = await openLake(lake.lake, { tables: [table] });
  try {
    const asked = { range: undefined, timeZone: "UTC", tables: [table] };
    expect((await collect(keptCounts(lakeEngine(open)), asked)).tables).toEqual([tableOf(format)]);
  } finally {
    open.close();
  }
});

it("counts the same without kept results, in a few statements", async () => {
  const open = await openLake(lake.lake, { isUnsafe: true });
  try {
    // Athena's names of two functions; the digits differ from Athena's, and need only differ for different values.
    await open.query("CREATE MACRO to_utf8(text) AS encode(text)", async () => undefined);
    const { rows, table } = lakeEngine(open);
    const statements: string[] = [];
    const counting = {
      table,
      rows: (sql: string) => {
        statements.push(sql);
        return rows(sql);
      },
    };
    const { tables } = await collect(scannedCounts(counting), {
      range: undefined,
      timeZone: "UTC",
      tables: report.tables.map(({ table }) => table),
    });
    expect(tables).toEqual(
      report.tables.map((kept) => ({
        ...kept,
        secondsDoc: `${kept.secondsDoc} Athena computes approximate quantiles.`,
        unread: null,
      })),
    );
    expect(statements.length / tables.length).toBeLessThan(12);
    for (const sql of statements.filter((one) => one.includes("alb_access_logs"))) {
      expect(syntaxErrors("trino", sql)).toEqual([]);
    }
    for (const sql of statements) {
      expect(sql).not.toMatch(/[?]|<script/);
      // Athena accepts 262,144 bytes.
      expect(Buffer.byteLength(sql)).toBeLessThan(100_000);
    }
  } finally {
    open.close();
  }
});

it("counts the misses and the hit ratio of each path", async () => {
  const { columns, rows } = panelOf(tableOf("cloudfront"), "path");
  const [hits, misses] = ["Hits", "Misses"].map((name) => columns.findIndex(({ label }) => label === name));
  const [all] = await lake.query(
    "SELECT count(*) FILTER (WHERE x_edge_result_type = 'Miss') AS misses FROM cloudfront_access_logs",
  );
  expect(rows.reduce((total, { cells }) => total + Number(cells[misses ?? 0]), 0)).toBe(all?.misses);
  expect(rows.some(({ cells }) => Number(cells[hits ?? 0]) > 0)).toBe(true);
});

it("lists the hosts of Referer headers: in lower case, without user name and port", async () => {
  const other = testLake();
  const sites = {
    "https://Shop.Example.com/cart": "shop.example.com",
    "https://shop.example.com:8443/": "shop.example.com",
    "https://shop.example.com": "shop.example.com",
    "https://search.example?q=me@mail.example/": "search.example",
    "https://user:secret@intranet.example:80/a@b": "intranet.example",
    "http://%5B2001:DB8::1%5D:8080/": "%5b2001:db8::1%5d",
    "http://[2001:db8::1]/": "[2001:db8::1]",
    "android-app://com.example.reader/": "com.example.reader",
    "shop.example.com": "no URL",
    "https:///path": "no URL",
    "-": "",
  };
  try {
    const lines = Object.keys(sites).map((referrer) => cloudfrontLine({ "cs(Referer)": referrer }));
    other.put(cloudfrontKey(), `#Version: 1.0\n${lines.join("\n")}\n`);
    await other.ingest();
    const panel = panelOf(tableOf("cloudfront", await reportOf(other.lake)), "site");
    const expected: Record<string, number> = {};
    for (const site of Object.values(sites)) expected[site] = (expected[site] ?? 0) + 1;
    expect(requestsIn(panel)).toEqual(expected);
    const rows = (await other.query(panel.sql ?? "")).map(({ site, requests }) => [site ?? "", requests]);
    expect(Object.fromEntries(rows)).toEqual(expected);
    expect(syntaxErrors("trino", panel.sql ?? "")).toEqual([]);
    expect(panel.sql).not.toContain("?");
  } finally {
    other.delete();
  }
});

it("shows the headers that CloudFront encodes decoded once, and paths as the client sent them", async () => {
  const other = testLake();
  try {
    const line = cloudfrontLine({
      "cs-uri-stem": "/caf%25C3%25A9",
      "cs(Referer)": "https://shop.example.com/caf%25C3%25A9%7Cmenu",
      "cs(User-Agent)": "Mozilla/5.0%20(%22X11%22)%00",
    });
    const agent = { "cs(User-Agent)": "Mozilla/5.0%20(%22X11%22)" };
    other.put(cloudfrontKey(), `#Version: 1.0\n${line}\n${cloudfrontLine(agent)}\n`);
    await other.ingest();
    const table = tableOf("cloudfront", await reportOf(other.lake));
    const valuesIn = (id: string) =>
      panelOf(table, id)
        .rows.map(({ cells: [value] }) => value)
        .sort();
    expect(valuesIn("referrer")).toContain("https://shop.example.com/caf%C3%A9|menu");
    // A character that cannot be seen stays encoded, with all others.
    expect(valuesIn("agent")).toEqual(['Mozilla/5.0 ("X11")', "Mozilla/5.0 (%22X11%22)%00"]);
    expect(valuesIn("path")).toContain("/caf%C3%A9");
    const note = "Percent-encoded characters are decoded here, and not in the rows of the SQL.";
    expect(panelOf(table, "agent").notes).toContain(note);
    expect(panelOf(table, "site").notes).not.toContain(note);
    expect(panelOf(tableOf("alb"), "agent").notes).not.toContain(note);
  } finally {
    other.delete();
  }
});

it("lists the countries of viewers if the log has them", async () => {
  expect(tableOf("cloudfront").lists.map(({ id }) => id)).not.toContain("country");
  const other = testLake();
  try {
    const line = { date: "2026-11-23", time: "07:05:01", "sc-status": "200", "c-country": "DE" };
    other.put(cloudfrontKey(), `${JSON.stringify(line)}\n`);
    await other.ingest();
    const { rows } = panelOf(tableOf("cloudfront", await reportOf(other.lake)), "country");
    expect(rows.map(({ cells }) => cells.slice(0, 2))).toEqual([["DE", 1]]);
  } finally {
    other.delete();
  }
});

it("lists load balancers if the table has several", async () => {
  const other = testLake();
  try {
    const [shop, blog] = ["app/shop/50dc6c495c0c9188", "app/blog/60dc6c495c0c9188"] as const;
    const lines = [
      albLine({ elb: shop }),
      albLine({ elb: shop }),
      albLine({ elb: blog, elb_status_code: "502" }),
    ];
    other.put(albKey(), `${lines.slice(0, 2).join("\n")}\n`);
    await other.ingest();
    expect(tableOf("alb", await reportOf(other.lake)).lists.map(({ id }) => id)).not.toContain("elb");
    other.put(albKey(), `${lines.slice(2).join("\n")}\n`);
    await other.ingest();
    const { rows, columns } = panelOf(tableOf("alb", await reportOf(other.lake)), "elb");
    const place = columns.findIndex(({ label }) => label === "5xx %");
    expect(rows.map(({ cells }) => [cells[0], cells[1], cells[place]])).toEqual([
      [shop, 2, 0],
      [blog, 1, 100],
    ]);
  } finally {
    other.delete();
  }
});

it("compares with the same length of time before, and counts only its range", async () => {
  const days = parseRange("2026-11-23", "2026-11-23");
  const table = tableOf("alb", await reportOf(lake.lake, days));
  const count = async (condition: string) =>
    (await lake.query(`SELECT count(*) AS requests FROM alb_access_logs WHERE ${condition}`))[0]?.requests;
  expect(table.totals.requests).toBe(await count("dt = '2026-11-23'"));
  const length = table.until - table.from;
  const before = await count(`epoch_ms(time) >= ${table.from - length} AND epoch_ms(time) < ${table.from}`);
  expect(table.before?.requests ?? 0).toBe(before);
});

it("shows unparsed lines, and says how many it leaves out", () => {
  const { rows, notes } = panelOf(tableOf("alb"), "unparsed");
  expect(rows[0]?.cells[0]).toBe("not a line");
  expect(notes).toEqual([expect.stringMatching(/^1 line of the whole table, of any time, is in no row/)]);
  const cut = unreadPanel({
    ...tableOf("alb"),
    unread: { unparsed: 1037, examples: [{ line: "x", file: "y" }] },
  });
  expect(cut.notes).toEqual([
    expect.stringMatching(/^1,037 lines .* are in no row/),
    "The first 1 of 1,037 lines; its SQL has all.",
  ]);
});

describe("a table with unparsed lines and no row", () => {
  it("has a section of its own, with their number, the first lines and their files", async () => {
    const [table, ...others] = report.unparsed;
    expect(others).toEqual([]);
    expect(table).toMatchObject({ format: "nlb", table: "nlb_access_logs", unread: { unparsed: 1 } });
    const page = await renderPage(report, ASSETS);
    expect(page).toContain("This page has no row of table nlb_access_logs, only its unparsed lines.");
    expect(page).toContain("1 line of the whole table, of any time, is in no row");
    expect(page).toContain(table?.unread.examples[0]?.file);
    expect(page).toContain(`<a href="#nlb">`);
  });

  it("is there, too, if its rows are of another time", async () => {
    const other = await reportOf(lake.lake, parseRange("2020-01-01", "2020-01-02"));
    expect(other.unparsed.map(({ format, unread }) => [format, unread.unparsed])).toEqual([
      ["alb", 1],
      ["nlb", 1],
    ]);
  });

  it("is left out where other tables are asked for, or where lines are not counted", async () => {
    const open = await openLake(lake.lake);
    try {
      const counts = keptCounts(lakeEngine(open));
      const asked = { range: undefined, timeZone: "UTC", tables: ["s3_access_logs", "nlb_access_logs"] };
      const unparsedOf = async (...given: Parameters<typeof collect>) =>
        (await collect(...given)).unparsed.map(({ table }) => table);
      expect(await unparsedOf(counts, asked)).toEqual(["nlb_access_logs"]);
      expect(await unparsedOf(counts, { ...asked, tables: ["s3_access_logs"] })).toEqual([]);
      expect(await unparsedOf({ ...counts, unread: async () => null }, asked)).toEqual([]);
    } finally {
      open.close();
    }
  });
});

it("says that only the newest abnormal requests are shown, and its SQL has all", async () => {
  const own = testLake();
  try {
    const lines = (length: number) =>
      Array.from({ length }, () => albLine({ error_reason: '"WAFUnhandled"' })).join("\n");
    const abnormal = async () => panelOf(tableOf("alb", await reportOf(own.lake)), "abnormal");
    own.put(albKey(), lines(50));
    await own.ingest();
    expect(await abnormal()).toMatchObject({ rows: { length: 50 }, notes: [/severe\.$/, /^Filters/] });
    own.put(albKey("20261123T0910Z"), lines(1));
    await own.ingest();
    const { rows, notes, sql = "" } = await abnormal();
    expect([rows.length, notes[0]]).toEqual([
      50,
      expect.stringMatching(/The first 50 rows; its SQL has all\.$/),
    ]);
    expect(await own.query(sql)).toHaveLength(51);
  } finally {
    own.delete();
  }
});

it("says as the questions do, which parts of paths are written as :id", () => {
  expect(panelOf(tableOf("alb"), "path").notes).toContainEqual(ID_RULE);
  expect(panelOf(tableOf("alb"), "method").notes).not.toContainEqual(ID_RULE);
  const latency = QUESTIONS.find(({ name }) => name === "alb_latency_by_url");
  expect(latency?.explanation).toContain(ID_RULE);
});

it("says that the slowest paths are sorted by p95", () => {
  expect(panelOf(tableOf("alb"), "slowest").notes[0]).toMatch(/^Sorted by p95/);
});

it("says which days of the week occur more often, on the clocks of the time zone", () => {
  const notesOf = (from: number, until: number, zone = "UTC") =>
    panelOf({ ...tableOf("alb"), from, until }, "week", EVERYTHING, zone).notes.slice(1);
  const tuesday = Date.UTC(2026, 9, 20);
  expect(notesOf(tuesday, tuesday + 10 * DAY_MS)).toEqual([
    "Some days of the week occur more often in this time: 2 of Tue, Wed, Thu; 1 of Mon, Fri, Sat, Sun (whole days and parts).",
  ]);
  expect(notesOf(tuesday, tuesday + 10 * DAY_MS, "America/New_York")).toEqual([
    expect.stringContaining("2 of Mon, Tue, Wed, Thu; 1 of Fri, Sat, Sun"),
  ]);
  expect(notesOf(tuesday, tuesday + 14 * DAY_MS)).toEqual([]);
  expect(notesOf(tuesday, tuesday + 2 * DAY_MS)).toEqual([]);
});

it("says once for a table that its steps are no days, if clocks are moved within its range", async () => {
  const zone = "Europe/Berlin";
  const days = parseRange("2026-10-01", "2026-11-30", { timeZone: zone });
  const table = tableOf("alb", await reportOf(lake.lake, days, zone));
  const [time, latency] = ["time", "latency"].map((id) =>
    panelOf(table, id, EVERYTHING, zone).notes.join(" "),
  );
  expect(time).toMatch(/^In steps of 24 hours\. All steps .* from 2026-10-25 on, they begin 1 hour earlier/);
  expect(latency).toContain("In steps of 24 hours.");
  expect(latency).not.toContain("All steps");
  const starts = panelOf(table, "time", EVERYTHING, zone).rows.map(({ cells: [start] }) => String(start));
  expect(starts.filter((start) => /^2026-10-2[4-6] /.test(start))).toEqual([
    "2026-10-24 00:00",
    "2026-10-25 00:00",
    "2026-10-25 23:00",
    "2026-10-26 23:00",
  ]);
});

it("names the filters that a table does not have", () => {
  const mode = { isInteractive: false, timeZone: "UTC", width: 960, tableOf: () => AS_IT_IS };
  const remarkOf = (state: State) =>
    tableParts(tableOf("alb"), state, mode)
      .slice(0, 1)
      .map((make) => toHtml(make()));
  const edge = toggled(EVERYTHING, "edge", "FRA");
  expect(remarkOf(edge)).toEqual([
    expect.stringContaining(">This table has no edge: this filter does not apply here.<"),
  ]);
  expect(remarkOf(toggled(edge, "result", "Hit"))).toEqual([
    expect.stringContaining(">This table has no edge and no result type: these filters do not apply here.<"),
  ]);
});

it("has the other values last in every order", () => {
  const panel = {
    id: "x",
    title: "X",
    notes: [],
    columns: [],
    rows: [
      ["b", 1],
      [OTHER, 9],
      ["a", 2],
    ].map((cells) => ({ cells })),
  };
  const sorted = (column: number, isDescending: boolean) =>
    shownRows(panel, { ...AS_IT_IS, sort: { column, isDescending } }).map(({ cells: [name] }) => name);
  expect([sorted(0, false), sorted(0, true)]).toEqual([
    ["a", "b", OTHER],
    ["b", "a", OTHER],
  ]);
  expect([sorted(1, false), sorted(1, true)]).toEqual([
    ["b", "a", OTHER],
    ["a", "b", OTHER],
  ]);
});

it("says on the button of a shortened list how many more rows there are", () => {
  const panel = { ...panelOf(tableOf("alb"), "client"), title: "Clients" };
  const mode = {
    isInteractive: true,
    timeZone: "UTC",
    width: 960,
    tableOf: () => ({ ...AS_IT_IS, isComplete: false }),
  };
  const html = toHtml(panelTable(panel, mode));
  expect(html).toContain(`>Show ${panel.rows.length - html.split("<tr").length + 2} more rows of clients<`);
});

it("writes the unit of a column into its name once", () => {
  expect(nameWithUnit("Share", "percent")).toBe("Share (%)");
  expect(nameWithUnit("5xx %", "percent")).toBe("5xx %");
  expect(nameWithUnit("Requests", "count")).toBe("Requests");
});

it("compares with the period before in one sentence", () => {
  expect([changeText(112, 100), changeText(5, 10), changeText(3, 0), changeText(0, 0)]).toEqual([
    "+12 % against the period before",
    "−50 % against the period before",
    "none in the period before",
    "none, as in the period before",
  ]);
});

describe("a table without panels that filter", () => {
  it("has the answer of each question that needs no value, with its first rows", async () => {
    const [table, ...others] = report.answered;
    expect(others).toEqual([]);
    expect(table).toMatchObject({ format: "s3", rows: 20, unread: { unparsed: 0 } });
    const asked = QUESTIONS.filter(
      ({ format, parameters }) =>
        format === "s3" && parameters.every((parameter) => parameter.default !== undefined),
    );
    expect(asked.length).toBeGreaterThan(5);
    expect(table?.answers.map(({ id }) => id)).toEqual(asked.map(({ name }) => name));
    for (const { sql, columns, rows } of table?.answers ?? []) {
      const all = await lake.query(sql);
      expect(rows).toEqual(all.slice(0, 15).map((row) => columns.map((name) => row[name] ?? null)));
    }
  });

  it("says how many rows it leaves out", () => {
    const cut = report.answered[0]?.answers.filter(({ note }) => note.includes("The first 15 of 20 rows"));
    expect(cut?.length).toBeGreaterThan(0);
  });

  it("is left out without rows in the range", async () => {
    const { answered, tables } = await reportOf(lake.lake, parseRange("2020-01-01", "2020-01-02"));
    expect([answered, tables]).toEqual([[], []]);
  });
});

it("shows files that could not be read", async () => {
  const { rejected } = report;
  expect(rejected).toMatchObject({ files: 1, examples: [{ reason: "corrupt file" }] });
  const page = await renderPage(report, ASSETS);
  expect(page).toContain("1 file could not be read and is in no number of this page");
  expect(page).toContain(rejected?.examples[0]?.key);
  expect(await renderPage({ ...report, rejected: { files: 0, examples: [] } }, ASSETS)).not.toMatch(
    /Files without rows|could not be read/,
  );
  expect(rejectedPanel(rejected).notes).toEqual([expect.stringMatching(/^1 file that .*: its lines are/)]);
  expect(rejectedPanel({ files: 60, examples: rejected?.examples ?? [] }).notes).toEqual([
    expect.stringMatching(/^60 files that .*: their lines are/),
    "The first 1 of 60 files.",
  ]);
});

it("names at its start the tables with unparsed lines, and links to them, if there are any", async () => {
  const page = await renderPage(report, ASSETS);
  expect(page).toContain(
    'Unparsed lines, in no number of this page: <a href="#alb-unparsed">1 of alb_access_logs</a>, <a href="#nlb-unparsed">1 of nlb_access_logs</a>.',
  );
  expect(page).toContain('see <a href="#rejected">Files without rows</a>.');
  for (const id of ["alb-unparsed", "nlb-unparsed", "rejected", "main"]) expect(page).toContain(`id="${id}"`);
  const tables = report.tables.map((table) => ({ ...table, unread: { unparsed: 0, examples: [] } }));
  expect(await renderPage({ ...report, tables, unparsed: [] }, ASSETS)).not.toContain("Unparsed lines");
});

it("shows of one table only its own files that could not be read, and those that can be of any table", async () => {
  const own = testLake();
  try {
    const cut = gzipSync("x").subarray(0, 5);
    own.put(albKey(), cut);
    own.put(`copied/${cloudfrontKey()}`, cut);
    own.put("renamed.log.gz", cut);
    await own.ingest();
    expect(await rejectedIn(own.lake, REPORTED_TABLES)).toMatchObject({ files: 3 });
    const keysOf = async (table: string) =>
      (await rejectedIn(own.lake, [table])).examples.map(({ key }) => key).sort();
    expect(await keysOf("alb_access_logs")).toEqual([
      expect.stringMatching(/^raw\/alb_access_logs\//),
      "renamed.log.gz",
    ]);
    expect(await keysOf("cloudfront_access_logs")).toEqual([
      expect.stringMatching(/^raw\/cloudfront_access_logs\//),
      "renamed.log.gz",
    ]);
    expect(await keysOf("waf_logs")).toEqual(["renamed.log.gz"]);
  } finally {
    own.delete();
  }
});

it("says that an engine counts no lines and lists no files without rows", async () => {
  const tables = report.tables.map((table) => ({ ...table, unread: null }));
  const page = await renderPage({ ...report, tables, rejected: null }, ASSETS);
  expect(page).toContain("Not counted here, as Athena would read the text of all files");
  expect(page).toContain("&quot;access-logs redrive --rejected --dry-run&quot; lists them");
});

it("writes every value as text", async () => {
  const page = await renderPage(report, ASSETS);
  expect(page).not.toContain("<img");
  expect(page.match(/<script/g)).toHaveLength(2);
  expect(page).toContain("&lt;/script&gt;&lt;script&gt;window.broken=1");
  expect(page).toContain("\\u{202e}");
  expect(csvCell(HOSTILE.referrer)).toMatch(/^'=/);
  expect(csvCell('a"b,c')).toBe('"a""b,c"');
  expect(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"].map((value) => csvCell(value))).toEqual([
    "'=1+1",
    "'+1",
    "'-1",
    "'@SUM(A1)",
    "'\t=1",
    `"'\r=1"`,
  ]);
});

it("allows nothing but its own script and style", async () => {
  const [, policy] =
    /Content-Security-Policy" content="([^"]*)"/.exec(await renderPage(report, ASSETS)) ?? [];
  expect(policy).toContain("default-src &#39;none&#39;");
  expect(policy).not.toMatch(/unsafe|http/);
});

it("leaves out sums of lists until the page is small enough, and says so", async () => {
  const packed = fitted(await packReport(report), 30_000);
  expect(packed.tables.flatMap(({ listCubes }) => listCubes.flat()).length).toBeLessThan(
    report.tables.flatMap(({ listCubes }) => listCubes.flat()).length,
  );
  expect(packed.cuts[0]).toContain("left out");
  expect(Buffer.byteLength(await renderPage(report, ASSETS))).toBeLessThan(MAX_PAGE_BYTES);
});

describe.each(Object.entries(VISIONS))("for people with %s", (_, vision) => {
  it("has different colours for different status classes, and for none, light and dark", () => {
    const themes = [":root {", ':root[data-theme="dark"] {'].map((selector) => {
      const block = ASSETS.style.split(selector)[1]?.split("}")[0] ?? "";
      return [...block.matchAll(/--s[0-5]: (#[0-9a-f]{6})/g)].map(([, colour = ""]) => colour);
    });
    for (const colours of themes) {
      expect(colours).toHaveLength(6);
      const pairs = colours.flatMap((one, index) =>
        colours.slice(index + 1).map((other) => [one, other] as const),
      );
      for (const [one, other] of pairs) expect(difference(one, other, vision)).toBeGreaterThan(12);
    }
  });
});

describe("the codes of a row", () => {
  const combinations = (domains: readonly { readonly values: number }[]) =>
    domains.reduce((product, { values }) => product * (values + 3 * Math.ceil(values / 6) + 1), 1);

  it("are one exact number of JavaScript if they are those of dimensions and of lists with few combinations", () => {
    for (const subject of SUBJECTS)
      expect(combinations([...subject.dimensions, ...fewLists(subject)])).toBeLessThan(
        Number.MAX_SAFE_INTEGER,
      );
  });

  it("are one bigint of an engine if they are those of lists", () => {
    for (const { lists } of SUBJECTS) expect(combinations(lists)).toBeLessThan(2 ** 63);
  });
});

it("packs sums without a loss", async () => {
  for (const { cubes, listCubes } of report.tables) {
    for (const cube of [...cubes, ...listCubes.flat()])
      expect(unpackCube(await packCube(cube))).toEqual(cube);
  }
});

it("keeps its state in the hash", () => {
  const state = toggled({ time: { from: 0, until: 60_000 }, filters: new Map() }, "path", "/a&b=c#d");
  const whole = wholeTime(report);
  expect(stateOf(`#${hashOf(state)}`, whole)).toEqual(state);
  expect(stateOf("#from=never&unknown=1", whole)).toEqual(EVERYTHING);
  expect(stateOf("#from=2026-11-23T08:00Z&until=2026-11-23T07:00Z", whole)).toEqual(EVERYTHING);
});

it("takes the missing end of a time in the hash as open", () => {
  const whole = wholeTime(report);
  const middle = (whole.from + whole.until) / 2;
  const timeOf = (hash: string) => stateOf(hash, whole).time;
  expect(timeOf(`#from=${new Date(middle).toISOString()}`)).toEqual({ from: middle, until: whole.until });
  expect(timeOf(`#until=${new Date(middle).toISOString()}`)).toEqual({ from: whole.from, until: middle });
  // After the end of all tables: nothing is counted, and the page says for which time.
  expect(timeOf("#from=2100-01-01T00:00Z")?.from).toBe(Date.UTC(2100, 0, 1));
  expect(stateOf("#from=2026-11-23T08:00Z", wholeTime({ ...report, tables: [] }))).toEqual(EVERYTHING);
});

it("moves a time, and keeps its length, if its end is chosen before its start or the other way around", () => {
  const time = { from: 100, until: 160 };
  const whole = { from: 0, until: 200 };
  expect(withEnd(time, "until", 120, whole)).toEqual({ from: 100, until: 120 });
  expect(withEnd(time, "until", 90, whole)).toEqual({ from: 30, until: 90 });
  expect(withEnd(time, "from", 160, whole)).toEqual({ from: 160, until: 220 });
});

it("moves no start out of the time of the tables, unless the end is before it", () => {
  const time = { from: 100, until: 160 };
  const whole = { from: 50, until: 200 };
  expect(withEnd(time, "until", 90, whole)).toEqual({ from: 50, until: 90 });
  // From a link: nothing is counted.
  expect(withEnd(time, "until", 20, whole)).toEqual({ from: -40, until: 20 });
});

it("ignores what is no time in the hash, as if it were not there", () => {
  const whole = wholeTime(report);
  const text = new Date((whole.from + whole.until) / 2).toISOString();
  for (const wrong of ["2026", "abc", "1", "", "2026-11", "2026-11-23T07:00", "2026-13-40", "23 Nov 2026"]) {
    expect({ wrong, ...stateOf(`#until=${wrong}&from=abc`, whole) }).toEqual({ wrong, ...EVERYTHING });
    expect(stateOf(`#from=${text}&until=${wrong}`, whole)).toEqual(stateOf(`#from=${text}`, whole));
    expect(stateOf(`#from=${wrong}&until=${text}`, whole)).toEqual(stateOf(`#until=${text}`, whole));
  }
  expect(stateOf("#from=2026-11-23", whole).time?.from).toBe(Date.UTC(2026, 10, 23));
});

it("counts hours of the week and writes times in the zone of the report", () => {
  const instant = Date.UTC(2026, 10, 22, 23, 30);
  expect(hourOfWeek(instant, "UTC")).toBe(6 * 24 + 23);
  expect(hourOfWeek(instant, "Europe/Berlin")).toBe(0);
  expect(timeText(instant, "Asia/Kolkata")).toBe("2026-11-23 05:00");
});
