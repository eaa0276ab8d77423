import { createHash } from "node:crypto";
import { FORMATS } from "../../formats";
import type { ConfiguredSource } from "../../formats/configured-source";
import { lakeColumnNames } from "../../formats/render/lake-sql";
import { KEPT_VERSIONS } from "../../handlers/adapters/glue-table-versions";
import { arrivedObjects } from "../../handlers/arrived-objects";
import { type AthenaServer, startAthenaServer } from "../../testing/athena-server";
import { serveAwsJson } from "../../testing/aws-json-server";
import { type S3Server, startS3Server } from "../../testing/s3-server";
import { albFileKey } from "../helpers/delivered";
import { invokeHandler } from "../helpers/invoke-handler";
import { filesInNote } from "../helpers/notes";

let athena: AthenaServer;
let s3: S3Server;

beforeEach(async () => {
  athena = await startAthenaServer();
  athena.tables.set("alb_access_logs", COLUMNS);
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

const COLUMNS = lakeColumnNames({ format: FORMATS.alb, database: "logs", bucket: "b", bySource: false });
const ALB: ConfiguredSource = { name: "web", format: "alb", prefix: "web/AWSLogs/" };
const NIGHT = new Date("2026-11-23T03:30:00Z");

const maintain = (
  environment: Record<string, string> = {},
  event: object = { scheduledTime: NIGHT.toISOString(), table: "alb_access_logs" },
  remainingMs = 900_000,
  sources: readonly ConfiguredSource[] = [ALB],
) =>
  invokeHandler(
    "maintain-lake",
    {
      athena,
      s3,
      sources,
      environment: { PARTITIONS: "managed", LANDING_BUCKET: "logs", ...environment },
    },
    event,
    {
      getRemainingTimeInMillis: () => remainingMs,
    },
  );
const statements = (start: string) => athena.queries.filter(({ sql }) => sql.startsWith(start));
const daysOf = (start: string) =>
  statements(start).map(({ sql }) =>
    [...sql.matchAll(/TIMESTAMP '(\S+) 00:00:00'/g)].map(([, day]) => day).join(" "),
  );
const records = () => s3.keys("logs").filter((key) => key.startsWith("_commits/"));
const value = (text: string | null) => ({
  ResultSet: { Rows: [{ Data: [{}] }, { Data: [text === null ? {} : { VarCharValue: text }] }] },
});

const rows = (row: readonly string[]) => ({
  ResultSet: { Rows: [{ Data: [] }, { Data: row.map((VarCharValue) => ({ VarCharValue })) }] },
});

/** Days in Iceberg's metadata; a DELETE removes them if the engine deletes the files. */
function tellDays(days: { expired?: string[]; small?: string[] }, isDeletedAtOnce = true): void {
  let expired = days.expired ?? [];
  athena.setAnswer((operation, { QueryString = "" }, sql) => {
    const ends = isDeletedAtOnce ? /^DELETE/ : /^OPTIMIZE/;
    if (operation === "StartQueryExecution" && ends.test(QueryString)) expired = [];
    if (operation !== "GetQueryResults" || !sql.includes('$partitions"')) return undefined;
    return value((sql.includes("< DATE") ? expired : (days.small ?? [])).join(",") || null);
  });
}

/** A counted commit that ended some hours before the night. */
function putCommit(number: number, hoursAgo: number): void {
  const key = `_commits/alb_access_logs/${String(number).padStart(10, "0")}`;
  const at = new Date(NIGHT.getTime() - hoursAgo * 3_600_000);
  s3.put("logs", `${key}.json`, JSON.stringify({ sql: "INSERT", token: "t", notes: [], partitions: [] }), at);
  s3.put("logs", `${key}.done.json`, JSON.stringify({ state: "committed", queryId: "q" }), at);
  s3.put("logs", `${key}.counted.json`, JSON.stringify({ unparsed: 0 }), at);
}

describe("maintain-lake", () => {
  it("merges the files of days that have many, and then deletes unused files", async () => {
    tellDays({ small: ["2025-01-02", "2026-11-22"] });
    expect(await maintain()).toEqual({
      table: "alb_access_logs",
      deletedDays: 0,
      mergedDays: 2,
      deletedVersions: 0,
      alignedPartitions: 0,
      reconciled: expect.objectContaining({ night: "2026-11-23", files: 0 }),
      isUnfinished: false,
    });
    expect(daysOf("OPTIMIZE")).toEqual(["2025-01-02 2025-01-03", "2026-11-22 2026-11-23"]);
    expect(statements("VACUUM")).toHaveLength(1);
    expect(athena.queries.at(-1)).toBe(statements("VACUUM")[0]);
  });

  it("deletes days older than the retention before it merges", async () => {
    tellDays({ expired: ["2025-10-17", "2025-10-18"], small: ["2026-11-22"] });
    expect(await maintain({ RETENTION_DAYS: "400" })).toMatchObject({ deletedDays: 2, mergedDays: 1 });
    expect(athena.queries.some(({ sql }) => sql.includes("< DATE '2025-10-19'"))).toBe(true);
    expect(daysOf("DELETE")).toEqual(["2025-10-17 2025-10-19"]);
    const order = athena.queries.map(({ sql }) => sql.split(" ")[0]);
    expect(order.indexOf("DELETE")).toBeLessThan(order.indexOf("OPTIMIZE"));
  });

  it("merges deleted days if the engine only marked their rows as deleted", async () => {
    tellDays({ expired: ["2025-10-18"] }, false);
    expect(await maintain({ RETENTION_DAYS: "400" })).toMatchObject({ deletedDays: 1, mergedDays: 0 });
    expect(daysOf("OPTIMIZE")).toEqual(["2025-10-18 2025-10-19"]);
  });

  it("reports rows that still exist after the deletion", async () => {
    athena.setAnswer((operation, _, sql) =>
      operation === "GetQueryResults" && sql.includes("< DATE") ? value("2025-10-18") : undefined,
    );
    await expect(maintain({ RETENTION_DAYS: "400" })).rejects.toThrow(
      "alb_access_logs: rows of 2025-10-18 still exist after they were deleted",
    );
    expect(statements("VACUUM")).toHaveLength(1);
  });

  it("deletes nothing without a retention", async () => {
    tellDays({ expired: ["2025-10-18"] });
    await maintain();
    expect(statements("DELETE")).toEqual([]);
  });

  it("deletes the records of counted commits that no function uses any more", async () => {
    putCommit(1, 30);
    putCommit(2, 3);
    putCommit(3, 1);
    await maintain();
    expect(records()).toEqual(
      [2, 3].flatMap((number) =>
        ["counted.json", "done.json", "json"].map(
          (end) => `_commits/alb_access_logs/000000000${number}.${end}`,
        ),
      ),
    );
  });

  it("deletes old versions of the table in the catalog, and keeps the newest ones", async () => {
    const count = 250;
    athena.versions.set(
      "alb_access_logs",
      Array.from({ length: count }, (_, version) => version),
    );
    expect(await maintain()).toMatchObject({ deletedVersions: count - KEPT_VERSIONS });
    const kept = athena.versions.get("alb_access_logs");
    expect(kept).toHaveLength(KEPT_VERSIONS);
    expect(kept?.at(-1)).toBe(count - 1);
  });

  it("repeats OPTIMIZE while Athena asks for more runs", async () => {
    tellDays({ small: ["2026-11-20", "2026-11-21"] });
    const reason = "ICEBERG_OPTIMIZE_MORE_RUNS_NEEDED: run again";
    const more = { of: /^OPTIMIZE/, end: "FAILED", reason } as const;
    athena.setFates(more, more);
    expect(await maintain()).toMatchObject({ mergedDays: 2 });
    expect(daysOf("OPTIMIZE").filter((days) => days.startsWith("2026-11-20"))).toHaveLength(3);
  });

  it("leaves a statement that takes longer than the function to a later run of the same night, which joins it", async () => {
    tellDays({ small: ["2026-11-20"] });
    athena.setFates({ of: /^OPTIMIZE/, states: ["RUNNING", "RUNNING"] });
    expect(await maintain({}, undefined, 15_000)).toMatchObject({ mergedDays: 0, isUnfinished: true });
    expect(await maintain()).toMatchObject({ mergedDays: 1, isUnfinished: false });
    expect(statements("OPTIMIZE")).toHaveLength(1);
  });

  it("hides the text of unparsed lines if personal data is removed", async () => {
    const sources = [{ ...ALB, privacy: { clientIps: "truncate" } }] as const;
    await maintain({}, undefined, undefined, sources);
    expect(statements("CREATE OR REPLACE VIEW")[0]?.sql).toContain('SELECT CAST(NULL AS varchar) AS "line"');
  });

  it("runs the other steps when one fails, and fails with Athena's reason", async () => {
    athena.setFates({ of: /^CREATE OR REPLACE VIEW/, end: "FAILED", reason: "no such table" });
    await expect(maintain()).rejects.toMatchObject({ message: expect.stringContaining("no such table") });
    expect(statements("VACUUM")).toHaveLength(1);
  });

  it("notes files of the last days that have no rows in the table, once in a night, and reports it", async () => {
    const folder = "raw/alb_access_logs/dt=2026-11-22/hour=07/";
    for (const name of ["0a1b2c3d-lost.gz", "1a1b2c3d-committed.gz"])
      s3.put("logs", folder + name, "text", new Date("2026-11-22T08:00:00Z"));
    athena.setAnswer((operation, _, sql) => {
      if (operation !== "GetQueryResults" || !sql.includes('AS "file"')) return undefined;
      return rows(sql.includes("GROUP BY") ? ["", "07", "1", "1"] : ["1a1b2c3d-committed.gz"]);
    });
    expect(await maintain()).toMatchObject({ reconciled: { files: 2, noted: 1, announced: 0 } });
    const notes = s3.keys("logs").filter((key) => key.startsWith("_arrivals/"));
    expect(notes.flatMap((key) => filesInNote(s3.read("logs", key)))).toEqual([`${folder}0a1b2c3d-lost.gz`]);
    expect(await maintain()).toMatchObject({ reconciled: undefined });
    expect(statements("SELECT DISTINCT")).toHaveLength(1);
  });

  it("continues with the other steps if the reconciliation fails", async () => {
    s3.put("logs", "raw/alb_access_logs/dt=2026-11-22/hour=07/0a1b2c3d-a.gz", "text", new Date(0));
    athena.setFates({ of: /AS "file"/, end: "FAILED", reason: "PERMISSION_DENIED: no" });
    await expect(maintain()).rejects.toThrow("PERMISSION_DENIED");
    expect(statements("VACUUM")).toHaveLength(1);
    expect(await maintain()).toMatchObject({ reconciled: { noted: 1 } });
  });

  it("announces a delivered object that was never moved, as S3 does", async () => {
    const bodies: string[] = [];
    const sqs = await serveAwsJson({
      AmazonSQS: {
        SendMessage: async (input) => {
          const { MessageBody = "" } = input as { readonly MessageBody?: string };
          bodies.push(MessageBody);
          return { MessageId: "1", MD5OfMessageBody: createHash("md5").update(MessageBody).digest("hex") };
        },
      },
    });
    const end = new Date("2026-11-22T12:00:00Z");
    const key = albFileKey({ end, id: "x" }).replace("alb/", "web/");
    s3.put("landing", key, "text", end);
    const environment = {
      QUEUE_URL: `${sqs.endpoint}/111122223333/arrivals`,
      LANDING_BUCKET: "landing",
      AWS_ENDPOINT_URL_SQS: sqs.endpoint,
    };
    expect(await maintain(environment)).toMatchObject({ reconciled: { noted: 0, announced: 1 } });
    await sqs.close();
    expect(bodies.flatMap((body) => arrivedObjects(body))).toEqual([{ bucket: "landing", key, size: 4 }]);
  });

  it.each([{}, { table: "cloudfront_access_logs" }])(
    "refuses the event %j, and names the tables",
    async (event) => {
      await expect(maintain({}, event)).rejects.toMatchObject({
        code: "INVALID_EVENT",
        message: expect.stringContaining('"table" must be one of "alb_access_logs", got'),
      });
      expect(athena.submissions).toBe(0);
    },
  );
});
