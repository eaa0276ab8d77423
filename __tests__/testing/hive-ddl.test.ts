import { FORMATS } from "../../formats";
import { hourOf } from "../../formats/hour";
import { renderAddPartitions } from "../../formats/render/add-partitions-ddl";
import { renderAddLakeColumns, renderCreateLakeTable } from "../../formats/render/lake-sql";
import { parseHiveDdl } from "../../testing/athena/hive-ddl";

const TABLE = { format: FORMATS.alb, database: "logs", bucket: "b", bySource: false };
const NAME = { database: "logs", table: "alb_access_logs" };

describe("Hive DDL", () => {
  it("is parsed as Athena parses the statement that creates a typed table", () => {
    const statement = parseHiveDdl(renderCreateLakeTable(TABLE));
    expect(statement).toMatchObject({
      kind: "create-table",
      name: NAME,
      ifNotExists: true,
      partitioning: ["day(time)"],
      location: "s3://b/lake/alb_access_logs/",
      properties: { table_type: "ICEBERG", format: "parquet" },
    });
    expect(statement.kind === "create-table" && statement.columns[1]).toEqual({
      name: "time",
      type: "timestamp",
    });
  });

  it("is parsed to the columns and partitions that a statement adds", () => {
    expect(parseHiveDdl(renderAddLakeColumns(TABLE, new Set(["elb_error_code"])))).toEqual({
      kind: "add-columns",
      name: NAME,
      columns: [{ name: "elb_error_code", type: "string" }],
    });
    const hour = hourOf(Date.parse("2026-11-23T07:00:00Z"));
    const partition = { table: NAME.table, source: "web", hour };
    expect(
      parseHiveDdl(renderAddPartitions("logs", `${NAME.table}_raw`, "b", [partition, partition])),
    ).toMatchObject({
      kind: "add-partitions",
      name: { database: "logs", table: "alb_access_logs_raw" },
      ifNotExists: true,
      partitions: [
        {
          keys: [
            ["source", "web"],
            ["dt", "2026-11-23"],
            ["hour", "07"],
          ],
          location: "s3://b/raw/alb_access_logs/source=web/dt=2026-11-23/hour=07/",
        },
        expect.anything(),
      ],
    });
  });

  it("is refused with the error of Hive's parser", () => {
    expect(() => parseHiveDdl('ALTER TABLE "logs"."t" ADD COLUMNS (`a` int)')).toThrow(
      `FAILED: ParseException line 1:12 cannot recognize input near '"' 'logs' '"' in table name`,
    );
    expect(() => parseHiveDdl("ALTER TABLE `a`.`t`\nADD COLUMNS (`a` int")).toThrow(
      "FAILED: ParseException line 1:0 cannot recognize input near '<EOF>' '<EOF>' '<EOF>' in column specification",
    );
    expect(() => parseHiveDdl("ALTER TABLE `a`.`t` ADD COLUMNS (`a` int) CASCADE x")).toThrow(
      "ParseException",
    );
  });
});
