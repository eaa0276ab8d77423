import { parseStatement } from "../../testing/athena/statement";

const parse = (sql: string) => parseStatement(sql, "logs");

describe("Athena's statements", () => {
  it.each([
    ["OPTIMIZE logs.t REWRITE DATA USING BIN_PACK", { kind: "optimize", where: "" }],
    ["OPTIMIZE logs.t REWRITE DATA USING BIN_PACK\nWHERE a = 1", { kind: "optimize", where: "WHERE a = 1" }],
    ["VACUUM logs.t", { kind: "vacuum" }],
    ['INSERT INTO "logs"."t" SELECT 1', { kind: "insert" }],
    ["INSERT INTO t SELECT 1", { kind: "insert" }],
    ['DELETE FROM "logs"."t" WHERE a = 1', { kind: "delete" }],
    ['CREATE OR REPLACE VIEW "logs"."t" AS SELECT 1', { kind: "view" }],
  ])("are classified: %s", (sql, expected) => {
    expect(parse(sql)).toEqual({ ...expected, name: { database: "logs", table: "t" } });
  });

  it.each(["SELECT 1", "-- a comment\nSELECT 1", "WITH a AS (SELECT 1) SELECT * FROM a", "SHOW TABLES"])(
    "go to Trino if they change nothing: %s",
    (sql) => {
      expect(parse(sql)).toEqual({ kind: "select" });
    },
  );

  it.each([
    'VACUUM "logs"."t"',
    "VACUUM `logs`.`t`",
    'OPTIMIZE "logs"."t" REWRITE DATA USING BIN_PACK',
    "-- a comment\nOPTIMIZE logs.t",
  ])("are refused with Athena's error where Athena cannot parse them: %s", (sql) => {
    const word = sql.includes("VACUUM") ? "VACUUM" : "OPTIMIZE";
    expect(() => parse(sql)).toThrow(`line 1:1: mismatched input '${word}'. Expecting: 'ALTER', 'ANALYZE'`);
  });
});
