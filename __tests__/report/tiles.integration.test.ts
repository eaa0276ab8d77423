import type { Report, TableReport } from "../../report/model";
import { toHtml } from "../../report/page/node";
import { EVERYTHING, type State, toggled } from "../../report/page/state";
import { durationText } from "../../report/page/text";
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

  it("have no client and no time in a step without requests", () => {
    const shown = tilesOf(table(), step(100_000));
    expect([shown.Clients, shown["Median time"]?.[0]]).toEqual([["0"], "–"]);
  });
});
