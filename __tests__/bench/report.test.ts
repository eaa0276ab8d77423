import { isMet, type Outcome, type Target } from "../../bench/benchmark";
import { markdownOf, number, textOf } from "../../bench/report";

const target: Target = {
  kind: "goal",
  name: "ingest against zcat",
  value: 1.44,
  bound: { atMost: 1.2 },
  unit: "x",
  detail: "9.6 s to 6.7 s",
  reason: "The disk waits",
};
const outcome: Outcome = {
  input: "1.01 GB of text",
  tables: [
    { title: "Both", columns: ["reader", "s"], rows: [["zcat | wc -l", { median: 6.71, min: 6.5, max: 7 }]] },
  ],
  targets: [target],
  notes: ["skipped lnav: lnav is not installed"],
};

describe("the report of an outcome", () => {
  it("shows for a missed goal the difference and the reason", () => {
    expect(textOf("Ingest", outcome)).toContain(
      "MISSED: ingest against zcat: 1.44x, goal: at most 1.2x (9.6 s to 6.7 s). The disk waits",
    );
  });

  it("gives no reason if none is needed", () => {
    const kept = { ...outcome, targets: [{ ...target, value: 1.1 }] };
    expect(textOf("Ingest", kept)).toContain("kept: ingest against zcat: 1.1x");
    expect(textOf("Ingest", kept)).not.toContain("The disk waits");
  });

  it("marks a broken limit as broken", () => {
    expect(textOf("Ingest", { ...outcome, targets: [{ ...target, kind: "limit" }] })).toContain("BROKEN: ");
  });

  it("keeps a name with a vertical bar in one cell of the page's table", () => {
    expect(markdownOf(outcome)).toContain("| zcat \\| wc -l | 6.71 (6.5-7) |");
  });

  it("shows the notes in both forms", () => {
    for (const text of [textOf("Ingest", outcome), markdownOf(outcome)])
      expect(text).toContain("skipped lnav");
  });
});

describe("isMet", () => {
  it("knows bounds on both sides", () => {
    expect(isMet({ ...target, value: 1.2 })).toBe(true);
    expect(isMet({ ...target, value: 29, bound: { atLeast: 30 } })).toBe(false);
  });
});

describe("number", () => {
  it.each([
    [0.4567, "0.457"],
    [12.345, "12.3"],
    [123.4, "123"],
    [60_123, "60,123"],
  ])("shows %d as %s", (value, text) => {
    expect(number(value)).toBe(text);
  });
});
