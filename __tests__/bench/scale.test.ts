import { scaleReport } from "../../bench/scale";
import { CEILINGS, FACTS } from "../../bench/scale-facts";
import { simulateScale } from "../../bench/scale-simulation";

const OUTAGE = { from: 6, to: 12 };

describe("the model of scale", () => {
  it("gives the same for the same seed", () => {
    expect(simulateScale(10_000, 1, 1)).toEqual(simulateScale(10_000, 1, 1));
    expect(simulateScale(10_000, 1, 1)).not.toEqual(simulateScale(10_000, 1, 2));
  });

  it("moves a lone file after its window, and commits it with the next run", () => {
    const { movedP50, committedP99 } = simulateScale(10, 30, 1);
    expect(movedP50).toBeCloseTo(FACTS.eventSeconds.value + FACTS.moveWindowSeconds.value + 0.1, 6);
    expect(committedP99).toBeGreaterThan(movedP50);
    expect(committedP99).toBeLessThan(600 + 60);
  });

  it("leaves what six hours bring, within the noise of arrivals, and gets rid of it", () => {
    const { backlog, hoursToCatchUp } = simulateScale(100_000, 2, 1, OUTAGE);
    expect(backlog).toBeGreaterThan(24_000);
    expect(backlog).toBeLessThan(26_500);
    expect(hoursToCatchUp).toBeGreaterThan(0);
    expect(hoursToCatchUp).toBeLessThan(1);
  });

  it("falls behind in moving above the ceiling of moving, and only there", () => {
    const ceiling = CEILINGS.find(({ name }) => name.startsWith("move-access-logs"))?.filesPerDay ?? 0;
    const [below, above] = [simulateScale(ceiling * 0.9, 0.5, 1), simulateScale(ceiling * 1.5, 0.5, 1)];
    expect(below.movedP99).toBeLessThan(600);
    expect(above.movedP99).toBeGreaterThan(3600);
  });

  it("falls behind in committing above the ceiling of commits, and only there", () => {
    const ceiling = CEILINGS.find(({ name }) => name.startsWith("the commits of an hour"))?.filesPerDay ?? 0;
    expect(simulateScale(ceiling * 0.5, 0.5, 1).committedP99).toBeLessThan(3600);
    expect(simulateScale(ceiling * 3, 0.5, 1).committedP99).toBeGreaterThan(3600);
  });

  it("commits all that waits with one statement a run, whatever hours it is of", () => {
    // Of the runs that find something, each makes one commit.
    expect(simulateScale(100_000, 2, 1).commitsPerDay).toBeLessThanOrEqual(24 * FACTS.transformPerHour.value);
  });

  it("prints a row for each load: what it costs, and the first ceiling it is above", () => {
    const { text, json } = scaleReport([1, 10_000, 1_000_000]);
    expect(text.match(/^ +\d+[KM]? .*\d+\.\d\d/gm)).toHaveLength(json.rows.length);
    for (const [index, { usdPerMonth, steady, above, filesPerDay }] of json.rows.entries()) {
      expect(usdPerMonth).toBeGreaterThan(json.rows[index - 1]?.usdPerMonth ?? 0);
      expect(steady.movedP50).toBeLessThanOrEqual(steady.movedP99);
      expect(above).toBe(CEILINGS.find((ceiling) => ceiling.filesPerDay < filesPerDay));
    }
  });

  it("names the source of every number", () => {
    for (const { source } of Object.values(FACTS))
      expect(source).toMatch(/^(?:https:\/\/|assumed|measured|[\w/-]+\.(?:ts|md))/);
  });
});
