import { FORMATS } from "../../formats";
import type { ConfiguredSource } from "../../formats/configured-source";
import { CONFIGURATION_KEY } from "../../formats/partition-layout";
import { lakeColumnNames } from "../../formats/render/lake-sql";
import { type AthenaServer, ROWS_PER_INSERT, startAthenaServer } from "../helpers/athena-server";
import { invokeHandler } from "../helpers/invoke-handler";
import { type S3Server, startS3Server } from "../helpers/s3-server";

let athena: AthenaServer;
let s3: S3Server;

beforeEach(async () => {
  athena = await startAthenaServer();
  s3 = await startS3Server();
  s3.put("logs", "raw/x", "");
  for (const method of ["log", "info", "warn", "error"] as const)
    jest.spyOn(console, method).mockImplementation();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await athena.close();
  await s3.close();
});

const MARKER = "_touched/alb_access_logs/dt=2026-11-23/hour=07";
const LATE_MARKER = "_touched/alb_access_logs/dt=2026-11-22/hour=09";
const NOTE = "_commits/current.json";
const COLUMNS = lakeColumnNames({ format: FORMATS.alb, database: "logs", bucket: "b", bySource: false });

const ALB: ConfiguredSource = { name: "web", format: "alb", prefix: "web/AWSLogs/" };
const invoke = (
  remainingMs = 900_000,
  PARTITIONS = "managed",
  sources: readonly ConfiguredSource[] = [ALB],
) =>
  invokeHandler(
    "transform-partition",
    { athena, s3, sources, environment: { PARTITIONS } },
    { scheduledTime: "2026-11-23T07:50:00Z" },
    { getRemainingTimeInMillis: () => remainingMs },
  );
const keys = (prefix: string) =>
  s3.keys("logs").filter((key) => key.startsWith(prefix) && key !== CONFIGURATION_KEY);
const statements = (start: string) => athena.queries.filter(({ sql }) => sql.startsWith(start));
const inserts = () => statements("INSERT INTO");

describe("transform-partition", () => {
  beforeEach(() => athena.tables.set("alb_access_logs", COLUMNS));

  it("runs no statement when no file came", async () => {
    expect(await invoke()).toEqual({
      committed: 0,
      waiting: 0,
      bytesScanned: 0,
      rows: 0,
      secondsToLake: 0,
    });
    expect(athena.submissions).toBe(0);
  });

  it("commits each touched partition with one statement, the oldest hour first", async () => {
    s3.put("logs", MARKER, "1");
    s3.put("logs", LATE_MARKER, "1");
    expect(await invoke()).toMatchObject({
      committed: 2,
      waiting: 0,
      bytesScanned: 2000,
      rows: 2 * ROWS_PER_INSERT,
    });
    expect(inserts().map(({ sql }) => /"dt" = '([\d-]+)'/.exec(sql)?.[1])).toEqual([
      "2026-11-22",
      "2026-11-23",
    ]);
    expect(keys("_")).toEqual([]);
  });

  it("makes sure that the catalog knows the partition before it reads it", async () => {
    s3.put("logs", LATE_MARKER, "1");
    await invoke();
    expect([...athena.partitions]).toEqual([
      "alb_access_logs_raw/dt=2026-11-22/hour=09",
      "alb_access_logs_lines/dt=2026-11-22/hour=09",
    ]);
    expect(athena.queries.at(-1)).toBe(inserts()[0]);
  });

  it("adds no partition where Athena computes them", async () => {
    s3.put("logs", MARKER, "1");
    await invoke(900_000, "projection");
    expect(athena.partitions.size).toBe(0);
    expect(inserts()).toHaveLength(1);
  });

  it("creates the table and the view of unparsed lines once", async () => {
    athena.tables.clear();
    s3.put("logs", MARKER, "1");
    await invoke();
    s3.put("logs", MARKER, "2");
    await invoke();
    expect(statements("CREATE TABLE")).toHaveLength(1);
    expect(statements("CREATE OR REPLACE VIEW")).toHaveLength(1);
    expect(athena.tables.get("alb_access_logs")).toEqual(COLUMNS);
  });

  it("adds a column that the format got since, once, without touching data", async () => {
    athena.tables.set(
      "alb_access_logs",
      COLUMNS.filter((name) => name !== "elb_error_code"),
    );
    s3.put("logs", MARKER, "1");
    await invoke();
    s3.put("logs", MARKER, "2");
    await invoke();
    expect(statements("ALTER TABLE `logs`.`alb_access_logs` ADD COLUMNS").map(({ sql }) => sql)).toEqual([
      "ALTER TABLE `logs`.`alb_access_logs` ADD COLUMNS (`elb_error_code` string)",
    ]);
  });

  it("keeps a marker that was written anew while its partition was committed", async () => {
    s3.put("logs", MARKER, "1");
    s3.setFault(({ method, key }) => {
      if (method === "DELETE" && key === MARKER) s3.put("logs", MARKER, "2");
      return undefined;
    });
    await invoke();
    expect(keys("_")).toEqual([MARKER]);
  });

  it("finishes what a crashed run had noted before it does anything else", async () => {
    s3.put(
      "logs",
      NOTE,
      JSON.stringify({ sql: "INSERT INTO x SELECT 1", token: "t", markerKey: MARKER, markerEtag: "?" }),
    );
    s3.put("logs", MARKER, "1");
    expect(await invoke()).toMatchObject({ committed: 2 });
    expect(inserts()[0]?.sql).toBe("INSERT INTO x SELECT 1");
    expect(keys("_")).toEqual([]);
  });

  it("carries the others out when one statement fails, keeps its marker, and reports it", async () => {
    s3.put("logs", MARKER, "1");
    s3.put("logs", LATE_MARKER, "1");
    athena.setFates({}, {}, { end: "FAILED", reason: "HIVE_BAD_DATA: no" });
    await expect(invoke()).rejects.toMatchObject({
      code: "QUERY_FAILED",
      message: expect.stringContaining("HIVE_BAD_DATA"),
    });
    expect(keys("_")).toEqual([LATE_MARKER]);
    expect(await invoke()).toMatchObject({ committed: 1 });
    expect(keys("_")).toEqual([]);
  });

  it("begins nothing when its time is nearly over", async () => {
    s3.put("logs", MARKER, "1");
    expect(await invoke(20_000)).toMatchObject({ committed: 0, waiting: 1 });
    expect(inserts()).toEqual([]);
  });
});

describe("transform-partition of a table whose rows must not tell all", () => {
  const SALT = "_privacy/salt";
  const HASHED = [{ ...ALB, privacy: { clientIps: "hash", queryStrings: "drop" } }] as const;
  const valueOfClientIp = () => /^.*client_ip.*$/m.exec(inserts().at(-1)?.sql.split("SELECT")[1] ?? "")?.[0];
  beforeEach(() => {
    athena.tables.set("alb_access_logs", COLUMNS);
    s3.put("logs", MARKER, "1");
  });

  it("truncates without a secret", async () => {
    await invoke(900_000, "managed", [{ ...ALB, privacy: { clientIps: "truncate" } }]);
    expect(valueOfClientIp()).toContain("COALESCE(NULLIF(regexp_extract(");
    expect(s3.read("logs", SALT)).toBeUndefined();
  });

  it("hashes with a secret that it draws once", async () => {
    await invoke(900_000, "managed", HASHED);
    const salt = s3.read("logs", SALT);
    expect(salt).toMatch(/^[0-9a-f]{64}$/);
    expect(valueOfClientIp()).toContain(`sha256(to_utf8('${salt}' || `);
    s3.put("logs", MARKER, "2");
    await invoke(900_000, "managed", HASHED);
    expect(s3.read("logs", SALT)).toBe(salt);
    expect(valueOfClientIp()).toContain(`'${salt}'`);
  });

  it("hashes with a secret that somebody put there, and tells nobody of it", async () => {
    s3.put("logs", SALT, "the same as elsewhere\n");
    const printed: string[] = [];
    for (const method of ["log", "info", "warn", "error", "debug"] as const)
      jest
        .spyOn(console, method)
        .mockImplementation((...line: unknown[]) => void printed.push(line.join(" ")));
    athena.setFates({}, {}, { end: "FAILED", reason: "HIVE_BAD_DATA: no" });
    await expect(invoke(900_000, "managed", HASHED)).rejects.toThrow("HIVE_BAD_DATA");
    expect(valueOfClientIp()).toContain("'the same as elsewhere'");
    expect(printed.join("\n")).toContain("HIVE_BAD_DATA");
    expect(printed.join("\n")).not.toContain("the same as elsewhere");
  });

  it("commits nothing with a secret that is none", async () => {
    s3.put("logs", SALT, "short");
    await expect(invoke(900_000, "managed", HASHED)).rejects.toThrow("_privacy/salt holds 5 characters");
    expect(inserts()).toEqual([]);
    expect(keys("_touched/")).toEqual([MARKER]);
  });

  it("follows the rule of the source whose partition it commits", async () => {
    s3.put("logs", "_touched/alb_access_logs/source=shop/dt=2026-11-23/hour=07", "1");
    s3.put("logs", "_touched/alb_access_logs/source=web/dt=2026-11-23/hour=07", "1");
    athena.tables.set("alb_access_logs", [...COLUMNS, "source"]);
    await invoke(900_000, "managed", [
      { ...ALB, name: "shop", partition: true },
      { ...ALB, partition: true, privacy: { clientIps: "truncate" } },
    ]);
    const isPrivate = Object.fromEntries(
      inserts().map(({ sql }) => [/"source" = '(\w+)'/.exec(sql)?.[1], sql.includes("regexp_extract")]),
    );
    expect(isPrivate).toEqual({ shop: false, web: true });
  });
});

describe("maintain-lake", () => {
  const maintain = () =>
    invokeHandler(
      "maintain-lake",
      { athena, s3, environment: { PARTITIONS: "managed" } },
      { scheduledTime: "2026-11-23T03:30:00Z" },
    );
  beforeEach(() => athena.tables.set("alb_access_logs", COLUMNS));

  it("merges files, deletes leftovers, and counts the unparsed lines of a finished day", async () => {
    athena.setValue("7");
    expect(await maintain()).toEqual([{ table: "alb_access_logs", dt: "2026-11-21", unparsed: 7 }]);
    const days = statements("OPTIMIZE").map(({ sql }) => /TIMESTAMP '(\S+) 00:00:00'/.exec(sql)?.[1]);
    expect(days).toEqual(["2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"]);
    expect(statements("VACUUM")).toHaveLength(1);
  });

  it("deletes the days that are older than rows are kept, before it merges", async () => {
    await invokeHandler(
      "maintain-lake",
      { athena, s3, environment: { PARTITIONS: "managed", RETENTION_DAYS: "400" } },
      { scheduledTime: "2026-11-23T03:30:00Z" },
    );
    expect(statements("DELETE").map(({ sql }) => sql)).toEqual([
      `DELETE FROM "logs"."alb_access_logs"\nWHERE "time" < TIMESTAMP '2025-10-19 00:00:00'`,
    ]);
    const order = athena.queries.map(({ sql }) => sql.split(" ")[0]);
    expect(order.indexOf("DELETE")).toBeLessThan(order.indexOf("OPTIMIZE"));
  });

  it("deletes nothing unless it is told to", async () => {
    await maintain();
    expect(statements("DELETE")).toEqual([]);
  });

  it("goes on as long as Athena asks for more runs", async () => {
    const more = { end: "FAILED", reason: "ICEBERG_OPTIMIZE_MORE_RUNS_NEEDED: run again" } as const;
    athena.setFates({}, more, more);
    await maintain();
    const first = statements("OPTIMIZE").filter(({ sql }) =>
      sql.includes('"time" >= TIMESTAMP \'2026-11-20'),
    );
    expect(first).toHaveLength(3);
  });

  it("hides the text of unparsed lines where rows must not tell all, and counts them still", async () => {
    athena.setValue("7");
    const result = await invokeHandler(
      "maintain-lake",
      {
        athena,
        s3,
        sources: [{ ...ALB, privacy: { clientIps: "truncate" } }],
        environment: { PARTITIONS: "managed" },
      },
      { scheduledTime: "2026-11-23T03:30:00Z" },
    );
    expect(result).toMatchObject([{ unparsed: 7 }]);
    expect(statements("CREATE OR REPLACE VIEW")[0]?.sql).toContain('SELECT CAST(NULL AS varchar) AS "line"');
  });

  it("fails with Athena's reason", async () => {
    athena.setFates({}, { end: "FAILED", reason: "no such table" });
    await expect(maintain()).rejects.toMatchObject({ message: expect.stringContaining("no such table") });
  });
});
