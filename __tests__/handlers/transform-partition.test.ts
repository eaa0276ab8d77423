import { FORMATS } from "../../formats";
import type { ConfiguredSource } from "../../formats/configured-source";
import { CONFIGURATION_KEY } from "../../formats/partition-layout";
import { commitHead, lakeColumnNames } from "../../formats/render/lake-sql";
import { reasonKeyOf, rejectedKeyOf } from "../../handlers/core/rejected-files";
import { type AthenaServer, ROWS_PER_INSERT, startAthenaServer } from "../../testing/athena-server";
import { type S3Server, startS3Server } from "../../testing/s3-server";
import { albFileKey, LOGS } from "../helpers/delivered";
import { type EmbeddedMetrics, embeddedMetrics } from "../helpers/embedded-metrics";
import { invokeHandler } from "../helpers/invoke-handler";
import { filesInNote, putNotes } from "../helpers/notes";

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

const FILE = "raw/alb_access_logs/dt=2026-11-23/hour=07/a.gz";
const LATE_FILE = "raw/alb_access_logs/dt=2026-11-22/hour=09/b.gz";
const CLOUDFRONT_FILE = "raw/cloudfront_access_logs/dt=2026-11-23/hour=07/c.gz";
const TABLE = { format: FORMATS.alb, database: "logs", bucket: "b", bySource: false };
const RECORD = "_commits/alb_access_logs/0000000001";
const COLUMNS = lakeColumnNames(TABLE);

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
const note = (...files: readonly string[]) => putNotes(s3, "logs", files);
const BOTH_TABLES = [ALB, { name: "cdn", format: "cloudfront", prefix: "cf/" }] as const;

describe("transform-partition", () => {
  beforeEach(() => athena.tables.set("alb_access_logs", COLUMNS));

  it("runs no statement when no file arrived", async () => {
    expect(await invoke()).toEqual([
      {
        table: "alb_access_logs",
        committed: 0,
        waiting: 0,
        bytesScanned: 0,
        rows: 0,
        secondsToLake: 0,
        rejected: [],
      },
    ]);
    expect(athena.submissions).toBe(0);
  });

  it("commits the noted files of all hours with one statement, and deletes their notes", async () => {
    await note(FILE, LATE_FILE);
    await note(FILE.replace("a.gz", "z.gz"));
    expect(await invoke()).toMatchObject([
      { table: "alb_access_logs", committed: 2, waiting: 0, bytesScanned: 1000, rows: ROWS_PER_INSERT },
    ]);
    const [insert, ...others] = inserts();
    expect(others).toEqual([]);
    expect(insert?.sql).toContain(
      `("dt" = '2026-11-22' AND "hour" IN ('09') OR "dt" = '2026-11-23' AND "hour" IN ('07'))`,
    );
    for (const file of [FILE, LATE_FILE, FILE.replace("a.gz", "z.gz")])
      expect(insert?.sql).toContain(`'s3://logs/${file}'`);
    expect(keys("_arrivals/")).toEqual([]);
  });

  it("records each commit and its result", async () => {
    const notes = await note(FILE);
    await invoke();
    expect(keys("_commits/")).toEqual([`${RECORD}.counted.json`, `${RECORD}.done.json`, `${RECORD}.json`]);
    expect(JSON.parse(s3.read("logs", `${RECORD}.json`) ?? "")).toEqual({
      sql: inserts()[0]?.sql,
      token: expect.any(String),
      notes,
      partitions: ["alb_access_logs/dt=2026-11-23/hour=07"],
      text: {
        files: [`s3://logs/${FILE}`],
        sql: expect.stringContaining(`"log_file" IN ('s3://logs/${FILE}')`),
      },
    });
    expect(JSON.parse(s3.read("logs", `${RECORD}.counted.json`) ?? "")).toEqual({ unparsed: 0 });
    expect(JSON.parse(s3.read("logs", `${RECORD}.done.json`) ?? "")).toEqual({
      state: "committed",
      queryId: inserts()[0]?.id,
    });
  });

  it("counts the unparsed lines of the files if it wrote fewer rows than it read lines", async () => {
    await note(FILE, LATE_FILE);
    athena.setAnswer((operation) =>
      operation === "GetQueryRuntimeStatistics"
        ? { QueryRuntimeStatistics: { Rows: { InputRows: ROWS_PER_INSERT + 5 } } }
        : undefined,
    );
    athena.setValue(`2 s3://logs/${FILE}\n3 s3://logs/${LATE_FILE}`);
    expect(await invoke()).toMatchObject([{ unparsed: 5 }]);
    const [count, ...others] = statements("SELECT");
    expect(others).toEqual([]);
    expect(count?.sql).toContain('FROM "logs"."alb_access_logs_unparsed"');
    for (const file of [FILE, LATE_FILE]) expect(count?.sql).toContain(`'s3://logs/${file}'`);
    expect(JSON.parse(s3.read("logs", `${RECORD}.counted.json`) ?? "")).toEqual({
      unparsed: 5,
      files: [LATE_FILE, FILE].map((key) => `s3://logs/${key}`),
    });
  });

  it("commits also when the unparsed lines cannot be counted, and reports it", async () => {
    await note(FILE);
    athena.setAnswer((operation) =>
      operation === "GetQueryRuntimeStatistics"
        ? { QueryRuntimeStatistics: { Rows: { InputRows: ROWS_PER_INSERT + 5 } } }
        : undefined,
    );
    athena.setFates({ of: /^SELECT/, end: "FAILED", reason: "PERMISSION_DENIED: no" });
    await expect(invoke()).rejects.toThrow("PERMISSION_DENIED");
    expect(keys("_arrivals/")).toEqual([]);
    expect(keys("_commits/")).toEqual([`${RECORD}.done.json`, `${RECORD}.json`]);
  });

  it("reports its work for each table", async () => {
    athena.tables.set("cloudfront_access_logs", lakeColumnNames({ ...TABLE, format: FORMATS.cloudfront }));
    await note(FILE, CLOUDFRONT_FILE);
    expect(await invoke(900_000, "managed", BOTH_TABLES)).toMatchObject([
      { table: "alb_access_logs", committed: 1 },
      { table: "cloudfront_access_logs", committed: 1 },
    ]);
    expect(inserts()).toHaveLength(2);
  });

  it("adds the partition to the catalog before it reads the partition", async () => {
    await note(LATE_FILE);
    await invoke();
    expect([...athena.partitions]).toEqual([
      "alb_access_logs_raw/dt=2026-11-22/hour=09",
      "alb_access_logs_lines/dt=2026-11-22/hour=09",
    ]);
    expect(athena.queries.at(-1)).toBe(inserts()[0]);
  });

  it("adds no partition if Athena computes the partitions", async () => {
    await note(FILE);
    await invoke(900_000, "projection");
    expect(athena.partitions.size).toBe(0);
    expect(inserts()).toHaveLength(1);
  });

  it("creates the table and the view of unparsed lines once", async () => {
    athena.tables.clear();
    await note(FILE);
    await invoke();
    await note(FILE);
    await invoke();
    expect(statements("CREATE TABLE")).toHaveLength(1);
    expect(statements("CREATE OR REPLACE VIEW")).toHaveLength(1);
    expect(athena.tables.get("alb_access_logs")).toEqual(COLUMNS);
  });

  it("adds a new column of the format once, without changes to the data", async () => {
    athena.tables.set(
      "alb_access_logs",
      COLUMNS.filter((name) => name !== "elb_error_code"),
    );
    await note(FILE);
    await invoke();
    await note(FILE);
    await invoke();
    expect(statements("ALTER TABLE `logs`.`alb_access_logs` ADD COLUMNS").map(({ sql }) => sql)).toEqual([
      "ALTER TABLE `logs`.`alb_access_logs` ADD COLUMNS (`elb_error_code` string)",
    ]);
  });

  it("keeps a note that is written while its partition is committed", async () => {
    await note(FILE);
    const later: string[] = [];
    athena.setAnswer((operation, { QueryString = "" }) => {
      if (operation === "StartQueryExecution" && QueryString.startsWith("INSERT")) {
        const key = "_arrivals/alb_access_logs/later.json";
        s3.put("logs", key, s3.read("logs", keys("_arrivals/")[0] ?? "") ?? "");
        later.push(key);
      }
      return undefined;
    });
    await invoke();
    expect(later).toHaveLength(1);
    expect(keys("_arrivals/")).toEqual(later);
  });

  it("finishes the commit of a crashed run before it starts another", async () => {
    const [ofCrashed = ""] = await note(LATE_FILE);
    const sql = `${commitHead(TABLE)}"elb") SELECT 1`;
    const start = {
      sql,
      token: "t",
      notes: [ofCrashed],
      partitions: ["alb_access_logs/dt=2026-11-22/hour=09"],
    };
    s3.put("logs", `${RECORD}.json`, JSON.stringify(start));
    await putNotes(s3, "logs", [FILE], new Date(Date.now() + 1000));
    expect(await invoke()).toMatchObject([{ committed: 2 }]);
    expect(inserts().map((query) => query.sql === sql)).toEqual([true, false]);
    expect(inserts()[1]?.sql).not.toContain(LATE_FILE);
    expect(keys("_arrivals/")).toEqual([]);
    // An older version recorded the first: without its files, it cannot be counted.
    expect(keys("_commits/").filter((key) => key.endsWith(".counted.json"))).toHaveLength(1);
  });

  it("does not run a statement from the bucket that is not a commit to the table", async () => {
    await note(FILE);
    const start = { sql: 'DROP TABLE "logs"."alb_access_logs"', token: "t", notes: [], partitions: [] };
    s3.put("logs", `${RECORD}.json`, JSON.stringify(start));
    await expect(invoke()).rejects.toMatchObject({
      code: "STORE_FAILED",
      message: expect.stringContaining("delete its record below _commits/"),
    });
    expect(athena.submissions).toBe(0);
  });

  it("commits the other tables when one statement fails, keeps its notes, and reports the failure", async () => {
    athena.tables.set("cloudfront_access_logs", lakeColumnNames({ ...TABLE, format: FORMATS.cloudfront }));
    const [ofAlb = "", ofCloudfront = ""] = await note(FILE, CLOUDFRONT_FILE);
    expect(ofCloudfront).toContain("cloudfront");
    athena.setFates({ of: /^INSERT INTO "logs"."alb/, end: "FAILED", reason: "PERMISSION_DENIED: no" });
    await expect(invoke(900_000, "managed", BOTH_TABLES)).rejects.toMatchObject({
      code: "QUERY_FAILED",
      message: expect.stringContaining("PERMISSION_DENIED"),
    });
    expect(keys("_arrivals/")).toEqual([ofAlb]);
    expect(await invoke(900_000, "managed", BOTH_TABLES)).toMatchObject([{ committed: 1 }, { committed: 0 }]);
    expect(keys("_arrivals/")).toEqual([]);
  });

  it("moves a file that Athena twice names as unreadable to rejected/, and commits the others", async () => {
    for (const file of [FILE, LATE_FILE]) s3.put("logs", file, "text");
    await note(FILE, LATE_FILE);
    const reason = `HIVE_CURSOR_ERROR: Failed to read file: s3://logs/${FILE}`;
    const failure = { of: /^INSERT/, end: "FAILED", reason } as const;
    athena.setFates(failure, failure);
    expect(await invoke()).toMatchObject([
      { committed: 1, waiting: 0, rejected: [{ key: FILE, reason: `FAILED: ${reason}` }] },
    ]);
    expect(inserts().at(-1)?.sql).not.toContain(FILE);
    expect(keys("raw/alb")).toEqual([LATE_FILE]);
    expect(keys("rejected/")).toEqual([rejectedKeyOf(FILE), reasonKeyOf(FILE)]);
    expect(s3.read("logs", rejectedKeyOf(FILE))).toBe("text");
    expect(keys("_arrivals/")).toEqual([]);
  });

  it("keeps and reports notes of another partitioning", async () => {
    const bySource = await note("raw/alb_access_logs/source=shop/dt=2026-11-23/hour=07/a.gz");
    const printed: string[] = [];
    jest.spyOn(console, "warn").mockImplementation((...line: unknown[]) => void printed.push(line.join(" ")));
    expect(await invoke()).toMatchObject([{ committed: 0, waiting: 0 }]);
    expect(keys("_arrivals/")).toEqual(bySource);
    expect(printed.join("\n")).toContain(bySource[0]);
  });

  it("replaces the markers of older versions with notes, and commits their files", async () => {
    for (const file of [FILE, FILE.replace("a.gz", "b.gz")]) s3.put("logs", file, "text");
    s3.put("logs", "_touched/alb_access_logs/dt=2026-11-23/hour=07", "1");
    expect(await invoke()).toMatchObject([{ committed: 1 }]);
    for (const file of [FILE, FILE.replace("a.gz", "b.gz")])
      expect(inserts()[0]?.sql).toContain(`'s3://logs/${file}'`);
    expect([...keys("_touched/"), ...keys("_arrivals/")]).toEqual([]);
  });

  it("starts no commit when its time is nearly over", async () => {
    await note(FILE);
    expect(await invoke(20_000)).toMatchObject([{ committed: 0, waiting: 1 }]);
    expect(inserts()).toEqual([]);
  });
});

describe("transform-partition of a table without personal data", () => {
  const SALT = "_privacy/salt";
  const HASHED = [{ ...ALB, privacy: { clientIps: "hash", queryStrings: "drop" } }] as const;
  const valueOfClientIp = () => /^.*client_ip.*$/m.exec(inserts().at(-1)?.sql.split("SELECT")[1] ?? "")?.[0];
  beforeEach(async () => {
    athena.tables.set("alb_access_logs", COLUMNS);
    await note(FILE);
  });

  it("truncates without a secret", async () => {
    await invoke(900_000, "managed", [{ ...ALB, privacy: { clientIps: "truncate" } }]);
    expect(valueOfClientIp()).toContain("COALESCE(NULLIF(regexp_extract(");
    expect(s3.read("logs", SALT)).toBeUndefined();
  });

  it("hashes with a secret that it creates once", async () => {
    await invoke(900_000, "managed", HASHED);
    const salt = s3.read("logs", SALT);
    expect(salt).toMatch(/^[0-9a-f]{64}$/);
    expect(valueOfClientIp()).toContain(`sha256(to_utf8('${salt}' || `);
    await note(FILE);
    await invoke(900_000, "managed", HASHED);
    expect(s3.read("logs", SALT)).toBe(salt);
    expect(valueOfClientIp()).toContain(`'${salt}'`);
  });

  it("hashes with an existing secret, and does not log it", async () => {
    s3.put("logs", SALT, "the same as elsewhere\n");
    const printed: string[] = [];
    for (const method of ["log", "info", "warn", "error", "debug"] as const)
      jest
        .spyOn(console, method)
        .mockImplementation((...line: unknown[]) => void printed.push(line.join(" ")));
    athena.setFates({ of: /^INSERT/, end: "FAILED", reason: "PERMISSION_DENIED: no" });
    await expect(invoke(900_000, "managed", HASHED)).rejects.toThrow("PERMISSION_DENIED");
    expect(valueOfClientIp()).toContain("'the same as elsewhere'");
    expect(printed.join("\n")).toContain("PERMISSION_DENIED");
    expect(printed.join("\n")).not.toContain("the same as elsewhere");
  });

  it("commits nothing if the secret is not valid", async () => {
    s3.put("logs", SALT, "short");
    await expect(invoke(900_000, "managed", HASHED)).rejects.toThrow("_privacy/salt has 5 characters");
    expect(inserts()).toEqual([]);
    expect(keys("_arrivals/")).toHaveLength(1);
  });

  it("applies the privacy rule of the source whose partition it commits", async () => {
    await note(
      "raw/alb_access_logs/source=shop/dt=2026-11-23/hour=07/a.gz",
      "raw/alb_access_logs/source=web/dt=2026-11-23/hour=07/a.gz",
    );
    athena.tables.set("alb_access_logs", [...COLUMNS, "source"]);
    await invoke(900_000, "managed", [
      { ...ALB, name: "shop", partition: true },
      { ...ALB, partition: true, privacy: { clientIps: "truncate" } },
    ]);
    const isPrivate = Object.fromEntries(
      inserts().map(({ sql }) => [
        /"source" = '(\w+)'/.exec(sql)?.[1],
        sql.includes("COALESCE(NULLIF(regexp_extract("),
      ]),
    );
    expect(isPrivate).toEqual({ shop: false, web: true });
  });
});

describe("transform-partition of a source that is read as delivered", () => {
  const READ: ConfiguredSource = { ...ALB, prefix: "alb/AWSLogs/", asDelivered: { bucket: LOGS } };
  const deliver = () => {
    const key = albFileKey({ end: new Date() });
    s3.put(LOGS, key, "lines");
    s3.put(LOGS, `${key.slice(0, key.lastIndexOf("/"))}/notes.txt`, "");
    return key;
  };
  /** Too little time to commit. */
  const list = () => invoke(30_000, "managed", [READ]);
  beforeEach(() => athena.tables.set("alb_access_logs", COLUMNS));

  it("notes new files before it commits, and counts them", async () => {
    const published: EmbeddedMetrics[] = [];
    jest
      .spyOn(console, "log")
      .mockImplementation((...line: unknown[]) => void published.push(...embeddedMetrics(line.join(" "))));
    const key = deliver();
    expect(await list()).toMatchObject([{ committed: 0, waiting: 1 }]);
    expect(keys("_arrivals/").flatMap((name) => filesInNote(s3.read("logs", name)))).toEqual([key]);
    expect(keys("_listed/")).toEqual(["_listed/web.json"]);
    expect(published.filter(({ dimensions }) => "Source" in dimensions)).toMatchObject([
      { dimensions: { Source: "web" }, values: { ObjectsFound: 1, BytesFound: 5 } },
    ]);
    expect(await list()).toMatchObject([{ waiting: 1 }]);
    expect(keys("_arrivals/")).toHaveLength(1);
  });

  it("adds the folder to the catalog with the first files", async () => {
    deliver();
    await invoke(900_000, "projection", [READ]);
    const folder = "source=web/folder=111122223333/elasticloadbalancing/eu-central-1";
    const day = new Date().toISOString().slice(0, "YYYY-MM-DD".length);
    expect([...athena.partitions]).toEqual([
      `alb_access_logs_delivered/${folder}/day=${day}`,
      `alb_access_logs_delivered_lines/${folder}/day=${day}`,
    ]);
  });

  it("commits what is noted if a listing fails, and reports the failure", async () => {
    await note(FILE);
    deliver();
    s3.setFault(({ bucket }) => (bucket === LOGS ? { status: 403, code: "AccessDenied" } : undefined));
    await expect(invoke(900_000, "managed", [READ])).rejects.toMatchObject({
      code: "STORE_FAILED",
      message: expect.stringContaining(
        "web: the files below s3://their-logs/alb/AWSLogs/ could not be listed",
      ),
    });
    expect(inserts()).toHaveLength(1);
    expect(keys("_arrivals/")).toEqual([]);
    s3.setFault(undefined);
    await list();
    expect(keys("_arrivals/")).toHaveLength(1);
  });
});
