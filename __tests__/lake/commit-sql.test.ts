import fc from "fast-check";
import { FORMATS, type FormatId } from "../../formats";
import { hourOf } from "../../formats/hour";
import { columnsOf, linesTableOf, rawTableOf, unparsedViewOf } from "../../formats/log-format";
import { isHeaderLine, lineReader, type Row } from "../../formats/read-line";
import { duckdbColumns } from "../../formats/render/duckdb-relation";
import {
  type KeyRange,
  type LakeTable,
  lakeColumnNames,
  renderCommit,
  renderCountUnparsed,
  renderUnparsedView,
} from "../../formats/render/lake-sql";
import { renderLinePattern } from "../../formats/render/line-pattern";
import { ATHENA_FUNCTIONS } from "../../lake/athena-functions";
import { type DuckdbEngine, openDuckdb } from "../../lake/duckdb-engine";
import { jsonConverter } from "../../lake/json-values";
import { hostileLine, LINES } from "../helpers/hostile-lines";

// DuckDB runs the same statements as Athena, word for word: the same casts, the same anti-join, the same view. Only the
// raw table, whose rows Athena makes with the SerDe, and the table of lines are filled by hand.

const DT = "2026-11-23";
const HOUR = hourOf(Date.parse(`${DT}T07:00:00Z`));
const ids = ["alb", "cloudfront"] as const;
const tableOf = (id: FormatId): LakeTable => ({
  format: FORMATS[id],
  database: "main",
  bucket: "b",
  bySource: false,
});
const partitionOf = (id: FormatId) => ({ table: FORMATS[id].table, hour: HOUR });
/** Commits the files of the hour whose keys lie in the range; by default all of the tests' files do. */
const commit = (engine: DuckdbEngine, id: FormatId, range: KeyRange = { from: "1", to: "9" }) => {
  const sql = renderCommit(tableOf(id), { partitions: [partitionOf(id)], ranges: [range] });
  return engine.run({ sql, token: "commit" });
};

let engine: DuckdbEngine;
beforeEach(async () => {
  engine = await openDuckdb();
  for (const id of ids) {
    const { format } = tableOf(id);
    const raw = [...columnsOf(format).map(({ name }) => name), "$path", "dt", "hour"];
    const types = new Map(duckdbColumns(format).map(({ name, type }) => [name, type]));
    const typed = lakeColumnNames(tableOf(id));
    const list = (names: readonly string[], typeOf: (name: string) => string) =>
      names.map((name) => `"${name}" ${typeOf(name)}`).join(", ");
    await engine.run({
      sql: `CREATE TABLE ${rawTableOf(format)} (${list(raw, () => "VARCHAR")})`,
      token: "raw",
    });
    await engine.run({
      sql: `CREATE TABLE ${linesTableOf(format)} (${list(["line", "$path", "dt", "hour"], () => "VARCHAR")})`,
      token: "lines",
    });
    await engine.run({
      sql: `CREATE TABLE ${format.table} (${list(typed, (name) => types.get(name) ?? "VARCHAR")})`,
      token: "typed",
    });
  }
  for (const definition of ATHENA_FUNCTIONS)
    await engine.run({ sql: `CREATE MACRO ${definition}`, token: "function" });
  for (const id of ids) await engine.run({ sql: renderUnparsedView(tableOf(id)), token: "view" });
});
afterEach(() => engine.close());

const sqlText = (text: string | undefined): string =>
  text === undefined ? "NULL" : `'${text.replaceAll("'", "''")}'`;

/** The result of the SerDe for a line: a text for each group, or NULL in every column; and the line itself. */
async function deliver(id: FormatId, path: string, lines: readonly string[], hour = "07"): Promise<void> {
  const { format } = tableOf(id);
  const pattern = new RegExp(`^(?:${renderLinePattern(format)})$`);
  const rows = lines.map((line) => {
    const groups: readonly (string | undefined)[] =
      pattern.exec(line)?.slice(1) ?? columnsOf(format).map(() => undefined);
    return [...groups, path, DT, hour].map(sqlText).join(", ");
  });
  if (rows.length === 0) return;
  const insert = (table: string, values: readonly string[]) =>
    engine.run({
      sql: `INSERT INTO ${table} VALUES ${values.map((row) => `(${row})`).join(", ")}`,
      token: "deliver",
    });
  await insert(rawTableOf(format), rows);
  await insert(
    linesTableOf(format),
    lines.map((line) => [line, path, DT, hour].map(sqlText).join(", ")),
  );
}

async function unparsed(id: FormatId): Promise<string[]> {
  const rows = await engine.rows(`SELECT line FROM ${unparsedViewOf(FORMATS[id])}`);
  return rows.map(([line]) => String(line));
}

async function countsOf(id: FormatId, range: KeyRange): Promise<unknown> {
  const files = { partitions: [partitionOf(id)], ranges: [range] };
  const [[counts] = []] = await engine.rows(renderCountUnparsed(tableOf(id), files));
  return counts;
}

async function committed(id: FormatId): Promise<Row[]> {
  const names = columnsOf(FORMATS[id]).map(({ name }) => name);
  const columns = names.map((name) => `"${name}"`).join(", ");
  const result = await engine.stream(`SELECT ${columns} FROM ${FORMATS[id].table}`);
  const rows = await result.convertRows(jsonConverter);
  return rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? null])) as Row);
}

async function committedFiles(id: FormatId): Promise<unknown[]> {
  const rows = await engine.rows(`SELECT log_file FROM ${FORMATS[id].table} ORDER BY 1`);
  return rows.map(([file]) => file);
}

const expectedRows = (id: FormatId, lines: readonly string[]): Row[] =>
  lines.flatMap((line) => {
    const result = lineReader(FORMATS[id])(line);
    return result.kind === "row" ? [result.row] : [];
  });

describe.each(ids)("the statement that commits %s files", (id) => {
  it("gives the same result as the line reader for every line: a row, an unparsed line or a header", async () => {
    await fc.assert(
      fc
        .asyncProperty(fc.array(hostileLine(id), { minLength: 20, maxLength: 40 }), async (lines) => {
          await deliver(id, "s3://b/1", lines);
          await commit(engine, id);
          const sorted = (rows: readonly Row[]) => rows.map((row) => JSON.stringify(row)).sort();
          expect(sorted(await committed(id))).toEqual(sorted(expectedRows(id, lines)));
          const isUnparsed = (line: string) => lineReader(FORMATS[id])(line).kind === "unparsed";
          expect((await unparsed(id)).sort()).toEqual(lines.filter(isUnparsed).sort());
        })
        .beforeEach(async () => {
          await engine.run({ sql: `DELETE FROM ${FORMATS[id].table}`, token: "clear" });
          await engine.run({ sql: `DELETE FROM ${rawTableOf(FORMATS[id])}`, token: "clear" });
          await engine.run({ sql: `DELETE FROM ${linesTableOf(FORMATS[id])}`, token: "clear" });
        }),
      { numRuns: Number(process.env.RUNS ?? 25) },
    );
  });

  it("adds nothing when it runs again, and only the new file when one arrived", async () => {
    const line = LINES[id]();
    await deliver(id, "s3://b/1", [line, line]);
    await commit(engine, id);
    await commit(engine, id);
    expect(await committed(id)).toHaveLength(2);
    await deliver(id, "s3://b/2", [line]);
    await commit(engine, id);
    expect(await committed(id)).toHaveLength(3);
  });

  it("does not commit the files of other hours", async () => {
    await deliver(id, "s3://b/1", [LINES[id]()], "08");
    await commit(engine, id);
    expect(await committed(id)).toEqual([]);
  });

  it("commits only the files that it names, one by one or as a range", async () => {
    for (const name of ["1", "2", "3", "4"]) await deliver(id, `s3://b/${name}`, [LINES[id]()]);
    await commit(engine, id, { from: "3", to: "3" });
    expect(await committedFiles(id)).toEqual(["s3://b/3"]);
    await commit(engine, id, { from: "2", to: "3" });
    expect(await committedFiles(id)).toEqual(["s3://b/2", "s3://b/3"]);
    await commit(engine, id);
    expect(await committedFiles(id)).toEqual(["s3://b/1", "s3://b/2", "s3://b/3", "s3://b/4"]);
  });

  it("counts each line either as a row or as an unparsed line", async () => {
    const times = [
      "2026-02-30T07:05:00Z",
      "0000-01-01T07:05:00Z",
      "2026-13-01T07:05:00Z",
      "2016-12-31T23:59:60Z",
    ];
    const unreal = times.flatMap((time) =>
      id === "alb"
        ? [LINES.alb({ time }), LINES.alb({ request_creation_time: time })]
        : [LINES.cloudfront({ date: time.slice(0, 10), time: time.slice(11, 19) })],
    );
    const lines = [...unreal, "no log line", "#Version: 1.0", `#${LINES[id]()}`, "", LINES[id]()];
    await deliver(id, "s3://b/1", lines);
    await commit(engine, id);
    expect(await committed(id)).toEqual(expectedRows(id, [LINES[id]()]));
    expect((await unparsed(id)).sort()).toEqual([...unreal, "no log line"].sort());
    expect(await countsOf(id, { from: "1", to: "1" })).toBe(`${unreal.length + 1} s3://b/1`);
    expect(lines.filter(isHeaderLine)).toHaveLength(3);
  });

  it("counts the unparsed lines of the files that it names, one by one or as a range", async () => {
    for (const name of ["1", "2", "3"]) await deliver(id, `s3://b/${name}`, ["no log line", LINES[id]()]);
    await deliver(id, "s3://b/4", [LINES[id]()]);
    await deliver(id, "s3://b/3", ["no log line"], "08");
    expect(await countsOf(id, { from: "3", to: "3" })).toBe("1 s3://b/3");
    const counts = String(await countsOf(id, { from: "2", to: "4" })).split("\n");
    expect(counts.sort()).toEqual(["1 s3://b/2", "1 s3://b/3"]);
    expect(await countsOf(id, { from: "4", to: "4" })).toBeNull();
  });
});
