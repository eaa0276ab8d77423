import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { unzipSync } from "fflate";
import { CONFIGURATION_KEY } from "../../formats/partition-layout";
import { handlerCode } from "../../modules/handler-code";
import type { HandlerName } from "../../pipeline/handler-names";
import { type AthenaServer, startAthenaServer } from "../../testing/athena-server";
import { s3Notification, sqsEvent } from "../../testing/events";
import { type S3Server, startS3Server } from "../../testing/s3-server";
import { answerReport } from "../helpers/report-answers";

const RUNTIME = join(__dirname, "../helpers/lambda-runtime.cjs");
const KEY =
  "alb/AWSLogs/111122223333/elasticloadbalancing/eu-central-1/2026/11/23/111122223333_elasticloadbalancing_eu-central-1_app.shop.50dc6c495c0c9188_20261123T0705Z_10.0.0.5_2fb1c9a0.log.gz";
const NOW = "2026-11-23T07:50:00Z";

let athena: AthenaServer;
let s3: S3Server;
let task: string;

beforeAll(async () => {
  [athena, s3] = await Promise.all([startAthenaServer(), startS3Server()]);
  s3.put("logs", KEY, "text");
  const sources = [{ format: "alb", prefix: "alb/AWSLogs/", name: "shop" }];
  s3.put("logs", CONFIGURATION_KEY, JSON.stringify({ sources }));
  task = mkdtempSync(join(tmpdir(), "task-"));
});
afterAll(async () => {
  await Promise.all([athena.close(), s3.close()]);
  rmSync(task, { recursive: true });
});

/** The variables that Lambda and the stack set, and none of this process. */
const environment = (name: HandlerName): Record<string, string> => ({
  _HANDLER: "index.handler",
  AWS_LAMBDA_FUNCTION_NAME: `logs-${name}`,
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
  AWS_SESSION_TOKEN: "test",
  AWS_ENDPOINT_URL_S3: s3.endpoint,
  AWS_ENDPOINT_URL_ATHENA: athena.endpoint,
  AWS_ENDPOINT_URL_GLUE: athena.endpoint,
  DATABASE: "logs",
  WORKGROUP: "pipeline",
  BUCKET: "logs",
  TARGET_BUCKET: "logs",
  LANDING_BUCKET: "logs",
  KEEP_ORIGINALS: "false",
  COLUMNAR: "true",
  PARTITIONS: "managed",
  DAYS: "1",
  POWERTOOLS_METRICS_NAMESPACE: "AccessLogs",
  POWERTOOLS_SERVICE_NAME: "test",
});

interface Invocation {
  readonly result?: unknown;
  readonly error?: string;
  readonly stderr: string;
}

/** Invokes the deployed function once, in its own process, on the Node version that runs this test. */
async function invoke(name: HandlerName, event: object): Promise<Invocation> {
  const folder = join(task, name);
  mkdirSync(folder);
  for (const [file, bytes] of Object.entries(unzipSync(readFileSync(handlerCode(name).path)))) {
    writeFileSync(join(folder, file), bytes);
  }
  const child = fork(RUNTIME, [join(folder, "index.js")], {
    cwd: folder,
    execArgv: [],
    env: environment(name),
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const stderr = child.stderr ? text(child.stderr) : Promise.resolve("");
  child.send(event);
  const ended = once(child, "exit").then(async () => [{ error: await stderr }]);
  const [answer] = await Promise.race([once(child, "message"), ended]);
  child.kill();
  return { ...answer, stderr: await stderr };
}

const statements = (start: string) => athena.queries.filter(({ sql }) => sql.startsWith(start));

/** Lambda no longer supports Node 20, and the SDK warns about it. */
const NO_WARNING = Number.parseInt(process.versions.node, 10) < 22 ? expect.any(String) : "";

// One log file passes through all functions, one after the other.
describe("on this Node version, the deployed zip of", () => {
  it("move-access-logs moves a file", async () => {
    const invocation = await invoke("move-access-logs", sqsEvent(s3Notification("logs", KEY)));
    expect(invocation).toEqual({ result: { batchItemFailures: [] }, stderr: NO_WARNING });
    expect(
      s3.keys("logs").filter((key) => key.startsWith("raw/alb_access_logs/dt=2026-11-23/hour=07/")),
    ).toHaveLength(1);
    expect(s3.keys("logs")).not.toContain(KEY);
  });

  it("create-partition adds partitions", async () => {
    expect(await invoke("create-partition", { scheduledTime: NOW })).toMatchObject({
      result: { ensured: expect.any(Number) },
      stderr: NO_WARNING,
    });
    expect(athena.partitions).toContain("alb_access_logs_raw/dt=2026-11-23/hour=07");
  });

  it("transform-partition commits the file", async () => {
    expect(await invoke("transform-partition", { scheduledTime: NOW })).toMatchObject({
      result: [{ table: "alb_access_logs", committed: 1 }],
      stderr: NO_WARNING,
    });
    expect(statements("INSERT INTO")).toHaveLength(1);
  });

  it("maintain-lake merges small files", async () => {
    const invocation = await invoke("maintain-lake", { scheduledTime: NOW, table: "alb_access_logs" });
    expect(invocation).toEqual({ result: expect.anything(), stderr: NO_WARNING });
    expect(statements("VACUUM")).toHaveLength(1);
  });

  it("make-report writes a page", async () => {
    athena.setAnswer(answerReport);
    expect(await invoke("make-report", { scheduledTime: NOW })).toEqual({
      result: { key: "_reports/2026-11-23.html", tables: ["alb_access_logs"] },
      stderr: NO_WARNING,
    });
    expect(s3.read("logs", "_reports/latest.html")).toContain("<!doctype html>");
  });
});
