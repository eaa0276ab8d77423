import { FORMATS } from "../../formats";
import { addHours, hourOf } from "../../formats/hour";
import { rawPrefixOf } from "../../formats/partition-layout";
import { renderAddPartitions } from "../../formats/render/add-partitions-ddl";
import { athenaDdlStatements } from "../../formats/render/athena-ddl-file";
import {
  commitHead,
  type LakeTable,
  lakeColumnNames,
  renderAddLakeColumns,
  renderCommit,
  renderCountUnparsed,
  renderCreateLakeTable,
  renderUnparsedView,
} from "../../formats/render/lake-sql";
import {
  renderDaysBefore,
  renderDaysToMerge,
  renderDeleteDays,
  renderOptimize,
  renderVacuum,
} from "../../formats/render/maintenance-sql";
import {
  renderCommittedFiles,
  renderCommittedHours,
  renderKnownPartitions,
} from "../../formats/render/status-sql";
import { syntaxErrors } from "../helpers/sql-grammar";

const HOUR = hourOf(Date.UTC(2026, 10, 23, 7));
const tables: readonly LakeTable[] = Object.values(FORMATS).flatMap((format) =>
  [false, true].map((bySource) => ({ format, database: "logs", bucket: "my-logs", bySource })),
);
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
    partitions: [first, second],
    ranges: [
      { from: `${rawPrefixOf(first)}a.gz`, to: `${rawPrefixOf(first)}a.gz` },
      { from: `${rawPrefixOf(second)}a.gz`, to: `${rawPrefixOf(second)}z.gz` },
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
      renderDeleteDays(table, "2026-11-20", "2026-11-22"),
    ]) {
      expect(syntaxErrors("trino", sql)).toEqual([]);
    }
  });
});

it("the statements of athena.ddl are valid in Hive's grammar", () => {
  const statements = Object.values(athenaDdlStatements({ database: "logs", bucket: "b" }));
  expect(statements).toHaveLength(2);
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
    const files = { partitions: [partition], ranges: [{ from: "a", to: "a" }] };
    expect(renderCommit({ ...table, bySource: true }, files)).toContain("'x'' OR ''1''=''1'");
  });

  it("is safe from SQL in the name of a file", () => {
    const partitions = [{ table: "alb_access_logs", hour: HOUR }];
    const sql = renderCommit(table, { partitions, ranges: [{ from: "a') OR ('1'='1", to: "b'--" }] });
    expect(sql).toContain("BETWEEN 's3://my-logs/a'') OR (''1''=''1' AND 's3://my-logs/b''--'");
    expect(syntaxErrors("trino", sql)).toEqual([]);
  });

  it("has commits with a start that the commits of no other table have", () => {
    expect(renderCommit(table, filesOf(table)).startsWith(commitHead(table))).toBe(true);
    const other = tables.find(({ format }) => format.table === "cloudfront_access_logs") ?? table;
    expect(renderCommit(other, filesOf(other)).startsWith(commitHead(table))).toBe(false);
  });

  it("is read for the same hours and files as the raw table in a commit, so that a file is added once", () => {
    const sql = renderCommit(table, filesOf(table));
    const keys = `("dt" = '2026-11-23' AND "hour" IN ('07') OR "dt" = '2026-11-24' AND "hour" IN ('08'))`;
    const [first = "", second = ""] = filesOf(table).partitions.map(
      (partition) => `s3://my-logs/${rawPrefixOf(partition)}`,
    );
    const files = (path: string) =>
      `(${path} IN ('${first}a.gz') OR ${path} BETWEEN '${second}a.gz' AND '${second}z.gz')`;
    expect(sql).toContain(`WHERE ${keys}\n  AND ${files('"$path"')}\n  AND "$path" NOT IN (`);
    expect(sql).toContain(`    WHERE ${keys}\n      AND ${files('"log_file"')}\n`);
  });

  it("is read with the hours of one day in one list", () => {
    const partitions = [0, 1, 2].map((hours) => ({ table: "alb_access_logs", hour: addHours(HOUR, hours) }));
    expect(renderCommit(table, { partitions, ranges: [{ from: "a", to: "a" }] })).toContain(
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
