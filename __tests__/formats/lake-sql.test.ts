import { FORMATS } from "../../formats";
import { hourOf } from "../../formats/hour";
import { renderAddPartitions } from "../../formats/render/add-partitions-ddl";
import { athenaDdlStatements } from "../../formats/render/athena-ddl-file";
import {
  type LakeTable,
  lakeColumnNames,
  renderAddLakeColumns,
  renderCommitPartition,
  renderCountUnparsed,
  renderCreateLakeTable,
  renderDeleteBefore,
  renderOptimize,
  renderUnparsedView,
  renderVacuum,
} from "../../formats/render/lake-sql";
import {
  renderCommittedFiles,
  renderCommittedHours,
  renderKnownPartitions,
  renderLastCommit,
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

describe.each(
  tables.map((table) => [`${table.format.id}${table.bySource ? " by source" : ""}`, table] as const),
)("the statements of %s", (_, table) => {
  it("are what they were", () => {
    expect({
      create: renderCreateLakeTable(table),
      addColumns: renderAddLakeColumns(table, new Set(["log_file", "dt"])),
      commit: renderCommitPartition(table, partitionOf(table)),
      view: renderUnparsedView(table),
      count: renderCountUnparsed(table, "2026-11-23"),
      optimize: renderOptimize(table, "2026-11-23"),
      vacuum: renderVacuum(table),
    }).toMatchSnapshot();
  });

  it("are sentences of the grammars that Athena's are made of", () => {
    expect(syntaxErrors("iceberg", renderCreateLakeTable(table))).toEqual([]);
    expect(syntaxErrors("hive", renderAddLakeColumns(table, new Set(["log_file"])))).toEqual([]);
    expect(syntaxErrors("hive", renderAddPartitions("logs", "t_raw", "b", [partitionOf(table)]))).toEqual([]);
    for (const sql of [
      renderCommitPartition(table, partitionOf(table)),
      renderUnparsedView(table),
      renderCountUnparsed(table, "2026-11-23"),
      renderKnownPartitions(table, HOUR, HOUR),
      renderCommittedHours(table, HOUR, HOUR),
      renderCommittedFiles(table, [partitionOf(table), partitionOf(table)]),
      renderLastCommit(table),
      renderDeleteBefore(table, "2026-11-23"),
    ]) {
      expect(syntaxErrors("trino", sql)).toEqual([]);
    }
  });
});

it("the statements of athena.ddl are sentences of Hive's grammar", () => {
  const statements = Object.values(athenaDdlStatements({ database: "logs", bucket: "b" }));
  expect(statements).toHaveLength(2);
  for (const sql of statements) expect(syntaxErrors("hive", sql)).toEqual([]);
});

it("the grammars do refuse what is wrong", () => {
  expect(syntaxErrors("trino", "INSERT INTO t SELECT FROM WHERE")).not.toEqual([]);
  expect(syntaxErrors("hive", "ALTER TABLE t ADD PARTITIONS")).not.toEqual([]);
  expect(syntaxErrors("iceberg", "CREATE TABLE t (a string) PARTITIONED BY day(a")).not.toEqual([]);
});

describe("the typed table", () => {
  const [table] = tables;
  if (!table) throw new Error("no table");

  it("has the format's columns, the file, and the partition keys of the text", () => {
    expect(lakeColumnNames(table).slice(0, 3)).toEqual(["type", "time", "elb"]);
    expect(lakeColumnNames(table).slice(-3)).toEqual(["log_file", "dt", "hour"]);
    expect(lakeColumnNames({ ...table, bySource: true }).slice(-3)).toEqual(["source", "dt", "hour"]);
  });

  it("gets only the columns that it lacks", () => {
    expect(renderAddLakeColumns(table, new Set(["elb_error_code", "unknown"]))).toBe(
      "ALTER TABLE `logs`.`alb_access_logs` ADD COLUMNS (`elb_error_code` string)",
    );
    expect(() => renderAddLakeColumns(table, new Set(["unknown"]))).toThrow("at least one column");
  });

  it("is not told SQL by the name of a source", () => {
    const partition = { table: "alb_access_logs", hour: HOUR, source: "x' OR '1'='1" };
    expect(renderCommitPartition({ ...table, bySource: true }, partition)).toContain("'x'' OR ''1''=''1'");
  });

  it("is named without quotes where Athena takes none, and merged day by day", () => {
    expect(renderVacuum(table)).toBe("VACUUM logs.alb_access_logs");
    expect(renderOptimize(table, "2026-12-31")).toBe(
      `OPTIMIZE logs.alb_access_logs REWRITE DATA USING BIN_PACK
WHERE "time" >= TIMESTAMP '2026-12-31 00:00:00' AND "time" < TIMESTAMP '2027-01-01 00:00:00'`,
    );
    expect(() => renderOptimize(table, "2026-02-30")).toThrow('a day is YYYY-MM-DD, got "2026-02-30"');
    expect(() => renderVacuum({ ...table, database: "a; b" })).toThrow("cannot be a name in SQL");
  });

  it("refuses a database that is no plain name", () => {
    expect(() => renderCreateLakeTable({ ...table, database: "a`b" })).toThrow("cannot be a name in SQL");
  });
});
