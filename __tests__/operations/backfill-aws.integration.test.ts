import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type AthenaServer, startAthenaServer } from "../../testing/athena-server";
import { type S3Server, startS3Server } from "../../testing/s3-server";
import { albKey } from "../helpers/lake";
import { filesInNote } from "../helpers/notes";
import { runProgram } from "../helpers/run-program";
import { settingsFolder } from "../helpers/settings-folder";

let athena: AthenaServer;
let s3: S3Server;
let root: string;
beforeEach(async () => {
  athena = await startAthenaServer();
  s3 = await startS3Server();
  root = settingsFolder("logs");
});
afterEach(async () => {
  await athena.close();
  await s3.close();
  rmSync(root, { recursive: true });
});

const run = (...args: readonly string[]) =>
  runProgram(["backfill", ...args], {
    cwd: root,
    environment: { AWS_ENDPOINT_URL_S3: s3.endpoint, AWS_ENDPOINT_URL_ATHENA: athena.endpoint },
  });

const DAY = ["--from", "2026-11-23", "--to", "2026-11-23", "--bucket", "the-logs"];

describe("access-logs backfill on AWS", () => {
  it("moves files, adds partitions in the pipeline's workgroup, and notes the files, as in the settings of the stack", async () => {
    s3.put("the-logs", albKey("20261123T0705Z"), "x");
    s3.put("the-logs", albKey("20261101T0705Z"), "x");
    const { status, stdout } = await run(...DAY, "--json");
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      objects: 2,
      moved: 1,
      outOfRange: 1,
      files: 1,
      partitions: 1,
    });
    expect(athena.queries.map(({ workgroup }) => workgroup)).toEqual(["logs-pipeline", "logs-pipeline"]);
    expect([...athena.partitions]).toContain("alb_access_logs_raw/dt=2026-11-23/hour=07");
    const keys = s3.keys("the-logs");
    const moved = keys.filter((key) => key.startsWith("raw/"));
    expect(moved).toHaveLength(1);
    const noted = keys.filter((key) => key.startsWith("_arrivals/alb_access_logs/"));
    expect(new Set(noted.flatMap((key) => filesInNote(s3.read("the-logs", key))))).toEqual(new Set(moved));
  });

  it("reads the separate delivery bucket if a KMS key requires one", async () => {
    const settings = JSON.parse(readFileSync(join(root, "access-logs.json"), "utf8"));
    const kmsKey = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    writeFileSync(join(root, "access-logs.json"), JSON.stringify({ ...settings, kmsKey }));
    s3.put("the-landing", albKey("20261123T0705Z"), "x");
    s3.put("the-logs", "athena-results/1.csv", "x");
    const unnamed = await run(...DAY);
    expect([unnamed.status, unnamed.stderr]).toEqual([2, expect.stringContaining("--log-bucket")]);
    const { stdout } = await run(...DAY, "--log-bucket", "the-landing", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ objects: 1, moved: 1 });
    expect(s3.keys("the-logs").filter((key) => key.startsWith("raw/"))).toHaveLength(1);
  });

  it("reports a missing bucket in one line", async () => {
    const { status, stderr } = await run(...DAY);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: .*$/m);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it("names the wrong option in the settings", async () => {
    writeFileSync(join(root, "access-logs.json"), '{ "name": "logs" }');
    const { status, stderr } = await run(...DAY);
    expect(status).toBe(1);
    expect(stderr).toContain("access-logs.json: region:");
  });
});
