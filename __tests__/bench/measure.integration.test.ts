import { existsSync } from "node:fs";
import { alternate, ratio, runOnce, runsOf, spread } from "../../bench/measure";

const silent = () => undefined;

describe("alternate", () => {
  it("runs all commands in turn, and does not count the first run of each", async () => {
    const order: string[] = [];
    let count = 0;
    const contestant = (name: string) => ({
      name,
      run: () => {
        order.push(name);
        return ++count;
      },
    });
    const measured = await alternate(2, [contestant("a"), contestant("b")], silent);
    expect(order.join("")).toBe("ababab");
    expect(runsOf(measured, "a")).toEqual([3, 5]);
    expect(runsOf(measured, "b")).toEqual([4, 6]);
  });

  it("runs a very long command once, and counts this run", async () => {
    const runs: string[] = [];
    const slow = { name: "slow", run: () => runs.push("slow"), rounds: 0 };
    const measured = await alternate(3, [slow, { name: "fast", run: () => runs.push("fast") }], silent);
    expect(runs.filter((name) => name === "slow")).toHaveLength(1);
    expect(runsOf(measured, "slow")).toHaveLength(1);
    expect(runsOf(measured, "fast")).toHaveLength(3);
  });

  it("leaves out a command that fails, and continues with the others", async () => {
    const failing = {
      name: "failing",
      run: (): number => {
        throw new Error("no such format");
      },
    };
    const measured = await alternate(2, [failing, { name: "good", run: () => 1 }], silent);
    expect(runsOf(measured, "good")).toEqual([1, 1]);
    expect(() => runsOf(measured, "failing")).toThrow("no such format");
  });
});

describe("spread", () => {
  it("gives the median with the minimum and the maximum", () => {
    expect(spread([5, 1, 9])).toEqual({ median: 5, min: 1, max: 9 });
  });

  it("refuses an empty list", () => {
    expect(() => spread([])).toThrow("nothing was measured");
  });
});

describe("ratio", () => {
  it("compares consecutive runs", () => {
    // A slow minute affects both: the ratio does not change.
    expect(ratio([2, 20, 2], [1, 10, 1])).toEqual({ median: 2, min: 2, max: 2 });
  });

  it("compares medians if one side has fewer runs", () => {
    expect(ratio([4, 4, 40], [2]).median).toBe(2);
  });
});

// Only the benchmarks need GNU time; macOS has a different `time`.
(process.platform === "linux" && existsSync("/usr/bin/time") ? describe : describe.skip)("runOnce", () => {
  it("measures a command together with its child processes", () => {
    const { cpuSeconds, peakMiB, output } = runOnce(
      ["sh", "-c", "node -e 'let n = 0; while (n < 1e8) n++' && echo $WORD"],
      {
        WORD: "done",
      },
    );
    expect(output.trim()).toBe("done");
    expect(cpuSeconds).toBeGreaterThan(0.02);
    expect(peakMiB).toBeGreaterThan(20);
  });

  it("fails with the output of the command", () => {
    expect(() => runOnce(["sh", "-c", "echo the disk is full >&2; exit 3"])).toThrow("the disk is full");
  });
});
