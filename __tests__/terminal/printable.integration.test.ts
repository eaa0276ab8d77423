import { execFileSync } from "node:child_process";
import { printable, printableData, printableError } from "../../terminal/printable";
import { shellWord } from "../../terminal/shell-word";
import { write } from "../../terminal/write";

/** A character of each kind that a terminal obeys, or that hides what a text says. */
const OBEYED = [
  "\u001b",
  "\u009b",
  "\u0007",
  "\b",
  "\r",
  "\u007f",
  "\u202e",
  "\u2066",
  "\u200f",
  "\u061c",
  "\u2028",
];

describe("a text on a terminal", () => {
  it.each(OBEYED)("has no character that the terminal obeys: %j", (character) => {
    expect(printable(`a${character}b`)).toBe("a\uFFFDb");
    expect(printableData(`a${character}b`)).toBe("a\uFFFDb");
  });

  it("keeps the lines and tabs of CSV, JSON and SQL", () => {
    expect(printableData('a,"b\nc"\r\n\t{}\n')).toBe('a,"b\nc"\r\n\t{}\n');
  });

  it("has an error's other lines below it, so that a file's name cannot look like another message", () => {
    expect(printableError("a\nerror: forged")).toBe("a\n       error: forged");
  });
});

describe("data on standard output", () => {
  const written: string[] = [];
  const { isTTY } = process.stdout;
  beforeEach(() => {
    written.length = 0;
    jest.spyOn(process.stdout, "write").mockImplementation((text, ...rest) => {
      written.push(String(text));
      const [done] = rest.filter((one) => typeof one === "function");
      done?.();
      return true;
    });
  });
  afterEach(() => {
    jest.restoreAllMocks();
    process.stdout.isTTY = isTTY;
  });

  it.each([
    [true, "\uFFFD]0;title\uFFFD,1\r\n"],
    [false, "\u001b]0;title\u0007,1\r\n"],
  ])("is as it was logged, except on a terminal: %s", async (isTerminal, shown) => {
    process.stdout.isTTY = isTerminal;
    await write("\u001b]0;title\u0007,1\r\n");
    expect(written).toEqual([shown]);
  });
});

describe("a word of a suggested command", () => {
  const words = [
    "a b",
    "$(id)",
    "`id`",
    'a"; id; "',
    "a'b",
    "'; id; '",
    "!x",
    "~",
    "*",
    "\\",
    "a\nb",
    "",
    "#x",
    "ä",
  ];
  const itOnPosix = process.platform === "win32" ? it.skip : it;
  itOnPosix.each(words)("is one word for a shell, which runs nothing in it: %j", (word) => {
    expect(execFileSync("sh", ["-c", `printf %s ${shellWord(word)}`], { encoding: "utf8" })).toBe(word);
  });

  it("is no option, and has no quotes if it needs none", () => {
    expect([shellWord("-rf"), shellWord("./lake-1/typed/dt=2026-11-23")]).toEqual([
      "./-rf",
      "./lake-1/typed/dt=2026-11-23",
    ]);
  });
});
