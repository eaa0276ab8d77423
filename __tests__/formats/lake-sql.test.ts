import { FORMATS } from "../../formats";
import type { DeliveredFolder } from "../../formats/delivered-layout";
import { addHours, hourOf } from "../../formats/hour";
import { type Partition, rawPrefixOf } from "../../formats/partition-layout";
import { renderAddPartitions } from "../../formats/render/add-partitions-ddl";
import { athenaDdlStatements } from "../../formats/render/athena-ddl-file";
import type { CommittedDelivered } from "../../formats/render/file-conditions";
import {
  commitHead,
  type LakeTable,
  lakeColumnNames,
  renderAddLakeColumns,
  renderCommit,
  renderCreateLakeTable,
} from "../../formats/render/lake-sql";
import {
  renderDaysBefore,
  renderDaysToMerge,
  renderDeleteDays,
  renderOptimize,
  renderVacuum,
} from "../../formats/render/maintenance-sql";
import { renderFileSums, renderFilesOfHours } from "../../formats/render/reconcile-sql";
import {
  renderCommittedFiles,
  renderCommittedHours,
  renderKnownPartitions,
} from "../../formats/render/status-sql";
import { renderCountUnparsed, renderUnparsedView } from "../../formats/render/unparsed-sql";
import { syntaxErrors } from "../helpers/sql-grammar";

const HOUR = hourOf(Date.UTC(2026, 10, 23, 7));
const tables: readonly LakeTable[] = Object.values(FORMATS).flatMap((format) =>
  [false, true].map((bySource) => ({ format, database: "logs", bucket: "my-logs", bySource })),
);
const folder: DeliveredFolder = {
  table: "alb_access_logs",
  source: "shop's",
  bucket: "their-logs",
  prefix: "alb/AWSLogs/",
  folder: "111122223333/elasticloadbalancing/eu-central-1",
  time: hourOf(Date.UTC(2026, 10, 23)),
};
const partitionOf = ({ format, bySource }: LakeTable) => ({
  table: format.table,
  hour: HOUR,
  ...(bySource ? { source: "shop's" } : {}),
});
/** One file by its name, and many by a range, of two hours of two days. */
function filesOf(table: LakeTable) {
  const first = partitionOf(table);
  const second = { ...first, hour: addHours(HOUR, 25) };
  return {
    kind: "moved" as const,
    partitions: [first, second],
    ranges: [
      { from: `${rawPrefixOf(first)}a.gz`, to: `${rawPrefixOf(first)}a.gz` },
      { from: `${rawPrefixOf(second)}a.gz`, to: `${rawPrefixOf(second)}z.gz` },
    ],
  };
}

/** One file by its name, and many by a range, of two folders. */
function deliveredFilesOf(table: LakeTable): CommittedDelivered {
  const start = `${folder.prefix}${folder.folder}/2026/11/24/`;
  return {
    ...filesOf(table),
    kind: "delivered",
    folders: [folder, { ...folder, time: addHours(folder.time, 24) }],
    ranges: [
      { from: `${start}a.gz`, to: `${start}a.gz` },
      { from: `${start}b.gz`, to: `${start}z.gz` },
    ],
  };
}

describe.each(
  tables.map((table) => [`${table.format.id}${table.bySource ? " by source" : ""}`, table] as const),
)("the statements of %s", (_, table) => {
  it("are what they were", () => {
    expect({
      create: renderCreateLakeTable(table),
      addColumns: renderAddLakeColumns(table, new Set(["log_file", "dt"])),
      commit: renderCommit(table, filesOf(table)),
      view: renderUnparsedView(table),
      count: renderCountUnparsed(table, filesOf(table)),
      daysBefore: renderDaysBefore(table, "2026-11-23"),
      deleteDays: renderDeleteDays(table, "2026-11-20", "2026-11-22"),
      daysToMerge: renderDaysToMerge(table),
      optimize: renderOptimize(table, "2026-11-23"),
      vacuum: renderVacuum(table),
      fileSums: renderFileSums(table, "2026-11-23"),
      filesOfHours: renderFilesOfHours(table, "2026-11-23", ["07", "08"]),
    }).toMatchSnapshot();
  });

  it("are valid in the grammars that Athena uses", () => {
    expect(syntaxErrors("iceberg", renderCreateLakeTable(table))).toEqual([]);
    expect(syntaxErrors("hive", renderAddLakeColumns(table, new Set(["log_file"])))).toEqual([]);
    expect(syntaxErrors("hive", renderAddPartitions("logs", "t_raw", "b", [partitionOf(table)]))).toEqual([]);
    for (const sql of [
      renderCommit(table, filesOf(table)),
      renderUnparsedView(table),
      renderCountUnparsed(table, filesOf(table)),
      renderKnownPartitions(table, HOUR, HOUR),
      renderCommittedHours(table, HOUR, HOUR),
      renderCommittedFiles(table, [partitionOf(table), partitionOf(table)]),
      renderDaysBefore(table, "2026-11-23"),
      renderDaysToMerge(table),
      renderFileSums(table, "2026-11-23"),
      renderFilesOfHours(table, "2026-11-23", ["07", "08"]),
      renderDeleteDays(table, "2026-11-20", "2026-11-22"),
    ]) {
      expect(syntaxErrors("trino", sql)).toEqual([]);
    }
  });
});

describe.each([false, true])("the statements for files as delivered, by source: %p", (bySource) => {
  const table: LakeTable = {
    format: FORMATS.alb,
    database: "logs",
    bucket: "my-logs",
    bySource,
    hasDelivered: true,
  };

  it("are what they were, and valid in Trino's grammar", () => {
    const hidden = bySource ? ["shop's"] : "all";
    const statements = {
      // All columns before the file are as in the statement for moved files.
      commit: renderCommit(table, deliveredFilesOf(table)).replace(/^[\s\S]*?(?=\n {2}"\$path")/, ""),
      view: renderUnparsedView(table),
      hidingView: renderUnparsedView({ ...table, hidesLines: hidden }),
      count: renderCountUnparsed(table, deliveredFilesOf(table)),
    };
    expect(statements).toMatchSnapshot();
    expect(syntaxErrors("trino", renderCommit(table, deliveredFilesOf(table)))).toEqual([]);
    for (const sql of [statements.view, statements.hidingView, statements.count])
      expect(syntaxErrors("trino", sql)).toEqual([]);
  });

  it("hide the lines of both tables if privacy requires it", () => {
    const shown = renderUnparsedView({ ...table, hidesLines: "all" }).match(
      /SELECT CAST\(NULL AS varchar\) AS "line"/g,
    );
    expect(shown).toHaveLength(2);
  });
});

it("files of a format whose files are all in one folder cannot be committed as delivered", () => {
  const table: LakeTable = {
    format: FORMATS.cloudfront,
    database: "logs",
    bucket: "my-logs",
    bySource: false,
  };
  expect(() => renderCommit(table, deliveredFilesOf(table))).toThrow("no files are read as delivered");
  expect(renderUnparsedView({ ...table, hasDelivered: true })).toBe(renderUnparsedView(table));
});

describe("lines of JSON as delivered", () => {
  const table: LakeTable = {
    format: FORMATS.alb,
    database: "logs",
    bucket: "my-logs",
    bySource: true,
    hasDelivered: true,
  };
  const commit = renderCommit(table, deliveredFilesOf(table));

  it("are parsed once, with the partition keys of their table", () => {
    expect(commit.match(/json_parse/g)).toHaveLength(1);
    expect(commit).toContain('SELECT\n  "$path",\n  "source",\n  "folder",\n  "day",\n  "json",\n');
    const view = renderUnparsedView(table);
    expect(view.match(/json_parse/g)).toHaveLength(2);
    for (const sql of [commit, view]) expect(syntaxErrors("trino", sql)).toEqual([]);
  });

  it("are rows if their texts have the form of the fields; only a format with a header has other logs", () => {
    expect(commit).toContain('\n))\nWHERE "json" IS NULL OR regexp_like(concat_ws(chr(9), "type", "time", ');
    expect(commit).not.toContain("<> ''");
  });
});

it("the statements of athena.ddl are valid in Hive's grammar", () => {
  const statements = Object.values(athenaDdlStatements({ database: "logs", bucket: "b" }));
  expect(statements).toHaveLength(Object.keys(FORMATS).length);
  for (const sql of statements) expect(syntaxErrors("hive", sql)).toEqual([]);
});

it("the grammars refuse invalid statements", () => {
  expect(syntaxErrors("trino", "INSERT INTO t SELECT FROM WHERE")).not.toEqual([]);
  expect(syntaxErrors("hive", "ALTER TABLE t ADD PARTITIONS")).not.toEqual([]);
  expect(syntaxErrors("iceberg", "CREATE TABLE t (a string) PARTITIONED BY day(a")).not.toEqual([]);
});

describe("the typed table", () => {
  const [table] = tables;
  if (!table) throw new Error("no table");

  it("has the format's columns, the file, and the partition keys of the raw table", () => {
    expect(lakeColumnNames(table).slice(0, 3)).toEqual(["type", "time", "elb"]);
    expect(lakeColumnNames(table).slice(-3)).toEqual(["log_file", "dt", "hour"]);
    expect(lakeColumnNames({ ...table, bySource: true }).slice(-3)).toEqual(["source", "dt", "hour"]);
  });

  it("gets only its missing columns", () => {
    expect(renderAddLakeColumns(table, new Set(["elb_error_code", "unknown"]))).toBe(
      "ALTER TABLE `logs`.`alb_access_logs` ADD COLUMNS (`elb_error_code` string)",
    );
    expect(() => renderAddLakeColumns(table, new Set(["unknown"]))).toThrow("at least one column");
  });

  it("is safe from SQL in the name of a source", () => {
    const partition = { table: "alb_access_logs", hour: HOUR, source: "x' OR '1'='1" };
    const files = { kind: "moved" as const, partitions: [partition], ranges: [{ from: "a", to: "a" }] };
    expect(renderCommit({ ...table, bySource: true }, files)).toContain("'x'' OR ''1''=''1'");
  });

  it("is safe from SQL in the name of a file", () => {
    const partitions = [{ table: "alb_access_logs", hour: HOUR }];
    const sql = renderCommit(table, {
      kind: "moved",
      partitions,
      ranges: [{ from: "a') OR ('1'='1", to: "b'--" }],
    });
    expect(sql).toContain("BETWEEN 's3://my-logs/a'') OR (''1''=''1' AND 's3://my-logs/b''--'");
    expect(syntaxErrors("trino", sql)).toEqual([]);
  });

  it("has commits with a start that the commits of no other table have", () => {
    expect(renderCommit(table, filesOf(table)).startsWith(commitHead(table))).toBe(true);
    const other = tables.find(({ format }) => format.table === "cloudfront_access_logs") ?? table;
    expect(renderCommit(other, filesOf(other)).startsWith(commitHead(table))).toBe(false);
  });

  it("is read for the same hours as the raw table in a commit, so that a file is added once", () => {
    const sql = renderCommit(table, filesOf(table));
    const keys = `("dt" = '2026-11-23' AND "hour" IN ('07') OR "dt" = '2026-11-24' AND "hour" IN ('08'))`;
    const [first = "", second = ""] = filesOf(table).partitions.map(
      (partition) => `s3://my-logs/${rawPrefixOf(partition)}`,
    );
    const files = (path: string) =>
      `(${path} IN ('${first}a.gz') OR ${path} BETWEEN '${second}a.gz' AND '${second}z.gz')`;
    expect(sql).toContain(`WHERE ${keys}\n  AND ${files('"$path"')}\n  AND COALESCE(`);
    // Names without a time may be in the table under any other name.
    expect(sql).toContain(`    WHERE ${keys}\n  )\n`);
  });

  it("is pruned by file names in a commit of names with a time: these names, and all other spellings", () => {
    const [first, second] = [HOUR, addHours(HOUR, 1)].map((hour) => ({ table: "alb_access_logs", hour }));
    if (!first || !second) throw new Error("no partitions");
    const key = `${rawPrefixOf(first)}log-20261123T0705Z-0a1b2c3d-x.gz`;
    const sql = renderCommit(table, {
      kind: "moved",
      partitions: [second, first],
      ranges: [{ from: key, to: key }],
    });
    const start = (partition: Partition) => `'s3://my-logs/${rawPrefixOf(partition)}log`;
    expect(sql).toContain(
      `AND ("log_file" IN ('s3://my-logs/${key}') OR "log_file" < ${start(first)}-' OR "log_file" >= ${start(first)}.' AND "log_file" < ${start(second)}-' OR "log_file" >= ${start(second)}.')`,
    );
  });

  it("is read with the hours of one day in one list", () => {
    const partitions = [0, 1, 2].map((hours) => ({ table: "alb_access_logs", hour: addHours(HOUR, hours) }));
    expect(renderCommit(table, { kind: "moved", partitions, ranges: [{ from: "a", to: "a" }] })).toContain(
      `("dt" = '2026-11-23' AND "hour" IN ('07', '08', '09'))`,
    );
  });

  it("is named without quotes where Athena accepts none, and merged day by day", () => {
    expect(renderVacuum(table)).toBe("VACUUM logs.alb_access_logs");
    expect(renderOptimize(table, "2026-12-31")).toBe(
      `OPTIMIZE logs.alb_access_logs REWRITE DATA USING BIN_PACK
WHERE "time" >= TIMESTAMP '2026-12-31 00:00:00' AND "time" < TIMESTAMP '2027-01-01 00:00:00'`,
    );
    expect(renderOptimize(table, "2026-11-20", "2026-11-22")).toContain(
      `"time" >= TIMESTAMP '2026-11-20 00:00:00' AND "time" < TIMESTAMP '2026-11-23 00:00:00'`,
    );
    expect(() => renderOptimize(table, "2026-02-30")).toThrow('a day is YYYY-MM-DD, got "2026-02-30"');
    expect(() => renderVacuum({ ...table, database: "a; b" })).toThrow("cannot be a name in SQL");
  });

  it("loses only complete days", () => {
    expect(renderDeleteDays(table, "2026-02-27", "2026-02-28")).toBe(
      `DELETE FROM "logs"."alb_access_logs"
WHERE "time" >= TIMESTAMP '2026-02-27 00:00:00' AND "time" < TIMESTAMP '2026-03-01 00:00:00'`,
    );
    expect(() => renderDeleteDays(table, "2026-02-27", "soon")).toThrow('a day is YYYY-MM-DD, got "soon"');
    expect(() => renderDaysBefore(table, "2026-13-01")).toThrow('a day is YYYY-MM-DD, got "2026-13-01"');
  });

  it("refuses a database with an invalid name", () => {
    expect(() => renderCreateLakeTable({ ...table, database: "a`b" })).toThrow("cannot be a name in SQL");
  });
});
