import { AthenaClient } from "@aws-sdk/client-athena";
import { athenaQueryEngine } from "../../handlers/adapters/athena-query-engine";
import { memoryObjectStore } from "../../handlers/adapters/memory-object-store";
import { projectedPartitions } from "../../handlers/adapters/projected-partitions";
import { commitPartitions } from "../../handlers/core/commit-partitions";
import { type AthenaServer, ROWS_PER_INSERT, startAthenaServer } from "../helpers/athena-server";
import { virtualClock } from "../helpers/virtual-clock";

let athena: AthenaServer;
let client: AthenaClient;
beforeEach(async () => {
  athena = await startAthenaServer();
  client = new AthenaClient({
    region: "us-east-1",
    endpoint: athena.endpoint,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
});
afterEach(async () => {
  client.destroy();
  await athena.close();
});

const MARKER = { bucket: "logs", key: "_touched/alb_access_logs/dt=2026-11-23/hour=07" };
const RUNNING = Array.from({ length: 100 }, () => "RUNNING" as const);

async function openPipeline() {
  const clock = virtualClock();
  const store = memoryObjectStore(() => clock.now());
  const ports = {
    store,
    clock,
    catalog: projectedPartitions,
    engine: athenaQueryEngine({ client, clock, database: "logs", workgroup: "pipeline" }),
    lake: { prepare: async () => undefined, commitSql: () => "INSERT INTO lake SELECT 1" },
  };
  await store.put(MARKER, "1");
  const run = (seconds: number) =>
    commitPartitions(
      ports,
      {
        bucket: "logs",
        tables: [{ table: "alb_access_logs" }],
        deadline: new Date(clock.now().getTime() + seconds * 1000),
      },
      () => undefined,
    );
  const keys = async () => {
    const found: string[] = [];
    for await (const { key } of store.list("logs", "")) found.push(key);
    return found;
  };
  return { store, clock, run, keys };
}

describe("commitPartitions", () => {
  it("leaves a query that outlives it to the next run, which joins it", async () => {
    const { run, keys } = await openPipeline();
    athena.setFates({ states: RUNNING.slice(0, 20) });
    expect(await run(30)).toMatchObject({ committed: 0, waiting: 1 });
    expect(await keys()).toEqual(["_commits/current.json", MARKER.key]);
    expect(await run(600)).toMatchObject({ committed: 1, waiting: 0 });
    expect(athena.queries).toHaveLength(1);
    expect(await keys()).toEqual([]);
  });

  it("says how many rows it added, and how long the files had waited", async () => {
    const { run, clock } = await openPipeline();
    await clock.sleep(300_000);
    const { rows, secondsToLake } = await run(600);
    expect(rows).toBe(ROWS_PER_INSERT);
    expect(secondsToLake).toBe(300);
    expect(await run(600)).toMatchObject({ rows: 0, secondsToLake: 0 });
  });

  it("counts the wait of a partition that is not committed, or whose statement fails, until now", async () => {
    const { run, clock } = await openPipeline();
    await clock.sleep(3_600_000);
    expect(await run(10)).toMatchObject({ waiting: 1, secondsToLake: 3600 });
    athena.setFates({ end: "FAILED", reason: "HIVE_BAD_DATA" });
    expect(await run(600)).toMatchObject({ committed: 0, rows: 0, secondsToLake: 3600 });
  });

  it("is not stopped by Athena's silence about the rows", async () => {
    const { run, keys } = await openPipeline();
    athena.refuseOf("GetQueryResults", "ThrottlingException");
    expect(await run(600)).toMatchObject({ committed: 1, rows: 0, failures: [] });
    expect(await keys()).toEqual([]);
  });

  it("starts nothing while the query of an earlier run still goes on", async () => {
    const { run, store } = await openPipeline();
    athena.setFates({ states: RUNNING });
    await run(30);
    await store.put(MARKER, "a file came");
    expect(await run(30)).toMatchObject({ committed: 0, waiting: 1 });
    expect(athena.queries).toHaveLength(1);
  });

  it("keeps a marker that was written anew while the query went on", async () => {
    const { run, keys, store } = await openPipeline();
    athena.setFates({ states: RUNNING.slice(0, 20) });
    await run(30);
    await store.put(MARKER, "a file came");
    expect(await run(600)).toMatchObject({ committed: 2 });
    expect(athena.queries).toHaveLength(2);
    expect(await keys()).toEqual([]);
  });

  it("joins the same query when Athena would not say how it goes", async () => {
    const { run } = await openPipeline();
    athena.refuse("InternalServerException", "TooManyRequestsException");
    expect(await run(600)).toMatchObject({ committed: 1 });
    expect(athena.queries).toHaveLength(1);
  });

  it("starts another query only when the one before it has failed", async () => {
    const { run } = await openPipeline();
    athena.setFates({ end: "FAILED", reason: "SlowDown", isRetryable: true });
    expect(await run(600)).toMatchObject({ committed: 1, failures: [] });
    expect(new Set(athena.queries.map(({ token }) => token)).size).toBe(2);
  });

  it("commits once when two runs meet", async () => {
    const { run, keys } = await openPipeline();
    await Promise.all([run(600), run(600)]);
    expect(athena.queries).toHaveLength(1);
    expect(await keys()).toEqual([]);
  });

  it("says what to do about a note that no run wrote", async () => {
    const { run, store } = await openPipeline();
    await store.put({ bucket: "logs", key: "_commits/current.json" }, "hello");
    await expect(run(600)).rejects.toMatchObject({
      code: "STORE_FAILED",
      message: expect.stringContaining("delete it once no INSERT is running"),
    });
  });
});
