import type { FormatId } from "../../formats";
import type { Pipeline } from "./pipeline";
import { differences, type TableRow } from "./table-rows";

/** What both sides have: a deployed pipeline and a local lake. */
export interface Tables {
  rows(format: FormatId): Promise<readonly TableRow[]>;
  unparsed(format: FormatId): Promise<readonly TableRow[]>;
}

/** The number of differences that are shown for each table; the others are counted. */
const SHOWN = 3;

type Rows = Pick<Tables, "rows">;
type UnparsedLines = Pick<Tables, "unparsed">;

/** @throws unless a typed table has the same rows, in every column, as that of the local lake, and some */
export async function expectSameRows(pipeline: Rows, lake: Rows, format: FormatId): Promise<void> {
  const [engine, local] = [await pipeline.rows(format), await lake.rows(format)];
  expect(local.length).toBeGreaterThan(0);
  expect(shown(engine, local)).toEqual({ ...NONE, rows: local.length });
  expect(Object.keys(engine[0] ?? {})).toEqual(Object.keys(local[0] ?? {}));
}

/** The same for unparsed lines. */
export async function expectSameUnparsedLines(
  pipeline: UnparsedLines,
  lake: UnparsedLines,
  format: FormatId,
): Promise<void> {
  const [engine, local] = [await pipeline.unparsed(format), await lake.unparsed(format)];
  expect(shown(engine.map(withoutRuns), local.map(withoutRuns))).toEqual({ ...NONE, rows: local.length });
}

/** All checks, for each format of the pipeline. */
export async function expectSameTables(
  pipeline: Tables & Pick<Pipeline, "formats">,
  lake: Tables,
): Promise<void> {
  for (const format of pipeline.formats) {
    await expectSameRows(pipeline, lake, format);
    await expectSameUnparsedLines(pipeline, lake, format);
  }
}

const NONE = { onlyOnTheEngine: [], onlyInTheLake: [] };

function shown(engine: readonly TableRow[], lake: readonly TableRow[]) {
  const { onlyOnTheEngine, onlyInTheLake } = differences(engine, lake);
  return {
    onlyOnTheEngine: onlyOnTheEngine.slice(0, SHOWN),
    onlyInTheLake: onlyInTheLake.slice(0, SHOWN),
    rows: engine.length,
  };
}

/** The engines replace bytes that are not UTF-8 with one mark, or with one mark for each byte. */
const withoutRuns = (row: TableRow): TableRow => ({
  ...row,
  line: typeof row.line === "string" ? row.line.replaceAll(/\uFFFD+/g, "\uFFFD") : row.line,
});
