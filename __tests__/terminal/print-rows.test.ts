import type { OutputFormat } from "../../terminal/output-format";
import { printAligned } from "../../terminal/print-aligned";
import { type PrintOptions, printRows } from "../../terminal/print-rows";
import type { Json } from "../../terminal/rows";

const SCREEN = { width: 80, hasColour: false };

async function printed(
  format: OutputFormat,
  columns: readonly string[],
  rows: Iterable<readonly Json[]>,
  options?: PrintOptions,
): Promise<string> {
  const texts: string[] = [];
  const result = {
    columns,
    rows: (async function* () {
      yield* rows;
    })(),
  };
  const write = async (text: string) => void texts.push(text);
  await (format === "table"
    ? printAligned(result, write, { screen: SCREEN, ...options })
    : printRows(format, result, write, options));
  return texts.join("");
}

describe("rows in a table", () => {
  it.each([
    ["an escape sequence", "a\u001b[2Jb", "a\uFFFD[2Jb"],
    ["a line feed", "a\nb", "a\uFFFDb"],
    ["a control character of eight bits", "a\u009b31mb", "a\uFFFD31mb"],
    ["text from right to left", "a\u202Eb\u2066c", "a\uFFFDb\uFFFDc"],
    ["a line separator", "a\u2028b\u2029c", "a\uFFFDb\uFFFDc"],
    ["half of a character", "a\ud83db", "a\uFFFDb"],
  ])(
    "show %s in a value, in a list or in a title, and do not send it to the terminal",
    async (_, text, shown) => {
      const output = await printed("table", [text], [[text], [[text]]]);
      const [title, , first] = output.split("\n");
      expect([title, first]).toEqual([shown, shown]);
      expect(output).not.toMatch(/(?!\n)[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/u);
    },
  );

  it("are unchanged in JSON and CSV, which programs read", async () => {
    expect(JSON.parse(await printed("json", ["t"], [["a\u001b\u202E"]]))).toEqual([{ t: "a\u001b\u202E" }]);
    expect(await printed("csv", ["t"], [["a\u001b\u202E"]])).toBe("t\r\na\u001b\u202E\r\n");
  });

  it("are printed in blocks of bounded size, with wider columns where later rows need them", async () => {
    let waiting = 0;
    let most = 0;
    const rows = function* (): Generator<readonly Json[]> {
      for (let index = 0; index < 12_000; index++) {
        most = Math.max(most, ++waiting);
        yield [index === 11_000 ? "x".repeat(30) : "x", index];
      }
    };
    const lines: string[] = [];
    const result = {
      columns: ["text", "n"],
      rows: (async function* () {
        yield* rows();
      })(),
    };
    const write = async (text: string) => {
      waiting = 0;
      lines.push(...text.trimEnd().split("\n"));
    };
    await printAligned(result, write, { screen: SCREEN });
    expect(most).toBeLessThanOrEqual(5_000);
    expect(lines).toHaveLength(2 + 12_000 + 1);
    expect(lines.slice(0, 3)).toEqual(["text     n", "----  ----", "x        0"]);
    expect(lines[2 + 11_000]).toBe(`${"x".repeat(30)}  11000`);
    expect(lines.at(-1)).toBe("(12000 rows)");
  });

  it("have bytes in readable units, and titles that name seconds, if the columns have units", async () => {
    const unitOf = (column: string) =>
      column === "sent" ? ("bytes" as const) : column === "n" ? undefined : ("seconds" as const);
    const rows = [
      [54_914_408, 1, 0.25, 2],
      [null, 2, null, 3],
    ];
    expect(await printed("table", ["sent", "n", "average", "seconds"], rows, { unitOf })).toBe(
      "   sent  n  average (s)  seconds\n-------  -  -----------  -------\n" +
        "54.9 MB  1         0.25        2\n         2                     3\n(2 rows)\n",
    );
    expect(await printed("csv", ["sent"], [[54_914_408]], { unitOf })).toBe("sent\r\n54914408\r\n");
  });

  it("have times that are not cut", async () => {
    const time = "2026-11-23T07:05:00.123456Z";
    const text = await printed("table", ["time", "url"], [[time, "x".repeat(80)]]);
    expect(text.split("\n")[2]).toBe(`${time}  ${"x".repeat(50)}…`);
  });

  it("have their titles if there is no row", async () => {
    expect(await printed("table", ["a", "b"], [])).toBe("a  b\n-  -\n(0 rows)\n");
  });
});

describe("formulas in CSV", () => {
  const values = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "a=b", -1, null];

  it("are text as it was logged by default", async () => {
    expect(
      await printed(
        "csv",
        ["=a"],
        values.map((value) => [value]),
      ),
    ).toBe("=a\r\n=1+1\r\n+1\r\n-1\r\n@SUM(A1)\r\n\tx\r\na=b\r\n-1\r\n\r\n");
  });

  it("get an apostrophe if the option is set, also in titles; numbers stay numbers", async () => {
    const options = { escapeFormulas: true };
    expect(
      await printed(
        "csv",
        ["=a"],
        values.map((value) => [value]),
        options,
      ),
    ).toBe("'=a\r\n'=1+1\r\n'+1\r\n'-1\r\n'@SUM(A1)\r\n'\tx\r\na=b\r\n-1\r\n\r\n");
  });
});
