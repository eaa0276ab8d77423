import { listed } from "../../cli/commands/ask";
import { QUESTIONS } from "../../questions";

const names = QUESTIONS.map(({ name }) => name);
const nameOf = (line: string) => line.split(" ")[0] ?? "";

it("has one line for each question in a pipe", () => {
  expect(listed(false).trimEnd().split("\n").map(nameOf)).toEqual(names);
});

it("fits a terminal of 80 columns, with the same words", () => {
  const lines = listed(true).split("\n");
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines.map(nameOf).filter((name) => name !== "")).toEqual(names);
  const words = (text: string) => text.split(/\s+/);
  expect(words(listed(true))).toEqual(words(listed(false)));
});
