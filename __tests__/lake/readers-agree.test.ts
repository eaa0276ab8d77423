import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { FORMAT_IDS, FORMATS, type FormatId } from "../../formats";
import { columnsOf } from "../../formats/log-format";
import { lineReader, type Row } from "../../formats/read-line";
import { type DuckdbEngine, openDuckdb } from "../../lake/duckdb-engine";
import { jsonConverter } from "../../lake/json-values";
import { edgeLines } from "../helpers/edge-lines";
import { hostileLine } from "../helpers/hostile-lines";
import { knownLines } from "../helpers/known-lines";
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
    const result = await engine.stream(`SELECT * EXCLUDE log_file FROM '${parquet}' ORDER BY log_file`);
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
