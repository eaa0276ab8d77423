import { AthenaClient } from "@aws-sdk/client-athena";
import { hourOf } from "../../formats/hour";
import type { Partition } from "../../formats/partition-layout";
import { athenaPartitionCatalog } from "../../handlers/adapters/athena-partition-catalog";
import { athenaQueryEngine } from "../../handlers/adapters/athena-query-engine";
import type { QueryEngine } from "../../handlers/core/ports";
import { type AthenaServer, startAthenaServer } from "../../testing/athena-server";
import { type VirtualClock, virtualClock } from "../../testing/virtual-clock";

let server: AthenaServer;
let client: AthenaClient;
let clock: VirtualClock;
let engine: QueryEngine;

beforeEach(async () => {
  clock = virtualClock();
  server = await startAthenaServer(() => clock.now());
  client = new AthenaClient({
    region: "us-east-1",
    endpoint: server.endpoint,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
  engine = athenaQueryEngine({ client, clock, database: "logs", workgroup: "pipeline" });
});

afterEach(async () => {
  client.destroy();
  await server.close();
});

describe("athenaQueryEngine", () => {
  it("waits until the query has succeeded", async () => {
    server.setFates({ states: ["QUEUED", "RUNNING", "RUNNING"] });
    const { queryId } = await engine.run({ sql: "SELECT 1", token: "run" });
    expect(queryId).toBe(server.queries[0]?.id);
    expect(server.queries[0]).toMatchObject({ sql: "SELECT 1", workgroup: "pipeline" });
    expect(clock.slept).toBe(500 + 750 + 1125);
  });

  it("joins the running query when the same work is submitted again", async () => {
    const first = await engine.run({ sql: "SELECT 1", token: "run" });
    const second = await engine.run({ sql: "SELECT 1", token: "run" });
    expect(second).toEqual(first);
    expect(server.submissions).toBe(2);
    expect(server.queries).toHaveLength(1);
  });

  it("starts another query for different SQL with the same token", async () => {
    await engine.run({ sql: "SELECT 1", token: "run" });
    await engine.run({ sql: "SELECT 2", token: "run" });
    expect(server.queries.map(({ sql }) => sql)).toEqual(["SELECT 1", "SELECT 2"]);
  });

  it.each(["TooManyRequestsException", "ThrottlingException", "InternalServerException"])(
    "submits the query again after %s, and waits longer each time",
    async (error) => {
      server.refuse(error, error);
      await engine.run({ sql: "SELECT 1", token: "run" });
      expect(server.submissions).toBe(3);
      expect(clock.slept).toBe(2000 + 4000);
    },
  );

  it("fails when Athena stays busy", async () => {
    server.refuse(...Array.from({ length: 6 }, () => "TooManyRequestsException"));
    await expect(engine.run({ sql: "SELECT 1", token: "run" })).rejects.toMatchObject({
      code: "QUERY_FAILED",
      message: expect.stringContaining("TooManyRequestsException"),
    });
    expect(server.submissions).toBe(6);
  });

  it("retries a failed query if Athena marks the error as retryable", async () => {
    server.setFates({ end: "FAILED", reason: "SlowDown", isRetryable: true });
    await engine.run({ sql: "SELECT 1", token: "run" });
    expect(server.queries).toHaveLength(2);
  });

  it("fails with the query id and the reason if the error is not retryable", async () => {
    server.setFates({ end: "FAILED", reason: "SYNTAX_ERROR: line 1" });
    const failure = engine.run({ sql: "SELEC 1", token: "run" });
    await expect(failure).rejects.toMatchObject({
      code: "QUERY_FAILED",
      reason: "FAILED: SYNTAX_ERROR: line 1",
    });
    await expect(failure).rejects.toThrow(String(server.queries[0]?.id));
    expect(server.queries).toHaveLength(1);
  });

  it("does not retry a cancelled query", async () => {
    server.setFates({ end: "CANCELLED", reason: "bytes scanned limit was exceeded" });
    await expect(engine.run({ sql: "SELECT 1", token: "run" })).rejects.toThrow("CANCELLED: bytes scanned");
    expect(server.queries).toHaveLength(1);
  });

  const THERE_ALREADY = "AlreadyExistsException(message:Partition already exists.)";

  it("treats a partition that another run already added as success", async () => {
    server.setFates({ end: "FAILED", reason: THERE_ALREADY });
    const { queryId } = await engine.run({ sql: "ALTER TABLE t ADD PARTITION (dt = '1')", token: "run" });
    expect(queryId).toBe(server.queries[0]?.id);
    expect(server.queries).toHaveLength(1);
  });

  it.each(["INSERT INTO t SELECT 1", "CREATE TABLE t (a int)", "SELECT 'ALTER TABLE'"])(
    "treats the same error text as a failure if the statement is %s",
    async (sql) => {
      server.setFates({ end: "FAILED", reason: THERE_ALREADY });
      await expect(engine.run({ sql, token: "run", once: true })).rejects.toMatchObject({
        code: "QUERY_FAILED",
      });
    },
  );

  it("replaces a query whose failure an earlier invocation saw with another query, once", async () => {
    server.setFates({ end: "FAILED", reason: "SYNTAX_ERROR: line 1" });
    await expect(engine.run({ sql: "SELECT 1", token: "run" })).rejects.toThrow("SYNTAX_ERROR");
    expect(server.queries).toHaveLength(1);
    // The cause is fixed, and the same work is submitted with the same token some time later.
    await clock.sleep(60_000);
    await engine.run({ sql: "SELECT 1", token: "run" });
    expect(server.queries).toHaveLength(2);
    expect(new Set(server.queries.map(({ token }) => token)).size).toBe(2);
    // The next submission joins the query that succeeded.
    await clock.sleep(60_000);
    await engine.run({ sql: "SELECT 1", token: "run" });
    expect(server.queries).toHaveLength(2);
  });

  it("starts no third query when the replacement query fails", async () => {
    const failed = { end: "FAILED", reason: "SYNTAX_ERROR: line 1" } as const;
    server.setFates(failed, failed);
    await expect(engine.run({ sql: "SELECT 1", token: "run" })).rejects.toThrow("SYNTAX_ERROR");
    await clock.sleep(60_000);
    await expect(engine.run({ sql: "SELECT 1", token: "run" })).rejects.toThrow("SYNTAX_ERROR");
    expect(server.queries).toHaveLength(2);
  });

  it("starts no other query if the caller does not allow a retry", async () => {
    server.setFates({ end: "FAILED", reason: "SlowDown", isRetryable: true });
    const statement = { sql: "SELECT 1", token: "run", once: true };
    await expect(engine.run(statement)).rejects.toMatchObject({ fault: { kind: "transient" } });
    await clock.sleep(60_000);
    await expect(engine.run(statement)).rejects.toThrow("SlowDown");
    expect(server.queries).toHaveLength(1);
  });

  it("stops waiting when the caller asks for it, and a later call joins the query", async () => {
    server.setFates({ states: ["RUNNING", "RUNNING"] });
    const waitUntil = new Date(clock.now().getTime() + 300);
    await expect(engine.run({ sql: "SELECT 1", token: "run", waitUntil })).rejects.toMatchObject({
      code: "QUERY_TIMEOUT",
    });
    await engine.run({ sql: "SELECT 1", token: "run" });
    expect(server.queries).toHaveLength(1);
  });

  it("stops waiting for a query that never ends, and names it", async () => {
    server.setFates({ states: Array.from({ length: 1000 }, () => "RUNNING" as const) });
    await expect(engine.run({ sql: "SELECT 1", token: "run" })).rejects.toMatchObject({
      code: "QUERY_TIMEOUT",
    });
    expect(clock.slept).toBeLessThan(11 * 60_000);
  });
});

describe("athenaPartitionCatalog", () => {
  const partition = (hour: number): Partition => ({
    table: "alb_access_logs",
    hour: hourOf(Date.UTC(2026, 10, 23, hour)),
  });
  const catalog = (withLines = false) =>
    athenaPartitionCatalog({ engine, database: "logs", bucket: "my-logs", withLines, runToken: "run" });

  it("adds partitions to the raw table, with the location of their files", async () => {
    await catalog().add([partition(7), { ...partition(8), table: "cloudfront_access_logs", source: "shop" }]);
    expect([...server.partitions]).toEqual([
      "alb_access_logs_raw/dt=2026-11-23/hour=07",
      "cloudfront_access_logs_raw/source=shop/dt=2026-11-23/hour=08",
    ]);
  });

  it("also adds the partitions to the table of lines, if there is one", async () => {
    await catalog(true).add([partition(7)]);
    expect([...server.partitions]).toEqual([
      "alb_access_logs_raw/dt=2026-11-23/hour=07",
      "alb_access_logs_lines/dt=2026-11-23/hour=07",
    ]);
  });

  it("adds at most a hundred partitions in one statement", async () => {
    await catalog().add(Array.from({ length: 250 }, (_, hour) => partition(hour)));
    expect(server.queries.map(({ sql }) => sql.match(/PARTITION \(/g)?.length)).toEqual([100, 100, 50]);
    expect(server.partitions.size).toBe(250);
  });

  it("adds each folder of files as delivered once, with its location in any bucket", async () => {
    const folder = {
      table: "alb_access_logs",
      source: "web",
      bucket: "their-logs",
      prefix: "alb/AWSLogs/",
      folder: "111122223333/elasticloadbalancing/eu-central-1",
      time: hourOf(Date.UTC(2026, 10, 23)),
    };
    await catalog(true).addDelivered([folder, { ...folder }]);
    expect(server.queries.map(({ sql }) => sql)).toEqual(
      ["alb_access_logs_delivered", "alb_access_logs_delivered_lines"].map(
        (table) => `ALTER TABLE \`logs\`.\`${table}\` ADD IF NOT EXISTS
PARTITION (\`source\` = 'web', \`folder\` = '111122223333/elasticloadbalancing/eu-central-1', \`day\` = '2026-11-23') LOCATION 's3://their-logs/alb/AWSLogs/111122223333/elasticloadbalancing/eu-central-1/2026/11/23/'`,
      ),
    );
    expect(server.partitions.size).toBe(2);
  });

  it("sends no query to Athena when there is no partition to add", async () => {
    await catalog().add([]);
    expect(server.submissions).toBe(0);
  });
});
