import { join } from "node:path";
import type { ConfiguredSource } from "../../formats/configured-source";
import { type AthenaServer, startAthenaServer } from "../../testing/athena-server";
import { type S3Server, startS3Server } from "../../testing/s3-server";
import { invokeHandler } from "../helpers/invoke-handler";
import { answerReport } from "../helpers/report-answers";

let athena: AthenaServer;
let s3: S3Server;

beforeEach(async () => {
  athena = await startAthenaServer();
  athena.setAnswer(answerReport);
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

const makeReport = (scheduledTime: string, sources: readonly ConfiguredSource[] = [ALB]) =>
  invokeHandler(
    "make-report",
    {
      athena,
      s3,
      sources,
      environment: { DAYS: "7", LAMBDA_TASK_ROOT: join(__dirname, "../../dist/cli") },
    },
    { scheduledTime },
    { getRemainingTimeInMillis: () => 900_000 },
  );

const reports = () => s3.keys("logs").filter((key) => key.startsWith("_reports/"));

describe("make-report", () => {
  it("writes the page of the last complete days, with its content type, and the same as the latest one", async () => {
    expect(await makeReport("2026-11-24T06:30:00Z")).toEqual({
      key: "_reports/2026-11-24.html",
      tables: ["alb_access_logs"],
    });
    expect(reports()).toEqual(["_reports/2026-11-24.html", "_reports/latest.html"]);
    const page = s3.read("logs", "_reports/2026-11-24.html");
    expect(page).toContain("Athena computes approximate quantiles.");
    expect(s3.read("logs", "_reports/latest.html")).toEqual(page);
    const [first] = athena.queries;
    expect(first?.sql).toContain(
      "time >= TIMESTAMP '2026-11-17 00:00:00' AND time < TIMESTAMP '2026-11-24 00:00:00'",
    );
  });

  it("joins the queries of an earlier run of the day, and leaves the latest page if it is of a later day", async () => {
    await makeReport("2026-11-24T06:30:00Z");
    const submitted = athena.queries.length;
    await makeReport("2026-11-24T06:30:00Z");
    expect(athena.queries).toHaveLength(submitted);
    const latest = s3.read("logs", "_reports/latest.html");
    await makeReport("2026-11-22T06:30:00Z");
    expect(reports()).toContain("_reports/2026-11-22.html");
    expect(s3.read("logs", "_reports/latest.html")).toEqual(latest);
  });

  it("lists the rejected files", async () => {
    s3.put("logs", "rejected/alb_access_logs/dt=2026-11-23/hour=07/a.gz", "text");
    await makeReport("2026-11-24T06:30:00Z");
    expect(s3.read("logs", "_reports/latest.html")).toContain(
      "rejected/alb_access_logs/dt=2026-11-23/hour=07/a.gz",
    );
  });

  it("writes nothing about tables that do not exist yet", async () => {
    athena.setFates({
      end: "FAILED",
      reason: "TABLE_NOT_FOUND: line 1:43: Table 'awsdatacatalog.logs.alb_access_logs' does not exist",
    });
    expect(await makeReport("2026-11-24T06:30:00Z")).toEqual({ tables: [] });
    expect(reports()).toEqual([]);
  });

  it("fails with Athena's reason", async () => {
    athena.setFates({ end: "FAILED", reason: "COLUMN_NOT_FOUND: line 1:8: x" });
    await expect(makeReport("2026-11-24T06:30:00Z")).rejects.toThrow(/COLUMN_NOT_FOUND/);
  });
});
