import fc from "fast-check";
import { FORMAT_IDS, FORMATS, type FormatId } from "../../formats";
import { duckdbColumns } from "../../formats/column-type";
import type { DeliveredFolder } from "../../formats/delivered-layout";
import { identityOf } from "../../formats/file-identity";
import { addHours, type Hour, hourOf, partitionValuesOf } from "../../formats/hour";
import {
  columnsOf,
  deliveredLinesTableOf,
  deliveredTableOf,
  type LogFormat,
  linesTableOf,
  rawTableOf,
  unparsedViewOf,
} from "../../formats/log-format";
import { type Partition, rawPrefixOf } from "../../formats/partition-layout";
import { isHeaderLine, lineReader, type Row } from "../../formats/read-line";
import { rawGlueTable } from "../../formats/render/glue-table";
import { type LakeTable, lakeColumnNames, renderCommit } from "../../formats/render/lake-sql";
import { renderRawPattern } from "../../formats/render/line-pattern";
import { renderCountUnparsed, renderUnparsedView } from "../../formats/render/unparsed-sql";
import { ATHENA_FUNCTIONS } from "../../lake/athena-functions";
import { type DuckdbEngine, openDuckdb } from "../../lake/duckdb-engine";
import { jsonConverter } from "../../lake/json-values";
import { impossibleTimes } from "../helpers/edge-lines";
import { hostileLine } from "../helpers/hostile-lines";
import { LINES } from "../helpers/lines";

// DuckDB runs the same statements as Athena, word for word: the same casts, the same anti-join, the same view. Only the
// raw table, whose rows Athena makes with the SerDe, and the table of lines are filled by hand.

const DT = "2026-11-23";
const HOUR = hourOf(Date.parse(`${DT}T07:00:00Z`));
const ids = FORMAT_IDS;
const rawColumns = (format: LogFormat) =>
  rawGlueTable(format, { bucket: "b", bySource: false }).columns.map(({ name }) => name);
const tableOf = (id: FormatId): LakeTable => ({
  format: FORMATS[id],
  database: "main",
  bucket: "b",
  bySource: false,
});
const partitionOf = (id: FormatId) => ({ table: FORMATS[id].table, hour: HOUR });
/** Key of a moved file. @param digit of its hash */
const movedKey = (id: FormatId, digit: string) =>
  `${rawPrefixOf(partitionOf(id))}log-${DT.replaceAll("-", "")}T0705Z-${digit.repeat(8)}-x.log.gz`;
const movedPath = (id: FormatId, digit: string) => `s3://b/${movedKey(id, digit)}`;
/** Commits moved files of the hour, from one digit to another; by default all of the tests' files. */
const commit = (engine: DuckdbEngine, id: FormatId, from = "1", to = "9") => {
  const ranges = [{ from: movedKey(id, from), to: movedKey(id, to) }];
  const sql = renderCommit(tableOf(id), { kind: "moved", partitions: [partitionOf(id)], ranges });
  return engine.run({ sql: inDuckdb(sql), token: "commit" });
};

/** DuckDB has another syntax for functions of lists, and no macros for them. */
const inDuckdb = (sql: string): string =>
  sql
    .replaceAll("AS array(json)", "AS json[]")
    .replaceAll(/CAST\((IF\(.+?\)) AS json\)/g, "to_json($1)")
    .replaceAll(/(item\d) -> /g, "lambda $1: ")
    .replaceAll(/\b(transform|filter)\(/g, "list_$1(");

/** Functions that only the pipeline's statements use. */
const STATEMENT_FUNCTIONS = [
  "to_utf8(text) AS text",
  // DuckDB's own replaces only the first match.
  "regexp_replace(text, pattern, new) AS array_to_string(string_split_regex(text, pattern), new)",
  "json_parse(text) AS CAST(text AS json)",
  "element_at(entries, name) AS map_extract_value(entries, name)",
  "json_extract_scalar(value, path) AS CASE json_type(value, path) WHEN 'OBJECT' THEN NULL WHEN 'ARRAY' THEN NULL ELSE json_extract_string(value, path) END",
  "slice(list, start, count) AS list_slice(list, start, start + count - 1)",
  "zip(one, other) AS list_zip(one, other)",
  "to_hex(text) AS text",
  // DuckDB calls minutes `%M`, and takes only constants: the form in the names of load balancers, and those of columns.
  `date_parse(text, form) AS CASE form ${[
    { trino: "%Y%m%dT%H%i", duckdb: "%Y%m%dT%H%M" },
    { trino: "%d/%b/%Y:%H:%i:%s +0000", duckdb: "%d/%b/%Y:%H:%M:%S +0000" },
  ]
    .map(({ trino, duckdb }) => `WHEN '${trino}' THEN strptime(text, '${duckdb}')`)
    .join(" ")} END`,
  "date_add(unit, number, moment) AS moment + CASE unit WHEN 'minute' THEN to_minutes(CAST(floor(number) AS bigint)) ELSE to_milliseconds(CAST(number AS bigint)) END",
  "date_format(moment, form) AS strftime(moment, replace(replace(form, '%i', '%M'), '%s', '%S'))",
];

let engine: DuckdbEngine;
beforeAll(async () => {
  engine = await openDuckdb();
  for (const id of ids) {
    const { format } = tableOf(id);
    const raw = [...rawColumns(format), "$path", "dt", "hour"];
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
  for (const definition of [...ATHENA_FUNCTIONS, ...STATEMENT_FUNCTIONS])
    await engine.run({ sql: `CREATE MACRO ${definition}`, token: "function" });
  for (const id of ids) await engine.run({ sql: inDuckdb(renderUnparsedView(tableOf(id))), token: "view" });
});
afterAll(() => engine.close());

// One database for all tests: DuckDB parses the statements that create it for longer than a test takes.
const clear = async (...tables: readonly string[]) => {
  for (const table of tables) await engine.run({ sql: `DELETE FROM ${table}`, token: "clear" });
};
const tablesOf = (id: FormatId) => [rawTableOf(FORMATS[id]), linesTableOf(FORMATS[id]), FORMATS[id].table];
afterEach(() => clear(...ids.flatMap(tablesOf)));

const sqlText = (text: string | undefined): string =>
  text === undefined ? "NULL" : `'${text.replaceAll("'", "''")}'`;

/** The result of the SerDe for a line: a text for each group, or NULL in every column; and the line itself. */
async function deliver(id: FormatId, path: string, lines: readonly string[], hour = "07"): Promise<void> {
  const { format } = tableOf(id);
  const pattern = new RegExp(`^(?:${renderRawPattern(format)})$`);
  const rows = lines.map((line) => {
    const groups: readonly (string | undefined)[] =
      pattern.exec(line)?.slice(1) ?? rawColumns(format).map(() => undefined);
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

async function countsOf(id: FormatId, from: string, to: string): Promise<unknown> {
  const ranges = [{ from: movedKey(id, from), to: movedKey(id, to) }];
  const files = { kind: "moved", partitions: [partitionOf(id)], ranges } as const;
  const [[counts] = []] = await engine.rows(renderCountUnparsed(tableOf(id), files));
  return counts;
}

async function committed(id: FormatId): Promise<Row[]> {
  const names = columnsOf(FORMATS[id]).map(({ name }) => name);
  const columns = names.map((name) => `"${name}"`).join(", ");
  const { result } = await engine.stream(`SELECT ${columns} FROM ${FORMATS[id].table}`);
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
          await deliver(id, movedPath(id, "1"), lines);
          await commit(engine, id);
          const sorted = (rows: readonly Row[]) => rows.map((row) => JSON.stringify(row)).sort();
          expect(sorted(await committed(id))).toEqual(sorted(expectedRows(id, lines)));
          const isUnparsed = (line: string) => lineReader(FORMATS[id])(line).kind === "unparsed";
          expect((await unparsed(id)).sort()).toEqual(lines.filter(isUnparsed).sort());
        })
        .beforeEach(() => clear(...tablesOf(id))),
      { numRuns: Number(process.env.RUNS ?? 5) },
    );
  });

  it("adds nothing when it runs again, and only the new file when one arrived", async () => {
    const line = LINES[id]();
    await deliver(id, movedPath(id, "1"), [line, line]);
    await commit(engine, id);
    await commit(engine, id);
    expect(await committed(id)).toHaveLength(2);
    await deliver(id, movedPath(id, "2"), [line]);
    await commit(engine, id);
    expect(await committed(id)).toHaveLength(3);
  });

  it("does not commit the files of other hours", async () => {
    await deliver(id, movedPath(id, "1"), [LINES[id]()], "08");
    await commit(engine, id);
    expect(await committed(id)).toEqual([]);
  });

  it("commits only the files that it names, one by one or as a range", async () => {
    for (const name of ["1", "2", "3", "4"]) await deliver(id, movedPath(id, name), [LINES[id]()]);
    await commit(engine, id, "3", "3");
    expect(await committedFiles(id)).toEqual(["3"].map((digit) => movedPath(id, digit)));
    await commit(engine, id, "2", "3");
    expect(await committedFiles(id)).toEqual(["2", "3"].map((digit) => movedPath(id, digit)));
    await commit(engine, id);
    expect(await committedFiles(id)).toEqual(["1", "2", "3", "4"].map((digit) => movedPath(id, digit)));
  });

  it("counts each line either as a row or as an unparsed line", async () => {
    const unreal = impossibleTimes(id);
    const begun = [`#${LINES[id]()}`, "# comment", "#Version: 1.0"];
    const others = ["no log line", ...begun.filter((line) => !isHeaderLine(FORMATS[id], line))];
    const lines = [...unreal, "no log line", ...begun, "", LINES[id]()];
    await deliver(id, movedPath(id, "1"), lines);
    await commit(engine, id);
    expect(await committed(id)).toEqual(expectedRows(id, [LINES[id]()]));
    expect((await unparsed(id)).sort()).toEqual([...unreal, ...others].sort());
    expect(await countsOf(id, "1", "1")).toBe(`${unreal.length + others.length} ${movedPath(id, "1")}`);
    expect(lines.filter((line) => lineReader(FORMATS[id])(line).kind === "unparsed").sort()).toEqual(
      [...unreal, ...others].sort(),
    );
  });

  it("counts the unparsed lines of the files that it names, one by one or as a range", async () => {
    const [first, second, third, last] = ["1", "2", "3", "4"].map((name) => movedPath(id, name));
    for (const path of [first, second, third]) await deliver(id, path ?? "", ["no log line", LINES[id]()]);
    await deliver(id, last ?? "", [LINES[id]()]);
    await deliver(id, third ?? "", ["no log line"], "08");
    expect(await countsOf(id, "3", "3")).toBe(`1 ${third}`);
    const counts = String(await countsOf(id, "2", "4")).split("\n");
    expect(counts.sort()).toEqual([`1 ${second}`, `1 ${third}`]);
    expect(await countsOf(id, "4", "4")).toBeNull();
  });
});

describe("the statement that commits files as delivered", () => {
  const table: LakeTable = { ...tableOf("alb"), hasDelivered: true };
  const BUCKET = "their-logs";
  const folder: DeliveredFolder = {
    table: table.format.table,
    source: "web",
    bucket: BUCKET,
    prefix: "alb/AWSLogs/",
    folder: "111122223333/elasticloadbalancing/eu-central-1",
    time: hourOf(Date.parse(`${DT}T00:00:00Z`)),
  };
  const keyOf = (stamp: string, balancer = "shop") =>
    `${folder.prefix}${folder.folder}/${DT.replaceAll("-", "/")}/111122223333_elasticloadbalancing_eu-central-1_app.${balancer}.50dc6c495c0c9188_${stamp}Z_10.0.0.5_2fb1c9a0.log.gz`;
  const partitionAt = (hour: Hour): Partition => ({ table: folder.table, hour });

  const delivered = [deliveredTableOf(table.format), deliveredLinesTableOf(table.format)];
  afterEach(() => clear(...delivered));
  beforeAll(async () => {
    const { format } = table;
    const list = (names: readonly string[]) => names.map((name) => `"${name}" VARCHAR`).join(", ");
    const columns = rawColumns(format);
    const keys = ["$path", "source", "folder", "day"];
    await engine.run({
      sql: `CREATE TABLE ${deliveredTableOf(format)} (${list([...columns, ...keys])})`,
      token: "a",
    });
    await engine.run({
      sql: `CREATE TABLE ${deliveredLinesTableOf(format)} (${list(["line", ...keys])})`,
      token: "b",
    });
    await engine.run({ sql: inDuckdb(renderUnparsedView(table)), token: "view" });
  });

  const insert = (name: string, values: readonly (string | undefined)[]) =>
    engine.run({ sql: `INSERT INTO ${name} VALUES (${values.map(sqlText).join(", ")})`, token: "insert" });

  async function arrive(key: string, line = LINES.alb()): Promise<string> {
    const { format } = table;
    const groups = new RegExp(`^(?:${renderRawPattern(format)})$`).exec(line)?.slice(1);
    const keys = [`s3://${BUCKET}/${key}`, folder.source, folder.folder, DT];
    await insert(deliveredTableOf(format), [...(groups ?? rawColumns(format).map(() => undefined)), ...keys]);
    await insert(deliveredLinesTableOf(format), [line, ...keys]);
    return key;
  }

  const commitDelivered = (hours: readonly Hour[], from: string, to = from) =>
    engine.run({
      sql: inDuckdb(
        renderCommit(table, {
          kind: "delivered",
          partitions: hours.map(partitionAt),
          folders: [folder],
          ranges: [{ from, to }],
        }),
      ),
      token: "commit",
    });
  const rows = () => engine.rows(`SELECT log_file, dt, hour FROM ${table.format.table} ORDER BY 1`);

  it("gives a file the day and the hour that its format reads from the name, for all times", async () => {
    const time = fc
      .date({ min: new Date("2000-01-01"), max: new Date("2099-12-31"), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 16).replaceAll(/[-:]/g, ""));
    const digits = fc.stringMatching(/^[0-9]{8}T[0-9]{4}$/);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.oneof(time, digits), { minLength: 20, maxLength: 40 }),
        async (stamps) => {
          await clear(...delivered);
          for (const stamp of stamps) await arrive(keyOf(stamp), "no log line");
          const found = await engine.rows(
            `SELECT dt, hour FROM ${unparsedViewOf(table.format)} ORDER BY 1, 2`,
          );
          const expected = stamps.flatMap((stamp) => {
            const object = table.format.classify(keyOf(stamp));
            return object.kind === "access-log" ? [Object.values(partitionValuesOf(object.hour))] : [];
          });
          expect(found).toEqual(expected.sort((a, b) => (a.join() < b.join() ? -1 : 1)));
        },
      ),
      { numRuns: 4 },
    );
  });

  it("shows the unparsed lines of access logs, and none of other logs in the same folder", async () => {
    const key = keyOf("20261123T0705");
    await arrive(key, "no log line");
    await arrive(
      `${folder.prefix}${folder.folder}/2026/11/23/conn_log.111122223333_elasticloadbalancing_eu-central-1_app.shop.50dc6c495c0c9188_20261123T0705Z_10.0.0.5_2fb1c9a0.log.gz`,
      "a line",
    );
    expect(await engine.rows(`SELECT line, dt, hour, day FROM ${unparsedViewOf(table.format)}`)).toEqual([
      ["no log line", DT, "07", DT],
    ]);
    const files = { partitions: [partitionAt(HOUR)], ranges: [{ from: key, to: key }] };
    const count = renderCountUnparsed(table, { kind: "delivered", ...files, folders: [folder] });
    expect(await engine.rows(count)).toEqual([[`1 s3://${BUCKET}/${key}`]]);
  });

  it("adds a file once, also if a range covers committed files of other hours", async () => {
    const first = await arrive(keyOf("20261123T0705"));
    const second = await arrive(keyOf("20261123T0805"));
    const last = await arrive(keyOf("20261123T0710", "web"));
    await commitDelivered([addHours(HOUR, 1)], second);
    for (let run = 0; run < 2; run++) await commitDelivered([HOUR], first, last);
    expect(await rows()).toEqual(
      [first, second, last].map((key) => [`s3://${BUCKET}/${key}`, DT, key === second ? "08" : "07"]),
    );
  });

  /** Commits the moved copy of a file as delivered. @returns its key */
  async function commitCopy(name: string, key: string): Promise<string> {
    const prefix = name === "old name" ? "" : "log-20261123T0705Z-";
    const raw = rawPrefixOf(partitionAt(HOUR)) + prefix + identityOf({ bucket: BUCKET, key });
    await deliver("alb", `s3://b/${raw}`, [LINES.alb()]);
    const moved = {
      kind: "moved",
      partitions: [partitionAt(HOUR)],
      ranges: [{ from: raw, to: raw }],
    } as const;
    await engine.run({ sql: inDuckdb(renderCommit(table, moved)), token: "commit" });
    return raw;
  }

  it.each(["old name", "new name"])(
    "adds no file that was moved and committed before, under its %s",
    async (name) => {
      const key = await arrive(keyOf("20261123T0705"));
      const raw = await commitCopy(name, key);
      await commitDelivered([HOUR], key);
      expect(await rows()).toEqual([[`s3://b/${raw}`, DT, "07"]]);
    },
  );

  it.each(["old name", "new name"])(
    "makes its files known to later commits of moved copies under the %s",
    async (name) => {
      const key = await arrive(keyOf("20261123T0705"));
      await commitDelivered([HOUR], key);
      await commitCopy(name, key);
      expect(await rows()).toEqual([[`s3://${BUCKET}/${key}`, DT, "07"]]);
    },
  );
});

it("a file that an older version committed is known under its new name, and the other way round", async () => {
  for (const order of [0, 1]) {
    await clear(...tablesOf("alb"));
    const hash = `${order}`.repeat(8);
    const names = [`${hash}-x.log.gz`, `log-20261123T0705Z-${hash}-x.log.gz`];
    const keys = (order === 0 ? names : names.toReversed()).map(
      (name) => rawPrefixOf(partitionOf("alb")) + name,
    );
    for (const key of keys) {
      await deliver("alb", `s3://b/${key}`, [LINES.alb()]);
      const moved = {
        kind: "moved",
        partitions: [partitionOf("alb")],
        ranges: [{ from: key, to: key }],
      } as const;
      await engine.run({ sql: inDuckdb(renderCommit(tableOf("alb"), moved)), token: "commit" });
    }
    expect(await committedFiles("alb")).toEqual([`s3://b/${keys[0]}`]);
  }
});
