import { readFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { openLake } from "../../lake/query";
import { type TestLake, testLake } from "../helpers/lake";

let lake: TestLake;
beforeAll(async () => {
  lake = testLake();
  lake.put("none.txt", "");
  await lake.ingest();
});
afterAll(() => lake.delete());

let files = 0;

/** The files of the spreadsheet that a SELECT gives. */
async function saved(sql: string, timeZone?: string): Promise<Readonly<Record<string, string>>> {
  const file = join(lake.lake, "..", `${files++}.xlsx`);
  const open = await openLake(lake.lake, { file });
  try {
    await open.save(sql, { format: "xlsx", ...(timeZone ? { timeZone } : {}) });
  } finally {
    open.close();
  }
  const parts = Object.entries(unzipSync(readFileSync(file)));
  return Object.fromEntries(parts.map(([name, bytes]) => [name, Buffer.from(bytes).toString()]));
}

const SHEET = "xl/worksheets/sheet1.xml";
const rowsIn = (xml = ""): string[] => [...xml.matchAll(/<row>(.*?)<\/row>/gs)].map(([, row = ""]) => row);
/** The only cell below the title. */
const cell = async (sql: string, timeZone?: string) =>
  rowsIn((await saved(`SELECT ${sql} AS x`, timeZone))[SHEET])[1];
const text = (value: string) => `<c t="str"><v>${value}</v></c>`;
/** The kind of cell that keeps spaces. */
const kept = (value: string) => `<c t="inlineStr"><is><t xml:space="preserve">${value}</t></is></c>`;
const title = (value: string) => `<c s="1" t="inlineStr"><is><t>${value}</t></is></c>`;

describe("rows as a spreadsheet", () => {
  it.each([
    ["'=1+1'", text("=1+1")],
    ["'https://shop.example'", text("https://shop.example")],
    ["' a'", kept(" a")],
    ["'a '", kept("a ")],
    ["'a&b<c>'", kept("a&amp;b&lt;c&gt;")],
    ["' a\nb' || chr(13) || chr(1) || chr(0)", kept(" a\nb&#13;\uFFFD\uFFFD")],
    ["'_x0041_'", kept("_x005F_x0041_")],
    ["''", text("")],
    ["NULL", "<c/>"],
    ["NULL::TIMESTAMP", "<c/>"],
    ["7", "<c><v>7</v></c>"],
    ["999999999999999", "<c><v>999999999999999</v></c>"],
    ["1000000000000000", text("1000000000000000")],
    ["0.5::DOUBLE", "<c><v>0.5</v></c>"],
    ["'inf'::DOUBLE", text("inf")],
    ["1.25", "<c><v>1.25</v></c>"],
    ["1234567890123456.25", text("1234567890123456.25")],
    ["true", '<c t="b"><v>1</v></c>'],
    ["[1, 2]", text("[1,2]")],
    ["DATE '2026-11-23'", '<c s="3"><v>46349</v></c>'],
    ["TIMESTAMP '2026-11-23 06:00:00'", '<c s="2"><v>46349.25</v></c>'],
    ["TIMESTAMP '0001-01-01 00:00:00'", text("0001-01-01 00:00:00")],
    ["'infinity'::TIMESTAMP", text("infinity")],
  ])("have for %s a cell of its kind, and never a formula or a link", async (sql, expected) => {
    expect(await cell(sql)).toBe(expected);
  });

  it("have times in a time zone", async () => {
    expect(await cell("TIMESTAMP '2026-11-23 05:00:00'", "Europe/Berlin")).toBe(
      '<c s="2"><v>46349.25</v></c>',
    );
  });

  it("have texts that are cut where a spreadsheet would be damaged", async () => {
    expect(await cell("repeat('a', 32767)")).toBe(text("a".repeat(32767)));
    const cut = (await cell("repeat(chr(128512), 20000)"))?.replaceAll(/<[^>]*>/g, "") ?? "";
    expect(cut.length).toBeLessThanOrEqual(32767);
    expect(cut.endsWith("…")).toBe(true);
  });

  it("have no character that XML cannot have, wherever it is in a text", async () => {
    const codes = [...Array.from({ length: 256 }, (_, code) => code), 0xd7ff, 0xe000, 0xfffd, 0xfffe, 0xffff];
    const parts = await saved(
      `SELECT chr(c) || 'a' AS x, 'a' || chr(c) || 'b' AS y, 'a' || chr(c) AS z FROM unnest([${codes}]) AS t(c)`,
    );
    const shown = (code: number) => {
      const isKnown = code >= 0x20 ? code < 0xfffe : [9, 10, 13].includes(code);
      const character = isKnown ? String.fromCodePoint(code) : "\uFFFD";
      return { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;" }[character] ?? character;
    };
    expect(
      rowsIn(parts[SHEET])
        .slice(1)
        .map((row) => [...row.matchAll(/<([tv])[^>]*>(.*?)<\/\1>/gs)].map(([, , value]) => value)),
    ).toEqual(codes.map((code) => [`${shown(code)}a`, `a${shown(code)}b`, `a${shown(code)}`]));
  });

  it("have titles", async () => {
    const parts = await saved(`SELECT 1 AS a, TIMESTAMP '2026-11-23 06:00:00' AS "b<" WHERE false`);
    expect(rowsIn(parts[SHEET])).toEqual([title("a") + title("b&lt;")]);
    expect(parts[SHEET]).toContain('<cols><col min="2" max="2" width="25" customWidth="1"/></cols>');
  });

  it("that do not fit into a sheet are in the next one", async () => {
    const parts = await saved("SELECT range AS n FROM range(1048577)");
    expect(parts[SHEET]?.split("<row>")).toHaveLength(1 + 1048576);
    expect(rowsIn(parts["xl/worksheets/sheet2.xml"]).slice(1)).toEqual(
      [1048575, 1048576].map((n) => `<c><v>${n}</v></c>`),
    );
    expect(parts["xl/workbook.xml"]).toContain('<sheet name="rows 2" sheetId="2" r:id="rId2"/>');
    expect(parts["[Content_Types].xml"]).toContain('PartName="/xl/worksheets/sheet2.xml"');
  });
});
