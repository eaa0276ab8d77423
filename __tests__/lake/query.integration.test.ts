import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { openLake, queryLake } from "../../lake/query";
import { spillFolder } from "../../lake/spill-folder";
import { albKey, rowsOf, type TestLake, testLake } from "../helpers/lake";
import { albLine } from "../helpers/lines";

let lake: TestLake;
beforeAll(async () => {
  lake = testLake();
  lake.put(albKey(), [albLine(), albLine({ type: "h2" })].join("\n"));
  await lake.ingest();
});
afterAll(() => lake.delete());

const parquetFiles = () =>
  readdirSync(join(lake.lake, "typed"), { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.parquet$/.test(name),
  );

describe("a query of a lake", () => {
  it.each([
    ["SELECT", "SELECT count(*) AS n FROM alb_access_logs", [{ n: 2 }]],
    [
      "a comment before it",
      "-- how many?\n/* rows */ SELECT count(*) AS n FROM alb_access_logs;",
      [{ n: 2 }],
    ],
    ["WITH", "WITH t AS (SELECT type FROM alb_access_logs) SELECT count(*) AS n FROM t", [{ n: 2 }]],
    ["FROM", "FROM alb_access_logs SELECT count(*) AS n", [{ n: 2 }]],
    ["VALUES", "VALUES (1)", [{ col0: 1 }]],
    [
      "PIVOT",
      "PIVOT alb_access_logs ON type USING count(*) GROUP BY dt",
      [{ dt: "2026-11-23", h2: 1, https: 1 }],
    ],
    [
      "PIVOT in a query",
      "SELECT h2 FROM (PIVOT alb_access_logs ON type USING count(*) GROUP BY dt)",
      [{ h2: 1 }],
    ],
  ])("can be %s", async (_, sql, rows) => {
    expect(await lake.query(sql)).toEqual(rows);
  });

  it.each([
    "DESCRIBE alb_access_logs",
    "SHOW TABLES",
    "SUMMARIZE alb_access_logs",
    "EXPLAIN SELECT type FROM alb_access_logs",
    "EXPLAIN ANALYZE SELECT type FROM alb_access_logs",
    "EXPLAIN (FORMAT json) FROM alb_access_logs",
  ])("can be %s", async (sql) => {
    expect((await lake.query(sql)).length).toBeGreaterThan(0);
  });

  it.each([
    ["COPY alb_access_logs TO 'FILE'", "another statement"],
    ["EXPLAIN ANALYZE COPY alb_access_logs TO 'FILE'", "another statement"],
    ["EXPLAIN (ANALYZE) COPY alb_access_logs TO 'FILE'", "another statement"],
    ["EXPLAIN (/* ) SELECT 1 -- */ ANALYZE) COPY alb_access_logs TO 'FILE'", "another statement"],
    ["CREATE TABLE t AS SELECT 1", "another statement"],
    ["CREATE TABLE t AS SELECT 1; SELECT 1", "another statement"],
    ["/* /* */ SELECT */ EXPORT DATABASE 'FILE'", "another statement"],
    ["SELECT 1; SELECT 2", "more than one statement"],
    ["SELECT 1; COPY alb_access_logs TO 'FILE'", "more than one statement"],
    ["PIVOT alb_access_logs ON type USING count(*); SELECT 1", "more than one statement"],
    ["ATTACH 'FILE' AS other", "another statement"],
    ["EXPORT DATABASE 'FILE'", "another statement"],
    ["INSTALL httpfs", "another statement"],
    ["SET enable_external_access = true", "another statement"],
    ["DROP VIEW alb_access_logs", "another statement"],
    ["SELECT * FROM set_config('threads', '1')", "does not exist"],
  ])("is refused if it does more than read: %s", async (sql, reason) => {
    const file = join(lake.lake, "typed", "alb_access_logs", "new.parquet");
    await expect(lake.query(sql.replace("FILE", file))).rejects.toThrow(reason);
    expect(existsSync(file)).toBe(false);
  });

  it.each([
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('SALT')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_csv('../../../etc/passwd')",
    "SELECT * FROM read_text('SALT/../typed/../privacy.json')",
  ])("reads no file but those of the typed tables: %s", async (sql) => {
    const text = sql.replace("SALT", join(lake.lake, "typed", ".."));
    await expect(lake.query(text)).rejects.toThrow(/^SQL failed: (?:Permission|IO|Catalog) Error/);
  });

  it.each([
    ["1.50::DECIMAL(9, 2)", 1.5],
    ["-0.000000000000001::DECIMAL(18, 15)", -1e-15],
    ["123456789012345.67::DECIMAL(18, 2)", "123456789012345.67"],
    ["12345678901234567890::DECIMAL(38, 0)", "12345678901234567890"],
  ])("gives %s without the loss of a digit", async (value, expected) => {
    expect(await lake.query(`SELECT ${value} AS n`)).toEqual([{ n: expected }]);
  });

  it("reads a column that no file has as NULL, and one that some have", async () => {
    const older = testLake();
    older.put(albKey(), albLine());
    await older.ingest();
    rmSync(join(older.lake, ".columns.json"));
    const [file = ""] = readdirSync(join(older.lake, "typed"), { recursive: true, encoding: "utf8" }).filter(
      (name) => name.endsWith(".parquet"),
    );
    const path = join(older.lake, "typed", file);
    const copy = join(older.lake, "typed", file.replace(/[^/\\]*$/, "0123456789abcdef.parquet"));
    const without = `COPY (SELECT * EXCLUDE (trace_id, type) FROM read_parquet('${path}')) TO '${copy}' (FORMAT parquet)`;
    await queryLake(older.lake, without, rowsOf, { isUnsafe: true });
    const sql = "SELECT type, trace_id IS NULL AS is_missing, dt FROM alb_access_logs ORDER BY 1";
    const both = [
      { type: "https", is_missing: false, dt: "2026-11-23" },
      { type: null, is_missing: true, dt: "2026-11-23" },
    ];
    expect(await older.query(sql)).toEqual(both);
    rmSync(path);
    expect(await older.query(sql)).toEqual(both.slice(1));
    older.delete();
  });

  it("runs any SQL if the option is set", async () => {
    const file = join(lake.lake, "..", "rows.csv");
    const sql = `SET threads = 1; COPY (SELECT type FROM alb_access_logs ORDER BY 1) TO '${file}' (HEADER false)`;
    await queryLake(lake.lake, sql, rowsOf, { isUnsafe: true });
    expect(readFileSync(file, "utf8")).toBe("h2\nhttps\n");
  });

  it("shows an error while its rows are read as one line of SQL's", async () => {
    const sql = "SELECT CAST(CASE WHEN range = 99999 THEN 'x' ELSE '1' END AS INTEGER) FROM range(100000)";
    await expect(lake.query(sql)).rejects.toThrow(/^SQL failed: Conversion Error: .*'x'/);
  });

  it("does not show an error of the program that uses the rows as one of SQL's", async () => {
    const broken = queryLake(lake.lake, "SELECT 1", async () => {
      throw new Error("no space left");
    });
    await expect(broken).rejects.toThrow(/^no space left$/);
  });

  it("leaves no folder, and deletes those of killed queries, but none of another machine or container", async () => {
    const killed = basename(spillFolder(lake.lake)).replace(/\d+$/, "99999999");
    const container = `.query-${hostname().replaceAll(/[^A-Za-z0-9.-]/g, "_")}-pid__1_-99999999`;
    const elsewhere = [".query-other.machine-99999999", container].sort();
    for (const name of [killed, ...elsewhere]) {
      mkdirSync(join(lake.lake, name));
      writeFileSync(join(lake.lake, name, "duckdb_temp_storage-0.tmp"), "text");
    }
    await lake.query("SELECT 1");
    expect(
      readdirSync(lake.lake)
        .filter((name) => name.startsWith(".query"))
        .sort(),
    ).toEqual(elsewhere);
    expect(parquetFiles()).toHaveLength(1);
  });
});

it.each([5000, 50_000])("a lake gives %i numbers as columns, also while their use waits", async (rows) => {
  const open = await openLake(lake.lake);
  try {
    const read: number[][] = [];
    await open.numbers(
      `SELECT CAST(range AS double), 0 - range / 2e0 FROM range(${rows})`,
      async (columns) => {
        await setImmediate();
        read.push(...columns.map((column) => [...column]));
      },
    );
    const halves = read.filter((_, index) => index % 2 === 1).flat();
    expect(read.length).toBeGreaterThan(2);
    expect(halves.toSorted((a, b) => b - a)).toEqual(
      Array.from({ length: rows }, (_, index) => 0 - index / 2),
    );
  } finally {
    open.close();
  }
});

it("a lake that is opened for some tables has no others", async () => {
  const open = await openLake(lake.lake, { tables: ["alb_access_logs"] });
  try {
    expect((await open.read("SELECT count(*) FROM alb_access_logs")).rows).toHaveLength(1);
    await expect(open.read("SELECT count(*) FROM waf_logs")).rejects.toThrow("waf_logs does not exist");
  } finally {
    open.close();
  }
});

it("a lake keeps the rows of a program's SELECT, which has the memory it was given and reads no other file", async () => {
  const open = await openLake(lake.lake, { memoryLimit: "300MB" });
  try {
    await open.keep("types", "SELECT type FROM alb_access_logs");
    await open.keep(
      "types",
      "SELECT type, current_setting('memory_limit') AS memory FROM types WHERE type = 'h2'",
    );
    expect(await open.query("FROM types", rowsOf)).toEqual([{ type: "h2", memory: "286.1 MiB" }]);
    await expect(open.keep("types", "SELECT * FROM read_text('/etc/passwd')")).rejects.toThrow(
      /^SQL failed:/,
    );
  } finally {
    open.close();
  }
});

describe("a file that is damaged after its first rows", () => {
  let damaged: TestLake;
  beforeAll(async () => {
    damaged = testLake();
    // Several row groups, of which DuckDB reads the first ones before it comes to the last.
    const lines = Array.from({ length: 60_000 }, (_, index) =>
      albLine({ trace_id: `"Root=1-${createHash("sha256").update(String(index)).digest("hex")}"` }),
    );
    damaged.put(albKey(), lines.join("\n"));
    await damaged.ingest();
    const typed = join(damaged.lake, "typed");
    const [file = ""] = readdirSync(typed, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".parquet"),
    );
    const path = join(typed, file);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0x5a, Math.floor(bytes.length * 0.6), Math.floor(bytes.length * 0.7)));
  });
  afterAll(() => damaged.delete());

  const SQL = "SELECT trace_id FROM alb_access_logs";
  const FAILED = /^SQL failed: ./;

  it("fails a query, instead of ending its rows early", async () => {
    await expect(damaged.query(SQL)).rejects.toThrow(FAILED);
  });

  it.each(["csv", "json"] as const)("fails %s", async (format) => {
    const open = await openLake(damaged.lake);
    await expect(open.text(SQL, { format }, async () => undefined)).rejects.toThrow(FAILED);
    open.close();
  });

  it("fails a spreadsheet", async () => {
    const file = join(damaged.lake, "..", "rows.xlsx");
    const open = await openLake(damaged.lake, { file });
    await expect(open.save(SQL, { format: "xlsx" })).rejects.toThrow(FAILED);
    open.close();
  });

  it("fails numbers", async () => {
    const open = await openLake(damaged.lake);
    const select = "SELECT CAST(length(trace_id) AS double) FROM alb_access_logs";
    await expect(open.numbers(select, () => undefined)).rejects.toThrow(FAILED);
    open.close();
  });
});
