import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MUTATIONS } from "../../simulation/mutations";
import { simulate } from "../../simulation/pipeline";
import { neededFaults } from "../../simulation/shrink";

/** As many as meet every fault; `npm run simulate` is the long run, and `npm run simulate -- --mutate` shows that it can fail. */
const SEEDS = 10;

describe("the pipeline on services that fail", () => {
  it("ends with every line in the table exactly once, and no leftover object", async () => {
    const faults = new Set<string>();
    for (let seed = 1; seed <= SEEDS; seed++) {
      const result = await simulate({ seed });
      expect([seed, result.violations]).toEqual([seed, []]);
      for (const fault of Object.keys(result.faults)) faults.add(fault);
    }
    expect(faults).toEqual(
      new Set([
        "refused",
        "lost request",
        "lost answer",
        "crash before",
        "crash after",
        "key not deleted",
        "duplicate event",
        "delayed event",
        "late file",
        "message delivered again",
        "run started twice",
        "clock skewed",
        "query failed",
        "query failed after its commit",
        "commit conflict",
        "query cancelled",
        "broken file",
        "good file misread",
        "engine out of order",
        "slow query",
        "no statistics",
        "function timed out",
      ]),
    );
  });

  it("runs identically for the same seed", async () => {
    const run = async () => {
      const lines: string[] = [];
      await simulate({ seed: 7, trace: (line) => lines.push(line) });
      return lines;
    };
    const first = await run();
    expect(first.length).toBeGreaterThan(100);
    expect(await run()).toEqual(first);
  });

  it("runs without faults if all faults are left out", async () => {
    const { faults, violations } = await simulate({ seed: 7, omitted: () => true });
    expect({ faults, violations }).toEqual({ faults: {}, violations: [] });
  });

  it("is reduced to the faults that cause a failure", async () => {
    // A replacement for a simulation that fails when faults 3 and 40 occur together.
    const fails = async (faults: ReadonlySet<number>) => faults.has(3) && faults.has(40);
    expect(await neededFaults(100, fails)).toEqual(new Set([3, 40]));
  });
});

it.each(MUTATIONS)("the code of the safeguard occurs exactly once in its file: $name", ({ file, find }) => {
  expect(readFileSync(join(__dirname, "../..", file), "utf8").split(find)).toHaveLength(2);
});
