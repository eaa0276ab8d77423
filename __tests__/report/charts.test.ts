import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../formats/time";
import { lineChart } from "../../report/page/chart";
import { toHtml } from "../../report/page/node";
import { timeLabels } from "../../report/page/time-labels";

const NOON = Date.UTC(2026, 5, 1, 12);

describe("labels of the time", () => {
  const textsOf = (...about: Parameters<typeof timeLabels>) =>
    timeLabels(...about).map(({ texts }) => texts.join(" "));

  it("are at whole steps of the clock, with the day where it is new", () => {
    const slots = { count: 40, from: NOON - 2 * HOUR_MS, slotMs: HOUR_MS };
    expect(textsOf(slots, "UTC", 10)).toEqual([
      "12:00 2026-06-01",
      "18:00",
      "00:00 2026-06-02",
      "06:00",
      "12:00",
      "18:00",
      "00:00 2026-06-03",
    ]);
  });

  it("are at whole steps of the clock of the time zone", () => {
    const slots = { count: 24, from: NOON, slotMs: HOUR_MS };
    // Half an hour ahead of a whole hour: no slot starts at one.
    expect(textsOf(slots, "Asia/Kolkata", 5)).toEqual([
      "18:30 2026-06-01",
      "00:30 2026-06-02",
      "06:30",
      "12:30",
    ]);
  });

  it("are days, months or years where slots are longer", () => {
    expect(textsOf({ count: 20, from: NOON - (NOON % DAY_MS), slotMs: DAY_MS }, "UTC", 5)).toEqual([
      "2026-06-01",
      "2026-06-08",
      "2026-06-15",
    ]);
    const years = textsOf({ count: 100, from: Date.UTC(2017, 4, 5), slotMs: 28 * DAY_MS }, "UTC", 8);
    expect(years).toEqual([
      "2018-01-12",
      "2019-01-11",
      "2020-01-10",
      "2021-01-08",
      "2022-01-07",
      "2023-01-06",
      "2024-01-05",
    ]);
  });

  it("are some of the days in a narrow chart whose days have one Monday", () => {
    const tenDays = { count: 80, from: Date.UTC(2026, 9, 20), slotMs: 3 * HOUR_MS };
    expect(textsOf(tenDays, "UTC", 2)).toEqual(["2026-10-21", "2026-10-27"]);
    expect(textsOf(tenDays, "UTC", 3)).toEqual(["2026-10-21", "2026-10-25", "2026-10-29"]);
  });

  it("are at least two on a phone, and end within the chart", () => {
    for (const slotMs of [MINUTE_MS, 15 * MINUTE_MS, HOUR_MS, 3 * HOUR_MS, DAY_MS])
      for (const count of [30, 60, 80, 192]) {
        const slots = { count, from: NOON + 7 * MINUTE_MS, slotMs };
        const svg = toHtml(lineChart([], slots, "UTC", 306));
        const places = [...svg.matchAll(/x="([\d.]+)" y="212" text-anchor="middle"/g)].map(([, x]) =>
          Number(x),
        );
        expect({ slotMs, count, labels: places.length > 1 && places.length < 4 }).toMatchObject({
          labels: true,
        });
        expect(Math.max(...places)).toBeLessThanOrEqual(306 - 34);
      }
  });

  it("are never more than fit, and at least one", () => {
    for (const slotMs of [MINUTE_MS, 15 * MINUTE_MS, 6 * HOUR_MS, 7 * DAY_MS, 364 * DAY_MS])
      for (const count of [1, 2, 7, 60, 192])
        for (const most of [1, 3, 10]) {
          const labels = timeLabels({ count, from: NOON + 7 * MINUTE_MS, slotMs }, "Europe/Berlin", most);
          expect(labels.length).toBeGreaterThan(0);
          expect(labels.length).toBeLessThanOrEqual(most);
        }
  });
});

describe("a chart of durations", () => {
  const chart = (...values: (number | null)[]) =>
    toHtml(
      lineChart([{ name: "p50", values }], { count: values.length, from: NOON, slotMs: HOUR_MS }, "UTC", 960),
    );

  it("has a point for a value between two gaps, which a line does not show", () => {
    expect(chart(null, 20, null, 30, 40).match(/<circle/g)).toHaveLength(1);
    expect(chart(20, 30)).not.toContain("<circle");
  });

  it("is logarithmic only if its values differ much", () => {
    expect(chart(50, 300)).not.toContain("logarithmic");
    const peak = chart(50, 300, 20_000);
    expect(peak).toContain("logarithmic");
    for (const tick of ["10 ms", "100 ms", "1 s", "10 s"]) expect(peak).toContain(`>${tick}<`);
  });

  it("has a place for 0 on a logarithmic scale", () => {
    expect(chart(0, 20_000)).not.toMatch(/NaN|Infinity/);
  });

  it("can be empty", () => {
    expect(chart()).not.toMatch(/NaN|Infinity/);
    expect(chart(null)).not.toMatch(/NaN|Infinity/);
  });
});
