import type { ConfiguredSource } from "../../formats/configured-source";
import { type AthenaServer, startAthenaServer } from "../helpers/athena-server";
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

const ALB: ConfiguredSource = { name: "web", format: "alb", prefix: "web/AWSLogs/" };
const distribution = (name: string): ConfiguredSource => ({
  name,
  format: "cloudfront",
  prefix: `${name}/`,
  partition: true,
});

const invoke = (
  event: { scheduledTime?: string; from?: string; to?: string },
  sources: readonly ConfiguredSource[] = [ALB],
  COLUMNAR = "false",
): Promise<unknown> =>
  invokeHandler("create-partition", { athena, s3, sources, environment: { COLUMNAR } }, event);

const SCHEDULED = { scheduledTime: "2026-11-23T07:50:00Z" };
const markers = () => s3.keys("logs").filter((key) => key.startsWith("_touched/"));

describe("create-partition", () => {
  it("adds the hours from two before the scheduled time to a day after it", async () => {
    await invoke(SCHEDULED);
    expect(athena.partitions.size).toBe(27);
    expect(athena.partitions).toContain("alb_access_logs_raw/dt=2026-11-23/hour=05");
    expect(athena.partitions).toContain("alb_access_logs_raw/dt=2026-11-24/hour=07");
  });

  it("adds them for every source of a table that is partitioned by source", async () => {
    await invoke(SCHEDULED, [distribution("shop"), distribution("blog")]);
    expect(athena.partitions.size).toBe(54);
    expect(athena.partitions).toContain("cloudfront_access_logs_raw/source=blog/dt=2026-11-23/hour=05");
  });

  it("adds partitions that got late files, and then deletes their markers", async () => {
    s3.put("logs", "_touched/alb_access_logs/dt=2026-10-01/hour=13", "1");
    s3.put("logs", "_touched/alb_access_logs/dt=2026-11-23/hour=07", "1");
    expect(await invoke(SCHEDULED)).toEqual({ ensured: 28, touched: 1 });
    expect(athena.partitions).toContain("alb_access_logs_raw/dt=2026-10-01/hour=13");
    expect(markers()).toEqual([]);
  });

  it("leaves the markers to the typed tables where there are some", async () => {
    s3.put("logs", "_touched/alb_access_logs/dt=2026-10-01/hour=13", "1");
    expect(await invoke(SCHEDULED, undefined, "true")).toEqual({ ensured: 28, touched: 1 });
    expect(athena.partitions).toContain("alb_access_logs_lines/dt=2026-10-01/hour=13");
    expect(markers()).toHaveLength(1);
  });

  it("keeps the markers when Athena fails", async () => {
    s3.put("logs", "_touched/alb_access_logs/dt=2026-10-01/hour=13", "1");
    athena.setFates({ end: "FAILED", reason: "Table not found" });
    await expect(invoke(SCHEDULED)).rejects.toMatchObject({
      code: "QUERY_FAILED",
      message: expect.stringContaining("Table not found"),
    });
    expect(markers()).toHaveLength(1);
  });

  it("keeps a marker that was written anew while the partitions were added", async () => {
    const key = "_touched/alb_access_logs/dt=2026-10-01/hour=13";
    s3.put("logs", key, "1");
    s3.setFault(({ method }) => {
      if (method === "DELETE") s3.put("logs", key, "2");
      return undefined;
    });
    await invoke(SCHEDULED);
    expect(markers()).toEqual([key]);
  });

  it("leaves markers alone that are of no table, or of another partitioning", async () => {
    const strange = [
      "_touched/alb_access_logs/dt=2026-13-01/hour=13",
      "_touched/gone_access_logs/dt=2026-10-01/hour=13",
      "_touched/alb_access_logs/source=x/dt=2026-10-01/hour=13",
      "_touched/readme",
    ];
    for (const key of strange) s3.put("logs", key, "1");
    await invoke(SCHEDULED);
    expect(markers().sort()).toEqual([...strange].sort());
    expect(athena.partitions.size).toBe(27);
  });

  it("adds a range of days, both ends whole, a hundred partitions to a statement", async () => {
    await invoke({ from: "2024-02-28", to: "2024-03-01" });
    expect(athena.partitions.size).toBe(72);
    expect(athena.partitions).toContain("alb_access_logs_raw/dt=2024-02-29/hour=00");
    expect(athena.partitions).toContain("alb_access_logs_raw/dt=2024-03-01/hour=23");
    await invoke({ from: "2024-01-01T00", to: "2024-01-06T00" });
    expect(athena.queries.map(({ sql }) => sql.match(/PARTITION \(/g)?.length)).toEqual([72, 100, 21]);
  });

  it.each([
    [{ from: "2024-02-30", to: "2024-03-01" }, '"from" must be an hour that exists'],
    [{ from: "2024-03-01", to: "2024-02-01" }, '"from" must be before "to"'],
    [{ from: "2024-03-01" }, '"from" and "to" must come together'],
    [{ scheduledTime: "soon" }, '"scheduledTime" must be ISO 8601, got "soon"'],
    [{ from: "1900-01-01", to: "2024-01-01" }, "by at most"],
  ])("refuses the event %j and says what it expects", async (event, message) => {
    await expect(invoke(event)).rejects.toMatchObject({
      code: "INVALID_EVENT",
      message: expect.stringContaining(message),
    });
    expect(athena.submissions).toBe(0);
  });

  it("joins its own queries when the same run is repeated", async () => {
    await invoke(SCHEDULED);
    await invoke(SCHEDULED);
    expect(athena.queries).toHaveLength(1);
    expect(athena.submissions).toBe(2);
  });
});
