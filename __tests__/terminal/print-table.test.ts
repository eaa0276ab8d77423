import { type PrintedColumn, printTable } from "../../terminal/print-table";

const COLUMNS: readonly PrintedColumn[] = [
  { title: "QUEUE", align: "left" },
  { title: "MESSAGES", align: "right" },
];
const on = (width: number) => ({ screen: { width, hasColour: false } });
const linesOf = (rows: readonly (readonly string[])[], options?: Parameters<typeof printTable>[2]) =>
  printTable(COLUMNS, rows, options ?? on(200)).split("\n");

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
    expect(linesOf([["a", "1"]], { hasRule: true, ...on(80) })).toEqual([
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

  it("continues long titles on a second line before it cuts a value", () => {
    const columns: readonly PrintedColumn[] = [
      { title: "client", align: "left" },
      { title: "percent_of_requests", align: "right" },
    ];
    expect(printTable(columns, [["203.0.113.66", "12.5"]], on(25)).split("\n")).toEqual([
      "              percent_of_",
      "client           requests",
      "203.0.113.66         12.5",
      "",
    ]);
  });

  it("ends a text that is too wide with an ellipsis, and never cuts a number", () => {
    const lines = linesOf(
      [
        ["/a/path/of/some/length?with=a&query=too", "12,345,678"],
        ["日志日志日志日志日志日志日志日志日志", "2"],
      ],
      on(30),
    );
    expect(lines).toEqual([
      "QUEUE                 MESSAGES",
      "/a/path/of/some/l…  12,345,678",
      "日志日志日志日志…            2",
      "",
    ]);
  });

  it("prints one record below another, with all text, if the columns cannot fit", () => {
    expect(
      linesOf(
        [
          ["some long name of a queue", "1"],
          ["b", "2"],
        ],
        on(24),
      ),
    ).toEqual([
      "-[ 1 ]------------------",
      "QUEUE     some long name of a",
      "          queue",
      "MESSAGES  1",
      "-[ 2 ]------------------",
      "QUEUE     b",
      "MESSAGES  2",
      "",
    ]);
  });

  it("has bold titles in colour, if it has a line below them", () => {
    const screen = { width: 80, hasColour: true };
    expect(linesOf([["a", "1"]], { hasRule: true, screen })[0]).toBe("\u001b[1mQUEUE  MESSAGES\u001b[22m");
    expect(linesOf([["a", "1"]], { screen })[0]).toBe("QUEUE  MESSAGES");
  });

  it("has the same column widths in all rows of a long table", () => {
    const rows = Array.from({ length: 1_000 }, (_, index) => ["x".repeat(1 + (index % 97)), String(index)]);
    const lines = linesOf(rows);
    expect(lines).toHaveLength(1_002);
    expect(new Set(lines.slice(0, -1).map(({ length }) => length))).toEqual(new Set([97 + 2 + 8]));
  });
});
