import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { FORMAT_IDS, FORMATS, type FormatId } from "../../formats";
import { columnsOf, fieldsByName, isJsonOnly, type LogFormat } from "../../formats/log-format";
import { lineReader, type Row } from "../../formats/read-line";
import { type DuckdbEngine, openDuckdb } from "../../lake/duckdb-engine";
import { jsonConverter } from "../../lake/json-values";
import { startRowGroups } from "../../lake/parquet/row-groups";
import { rowSource } from "../../lake/row-source";
import { edgeLines } from "../helpers/edge-lines";
import { hostileLine } from "../helpers/hostile-lines";
import { knownLines } from "../helpers/known-lines";
import { FIELDS, LINES, objectOf } from "../helpers/lines";
import { typedFile } from "../helpers/typed-file";

let engine: DuckdbEngine;
beforeAll(async () => {
  engine = await openDuckdb();
});
afterAll(() => engine.close());

/** The result of the reference reader for each line: a row, or the text of an unparsed line. */
const readByReference = (id: FormatId, lines: readonly string[]): (Row | string)[] =>
  lines.flatMap((line): (Row | string)[] => {
    const result = lineReader(FORMATS[id])(line);
    return result.kind === "row" ? [result.row] : result.kind === "unparsed" ? [line] : [];
  });

/** The same by `ingest`: one file for each line, so that a header applies to no other line. */
async function readByIngest(id: FormatId, lines: readonly string[]): Promise<(Row | string)[]> {
  const folder = mkdtempSync(join(tmpdir(), "readers-"));
  try {
    const files = lines.map((_, index) => `${String(index).padStart(4, "0")}.log`);
    for (const [index, line] of lines.entries()) writeFileSync(join(folder, files[index] ?? ""), line);
    const parquet = await typedFile(FORMATS[id], folder, files);
    const { result } = await engine.stream(`SELECT * EXCLUDE log_file FROM '${parquet}' ORDER BY log_file`);
    const names = columnsOf(FORMATS[id]).map(({ name }) => name);
    const rows = await result.convertRows(jsonConverter);
    return rows.map((row) => {
      const unparsed = row.at(-1);
      return typeof unparsed === "string"
        ? unparsed
        : (Object.fromEntries(names.map((name, index) => [name, row[index] ?? null])) as Row);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.each(FORMAT_IDS)("the readers of %s lines", (id) => {
  it("are not needed for the sample lines: the program finds their fields", async () => {
    const { samples } = FORMATS[id];
    expect(await linesFound(FORMATS[id], samples)).toBe(samples.length);
  });

  it("agree on every length a line can have, on odd values, and on known values", async () => {
    const lines = [...edgeLines(id), ...knownLines(id)];
    expect(await readByIngest(id, lines)).toEqual(readByReference(id, lines));
  });

  it("agree on lines with hostile text in any field", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(hostileLine(id), { minLength: 20, maxLength: 40 }), async (lines) => {
        expect(await readByIngest(id, lines)).toEqual(readByReference(id, lines));
      }),
      { numRuns: Number(process.env.RUNS ?? 25) },
    );
  });
});

it("agree on lines whose fields are found by name", async () => {
  const { fields, namedFields = [] } = FORMATS.cloudfront;
  const text = fc.oneof(
    fc.constantFrom("-", "", "200", "0.25", "dt_1", "a\tb", 'a "b\\', "é日\u001f"),
    fc.string(),
  );
  // The first two are the date and the time, without which no line is a row.
  const texts = [...fields.slice(2), ...namedFields].map(({ name, token }) =>
    fc.tuple(fc.constant(name), token === "tabbed" ? text : fc.constantFrom("-", "", "200")),
  );
  const lineOf = (some: readonly [name: string, text: string][]) =>
    JSON.stringify({ date: "2026-11-23", time: "07:05:00", "cs(Host)": "x", ...Object.fromEntries(some) });
  const line = fc
    .tuple(...texts)
    .chain((all) => fc.subarray(all))
    .map(lineOf);
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 20, maxLength: 40 }), async (lines) => {
      expect(await readByIngest("cloudfront", lines)).toEqual(readByReference("cloudfront", lines));
    }),
    { numRuns: 10, examples: [[[lineOf([["origin-lbl", "-0"]])]]] },
  );
});

/** Number of lines, from the first on, whose fields the program finds. */
async function linesFound(format: LogFormat, lines: readonly string[]): Promise<number> {
  const groups = await startRowGroups(undefined, rowSource(format));
  const block = Buffer.from(lines.map((line) => `${line}\n`).join(""));
  groups.startLines(block);
  groups.scan(0);
  return groups.rows;
}

it.each([
  ["an IPv6 address in brackets", "alb", { "client:port": "[2001:db8::1]:2817" }],
  ["a list of one target without quotes", "alb", { "target:port_list": "10.0.0.1:80" }],
  ["a list of one status without quotes", "alb", { target_status_code_list: "200" }],
  ["no list of targets", "alb", { "target:port_list": "-", target_status_code_list: "-" }],
  ["quotes around a text that has none", "alb", { conn_trace_id: '"a b"' }],
  ["a request without a protocol", "alb", { request_line: '"- http://a.example:80- "' }],
  ["a request of a method alone", "alb", { request_line: '"GET"' }],
  ["spaces in a request", "alb", { request_line: '"  http://a.example:80/a b  c  HTTP/1.1  "' }],
  ["no request", "s3", { request_uri: "-", referrer: "-", user_agent: "-" }],
] as const)("lines with %s are found by the program, and the same row", async (_, id, changes) => {
  const lines = [LINES[id](changes)];
  expect(lines[0]).toContain(` ${Object.values(changes)[0]} `);
  expect(await linesFound(FORMATS[id], lines)).toBe(1);
  expect(await readByIngest(id, lines)).toEqual(readByReference(id, lines));
});

describe("lines after a header that names the fields in another order", () => {
  const format = FORMATS.cloudfront;
  const names = fieldsByName(format).map(({ name }) => name);
  /** A header, and lines with its fields. */
  const fileOf = (order: readonly string[], lines: readonly (readonly string[])[]): string =>
    [`#Fields: ${order.join(" ")}`, ...lines.map((texts) => texts.join("\t"))].join("\n");

  async function bothRead(file: string): Promise<void> {
    const read = lineReader(format);
    const rows = file.split("\n").flatMap((line): (Row | string)[] => {
      const result = read(line);
      return result.kind === "row" ? [result.row] : result.kind === "unparsed" ? [line] : [];
    });
    expect(await readByIngest("cloudfront", [file])).toEqual(rows);
  }

  it("are found by the program, not by the line reader", async () => {
    const groups = await startRowGroups(undefined, rowSource(format));
    groups.setOrder(["sc-status", "new", "time", "date", "cs(Host)", "c-ip"]);
    const lines =
      "200\tx\t07:05:00\t2026-11-23\ta.example\t1.2.3.4\n404\t\t07:05:01\t2026-11-23\ta.example\n";
    groups.startLines(Buffer.from(lines));
    expect(groups.scan(0)).toBe(lines.length);
    expect(groups.rows).toBe(2);
  });

  it("are the same rows in any order, with any texts, and with more and fewer of them", async () => {
    const text = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.constantFrom("-", "", "200", "0.25", "2026-11-23", "07:05:00", "1770000000123"),
      },
      { weight: 1, arbitrary: fc.constantFrom("dt_1", 'a "b\\', "é日", "a\u0001b", "a\u0085b", "-0", "#") },
    );
    const order = fc.shuffledSubarray([...names, "new", "newer", "cs(Host)"], { minLength: 3 });
    const textFor = (name: string): fc.Arbitrary<string> =>
      name === "date"
        ? fc.constantFrom("2026-11-23", "-", "")
        : name === "time"
          ? fc.constantFrom("07:05:00", "x")
          : text;
    const file = order.chain((some) =>
      fc
        .array(
          fc
            .tuple(...some.map(textFor), text)
            .chain((texts) =>
              fc.nat({ max: texts.length }).map((cut) => (cut < 3 ? texts.slice(0, -1 - cut) : texts)),
            ),
          { minLength: 5, maxLength: 20 },
        )
        .map((lines) => `${fileOf(some, lines)}\n`),
    );
    await fc.assert(fc.asyncProperty(file, bothRead), { numRuns: 60 });
  });

  it("end at the next header, and at the end of the file", async () => {
    const own = format.samples[0] ?? "";
    const header = `#Fields: ${format.fields.map(({ name }) => name).join(" ")}`;
    const other = fileOf(["time", "date", "cs(Host)"], [["07:05:00", "2026-11-23", "a.example"]]);
    await bothRead([own, other, "#Version: 1.0", "07:06:00\t2026-11-23\tb.example", header, own].join("\n"));
    const groups = [other, own];
    expect(await readByIngest("cloudfront", groups)).toEqual([
      ...(await readByIngest("cloudfront", [other])),
      ...readByReference("cloudfront", [own]),
    ]);
  });
});

describe.each(["alb", "cloudfront", "waf"] as const)("%s lines that are JSON objects", (id) => {
  const format = FORMATS[id];
  const usual = isJsonOnly(format) ? format.samples : [JSON.stringify(objectOf(format, FIELDS[id]))];
  const first = usual[0] ?? "";

  /** As Python writes the object. */
  const withSpaces = (line: string): string =>
    JSON.stringify(JSON.parse(line), undefined, 1)
      .replaceAll(/\n */g, " ")
      .replaceAll(/([[{]) | (?=[\]}])/g, "$1");
  const changed = (members: object): string => JSON.stringify({ ...JSON.parse(first), ...members });
  const [[firstKey = "", firstValue] = []] = Object.entries(JSON.parse(first));
  const member = JSON.stringify({ [firstKey]: firstValue }).slice(1, -1);
  const nested = (depth: number) => `${"[".repeat(depth)}1${"]".repeat(depth)}`;

  it("are read without the line reader in the form that AWS writes, in any order of the keys", async () => {
    const backwards = JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(first)).reverse()));
    const lines = [
      ...usual,
      backwards,
      first,
      changed({ new: "a", nested: { [firstKey]: ["b", { c: [null, true, false, -12, {}, []] }] } }),
      changed({ new: "日本 é" }),
      changed({ new: 'a"b\\c', nested: { [firstKey]: ['"', "\\"] } }),
      withSpaces(first),
      withSpaces(changed({ nested: { [firstKey]: ["b", { c: [null, true] }] } })),
    ];
    expect(await linesFound(format, lines)).toBe(lines.length);
    expect(await readByIngest(id, lines)).toEqual(readByReference(id, lines));
  });

  it.each([
    ["a space before a colon", first.replace(":", " :")],
    ["a tab between members", first.replace(",", ",\t")],
    ["an escape in the text of a field", changed({ [firstKey]: 'a"b' })],
    ["an escape of a control character", changed({ new: "a\nb" })],
    ["an escape of a character that needs none", first.replace("{", '{"new":"a\\/b",')],
    [
      "an escape in a key",
      first.replace(firstKey, `\\u00${firstKey.charCodeAt(0).toString(16)}${firstKey.slice(1)}`),
    ],
    ["a control character", changed({ new: "a\u007fb\u0085" })],
    ["a key twice", `{${member},${first.slice(1)}`],
    ["a number with a fraction", changed({ new: 1.5 })],
    ["a long number", first.replace("{", '{"new":1234567890123456,')],
    ["a zero before a number", first.replace("{", '{"new":012,')],
    ["many lists", first.replace("{", `{"new":${nested(2000)},`)],
    ["no end", first.slice(0, -1)],
    ["something after it", `${first} `],
    ["a comma after it", `${first.slice(0, -1)},}`],
    ["no value", first.replace("{", '{"new":,')],
    ["no member", "{}"],
    ["only other members", '{"new":"a"}'],
  ])("are left to the line reader, and the same row, with %s", async (_, line) => {
    expect(await linesFound(format, [line])).toBe(0);
    const lines = [first, line, first];
    expect(await readByIngest(id, lines)).toEqual(readByReference(id, lines));
  });

  it("are the same rows with any members in any order", async () => {
    const keys = fieldsByName(format).flatMap(({ name, otherName = name }) => [name, otherName]);
    const value = fc.oneof(
      fc.constantFrom("-", "", "a,b", 5, -0, null, true, [], ["a", "", "b"], { name: "x" }),
      fc.string(),
    );
    const line = fc
      .tuple(
        fc.dictionary(fc.constantFrom("new", ...keys), value, { maxKeys: 4 }),
        fc.infiniteStream(fc.nat()),
      )
      .map(([members, numbers]) => {
        const entries = Object.entries({ ...JSON.parse(first), ...members });
        const sorted = entries.map((entry) => [numbers.next().value, entry] as const);
        return JSON.stringify(
          Object.fromEntries(sorted.sort(([one], [other]) => one - other).map(([, entry]) => entry)),
        );
      });
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 20, maxLength: 40 }), async (lines) => {
        expect(await readByIngest(id, lines)).toEqual(readByReference(id, lines));
      }),
      { numRuns: 10 },
    );
  });
});

it("agree on lists of JSON objects, joined by commas or chosen by a member", async () => {
  const value = fc.constantFrom<unknown>("", "a", "Host", "user-agent", 'q"', 7, null, ["Host"], {
    name: "Host",
  });
  const item = fc.oneof(
    value,
    fc.record({ name: value, value }, { requiredKeys: [] }),
    fc.record({ value, name: value }),
    fc.record({ name: fc.constantFrom("HOST", "host", "referer", "\u212aost", "x"), value, more: value }),
  );
  const list = fc.oneof({ weight: 4, arbitrary: fc.array(item, { maxLength: 4 }) }, value);
  const group = fc.record({
    ruleGroupId: value,
    terminatingRule: fc.record({ ruleId: value }),
    excludedRules: list,
  });
  const line = fc
    .record({
      labels: list,
      oversizeFields: list,
      ruleGroupList: fc.array(fc.oneof(group, value), { maxLength: 3 }),
      httpRequest: fc.oneof({ weight: 4, arbitrary: fc.record({ headers: list, clientIp: value }) }, list),
    })
    .map((members) => JSON.stringify({ ...JSON.parse(FORMATS.waf.samples[0]), ...members }));
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 20, maxLength: 40 }), async (lines) => {
      expect(await readByIngest("waf", lines)).toEqual(readByReference("waf", lines));
    }),
    { numRuns: 20 },
  );
});

it("agree on more joined texts than there is room for", async () => {
  const labels = Array.from({ length: 9000 }, (_, index) => ({ name: `label-${index}` }));
  const line = JSON.stringify({ ...JSON.parse(FORMATS.waf.samples[0]), labels });
  expect(await readByIngest("waf", [line])).toEqual(readByReference("waf", [line]));
});
