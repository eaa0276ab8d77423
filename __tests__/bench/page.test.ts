import { pageWith } from "../../bench/page";

const TITLES = ["Moving (move)", "Synth (synth)"];

describe("the page of results", () => {
  const first = pageWith("", TITLES, [
    { title: "Synth (synth)", text: "0.5 s\n" },
    { title: "Moving (move)", text: "| a | b |\n" },
  ]);

  it("has its sections in a fixed order, independent of the input", () => {
    expect(first.indexOf("## Moving (move)\n\n| a | b |\n")).toBeGreaterThan(0);
    expect(first.indexOf("## Synth (synth)\n\n0.5 s\n")).toBeGreaterThan(first.indexOf("## Moving"));
  });

  it("keeps the sections of benchmarks that did not run again", () => {
    const second = pageWith(first, TITLES, [{ title: "Synth (synth)", text: "0.4 s\n" }]);
    expect(second).toBe(first.replace("0.5 s", "0.4 s"));
  });

  it("does not change when the same is written again", () => {
    expect(pageWith(first, TITLES, [])).toBe(first);
  });

  it("drops the sections of removed benchmarks", () => {
    expect(pageWith(first, ["Synth (synth)"], [])).not.toContain("Moving");
  });
});
