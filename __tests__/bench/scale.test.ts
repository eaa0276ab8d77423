import { scaleReport } from "../../bench/scale";
import { CEILINGS, FACTS } from "../../bench/scale-facts";
import { simulateScale } from "../../bench/scale-simulation";

const OUTAGE = { from: 6, to: 12 };

describe("the model of scale", () => {
  it("gives the same result for the same seed", () => {
    expect(simulateScale(10_000, 1, 1)).toEqual(simulateScale(10_000, 1, 1));
    expect(simulateScale(10_000, 1, 1)).not.toEqual(simulateScale(10_000, 1, 2));
  });

  it("moves a single file after the batching window, and commits it in the next run", () => {
    const { movedP50, committedP99 } = simulateScale(10, 30, 1);
    expect(movedP50).toBeCloseTo(FACTS.eventSeconds.value + FACTS.moveWindowSeconds.value + 0.1, 6);
    expect(committedP99).toBeGreaterThan(movedP50);
    expect(committedP99).toBeLessThan(600 + 60);
  });

  it("has the backlog of a six-hour outage, within the noise of deliveries, and catches up", () => {
    const { backlog, hoursToCatchUp } = simulateScale(100_000, 2, 1, OUTAGE);
    expect(backlog).toBeGreaterThan(24_000);
    expect(backlog).toBeLessThan(26_500);
    expect(hoursToCatchUp).toBeGreaterThan(0);
    expect(hoursToCatchUp).toBeLessThan(1);
  });

  it("falls behind with moves only above the ceiling of moves", () => {
    const ceiling = CEILINGS.find(({ name }) => name.startsWith("move-access-logs"))?.filesPerDay ?? 0;
    const [below, above] = [simulateScale(ceiling * 0.9, 0.5, 1), simulateScale(ceiling * 1.5, 0.5, 1)];
    expect(below.movedP99).toBeLessThan(600);
    expect(above.movedP99).toBeGreaterThan(3600);
  });

  it("falls behind with commits only above the ceiling of commits", () => {
    const ceiling = CEILINGS.find(({ name }) => name.startsWith("the commits of a day"))?.filesPerDay ?? 0;
    expect(simulateScale(ceiling * 0.5, 0.5, 1).committedP99).toBeLessThan(3600);
    expect(simulateScale(ceiling * 3, 0.5, 1).committedP99).toBeGreaterThan(3600);
  });

  it("commits all waiting files with one statement per run, also files of several hours", () => {
    // Each run that finds files makes one commit.
    expect(simulateScale(100_000, 2, 1).commitsPerDay).toBeLessThanOrEqual(24 * FACTS.transformPerHour.value);
  });

  it("prints a row for each load with its cost and the first ceiling that it exceeds", () => {
    const { text, json } = scaleReport([1, 10_000, 1_000_000]);
    expect(text.match(/^ +\d+[KM]? .* [\d,.]+(?: +\(\d\))?$/gm)).toHaveLength(json.rows.length);
    for (const [index, { usdPerMonth, steady, above, filesPerDay }] of json.rows.entries()) {
      expect(usdPerMonth).toBeGreaterThan(json.rows[index - 1]?.usdPerMonth ?? 0);
      expect(steady.movedP50).toBeLessThanOrEqual(steady.movedP99);
      expect(above).toBe(CEILINGS.find((ceiling) => ceiling.filesPerDay < filesPerDay));
    }
  });

  it("names the source of each number", () => {
    for (const { source } of Object.values(FACTS))
      expect(source).toMatch(/^(?:https:\/\/|assumed|measured|[\w/-]+\.(?:ts|md))/);
  });
});
