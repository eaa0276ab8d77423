import { type PrintedColumn, printTable } from "../../terminal/print-table";

const COLUMNS: readonly PrintedColumn[] = [
  { title: "QUEUE", align: "left" },
  { title: "MESSAGES", align: "right" },
];
const linesOf = (rows: readonly (readonly string[])[], options?: Parameters<typeof printTable>[2]) =>
  printTable(COLUMNS, rows, options).split("\n");

describe("a printed table", () => {
  it("is as wide as its content, with names on the left and numbers on the right", () => {
    expect(
      linesOf([
        ["arrivals", "12,345,678"],
        ["dead", "1"],
      ]),
    ).toEqual(["QUEUE       MESSAGES", "arrivals  12,345,678", "dead               1", ""]);
  });

  it("has a line below its titles if the option is set", () => {
    expect(linesOf([["a", "1"]], { hasRule: true })).toEqual([
      "QUEUE  MESSAGES",
      "-----  --------",
      "a             1",
      "",
    ]);
  });

  it("has no trailing spaces", () => {
    expect(linesOf([["a", ""]])[1]).toBe("a");
  });

  it("uses the display width of characters: Chinese characters are two columns wide", () => {
    const [, first, second] = linesOf([
      ["日志", "1"],
      ["logs", "2"],
    ]);
    expect(first).toBe("日志          1");
    expect(second).toBe("logs          2");
  });

  it("wraps the widest cells if a line is too long for the terminal, and keeps all text", () => {
    const path = "/a/path/of/some/length?with=a&query=too";
    const lines = linesOf(
      [
        [path, "1"],
        ["short", "2"],
      ],
      { width: 30 },
    );
    expect(lines).toEqual([
      "QUEUE                 MESSAGES",
      "/a/path/of/some/leng         1",
      "th?with=a&query=too",
      "short                        2",
      "",
    ]);
  });

  it("lets the terminal wrap the lines if the columns would be too narrow to read", () => {
    expect(linesOf([["some longer name", "1"]], { width: 10 })[1]).toBe("some longer name         1");
  });

  it("has the same column widths in all rows of a long table", () => {
    const rows = Array.from({ length: 1_000 }, (_, index) => ["x".repeat(1 + (index % 97)), String(index)]);
    const lines = linesOf(rows);
    expect(lines).toHaveLength(1_002);
    expect(new Set(lines.slice(0, -1).map(({ length }) => length))).toEqual(new Set([97 + 2 + 8]));
  });
});
