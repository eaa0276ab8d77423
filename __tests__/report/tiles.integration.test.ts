import type { Report, TableReport } from "../../report/model";
import { toHtml } from "../../report/page/node";
import { EVERYTHING, type State, toggled } from "../../report/page/state";
import { changeText, durationText, pointsText } from "../../report/page/text";
import { tiles } from "../../report/page/tiles";
import type { TestLake } from "../helpers/lake";
import { reportLake, reportOf } from "../helpers/report";

let lake: TestLake;
let report: Report;
beforeAll(async () => {
  lake = await reportLake();
  report = await reportOf(lake.lake);
});
afterAll(() => lake.delete());

/** The texts of each tile by its name. */
const tilesOf = (table: TableReport, state: State): Record<string, string[]> =>
  Object.fromEntries(
    [...toHtml(tiles(table, state)).matchAll(/<dt>(.*?)<\/dt><dd>(.*?)<\/dd>/g)].map(
      ([, name = "", values = ""]) => [name, values.split(/<[^>]+>/).filter((text) => text !== "")],
    ),
  );

describe.each(["alb", "cloudfront"])("the tiles of %s", (format) => {
  const table = () => {
    const found = report.tables.find((one) => one.format === format);
    if (!found) throw new Error(`no ${format}`);
    return found;
  };
  const step = (slot: number, steps = 1): State => {
    const { from, slotMs } = table();
    return { ...EVERYTHING, time: { from: from + slot * slotMs, until: from + (slot + steps) * slotMs } };
  };
  const busiest = () => [...table().slots].sort((a, b) => b.clients - a.clients)[0]?.slot ?? 0;

  it("have the clients and the median time of one step, as DuckDB counts them", async () => {
    const { slotMs, from, seconds } = table();
    const client = format === "alb" ? "client_ip" : "c_ip";
    const [row] = await lake.query(
      `SELECT count(DISTINCT ${client}) AS clients, quantile_cont(CASE WHEN ${seconds} >= 0 THEN ${seconds} END, 0.5) AS p50
      FROM ${table().table} WHERE floor((epoch_ms(time) - ${from}) / ${slotMs}) = ${busiest()}`,
    );
    const shown = tilesOf(table(), step(busiest()));
    expect(Number(row?.clients)).toBeGreaterThan(1);
    expect(shown.Clients).toEqual([String(row?.clients)]);
    expect(shown["Median time"]?.[0]).toBe(durationText(1000 * Number(row?.p50)));
  });

  it("say of what clients and quantiles are known, if it is not what is chosen", () => {
    const unknown = ["–", "of all requests or one step only"];
    for (const state of [
      step(busiest(), 2),
      toggled(EVERYTHING, "method", "GET"),
      toggled(step(busiest()), "method", "GET"),
    ]) {
      const shown = tilesOf(table(), state);
      expect([shown.Clients, shown["Median time"]]).toEqual([unknown, unknown]);
    }
  });

  it("compare the shares of errors, not their numbers, with the period before", () => {
    const { totals, from, until } = table();
    const length = until - from;
    // Twice the requests with as many errors, so that no number of errors has changed, but their shares have.
    const before = {
      ...totals,
      requests: 2 * totals.requests,
      from: from - length,
      until: from,
      first: from - length,
    };
    const shown = tilesOf({ ...table(), before }, EVERYTHING);
    const share = (100 * totals.clientErrors) / totals.requests;
    expect(shown["4xx"]).toEqual([
      String(totals.clientErrors),
      `${share.toFixed(1)} %`,
      pointsText(share, share / 2),
    ]);
    expect(shown["4xx"]?.[2]).toMatch(/^\+\d+\.\d points against \d+\.\d % in the period before$/);
    expect(shown["5xx"]?.[2]).toContain(" points against ");
    expect(shown.Requests?.[1]).toBe(changeText(1, 2));
    expect(tilesOf({ ...table(), before }, toggled(EVERYTHING, "method", "GET"))["4xx"]).toHaveLength(2);
  });

  it("have no client and no time in a step without requests", () => {
    const shown = tilesOf(table(), step(100_000));
    expect([shown.Clients, shown["Median time"]?.[0]]).toEqual([["0"], "–"]);
  });
});

it("writes a change of a share in percentage points, small ones with two decimals", () => {
  expect([pointsText(4.2, 3.9), pointsText(3.9, 4.2), pointsText(0.04, 0), pointsText(2, 2)]).toEqual([
    "+0.3 points against 3.9 % in the period before",
    "−0.3 points against 4.2 % in the period before",
    "+0.04 points against 0.0 % in the period before",
    "+0.00 points against 2.0 % in the period before",
  ]);
});
