import { OWNER, type S3Server, startS3Server } from "../../testing/s3-server";
import { runProgram } from "../helpers/run-program";

let s3: S3Server;
beforeEach(async () => {
  s3 = await startS3Server();
});
afterEach(() => s3.close());

const QUEUE = "arn:aws:sqs:eu-central-1:111122223333:arrivals";
const run = (...args: readonly string[]) =>
  runProgram(["connect-bucket", "--bucket", "company-logs", "--owner", OWNER, ...args], {
    environment: { AWS_ENDPOINT_URL_S3: s3.endpoint },
  });

const entry = (kind: string, tag: string, id: string, prefix: string) =>
  `<${kind}Configuration><${tag}>arn:aws:x:eu-central-1:111122223333:${id}</${tag}><Event>s3:ObjectCreated:Put</Event><Id>${id}</Id><Filter><S3Key><FilterRule><Name>prefix</Name><Value>${prefix}</Value></FilterRule><FilterRule><Name>suffix</Name><Value>.csv</Value></FilterRule></S3Key></Filter></${kind}Configuration>`;
/** Entries of other owners, one of each kind, as the SDK writes them. */
const FOREIGN = [
  entry("Topic", "Topic", "their-topic", "reports/"),
  entry("Queue", "Queue", "their-queue", "uploads/"),
  entry("CloudFunction", "CloudFunction", "their-function", "images/"),
];
const documentOf = (...parts: readonly string[]) =>
  `<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join("")}</NotificationConfiguration>`;
const stored = () => s3.notifications.get("company-logs") ?? "";

describe("access-logs connect-bucket", () => {
  beforeEach(() => s3.notifications.set("company-logs", documentOf(...FOREIGN)));

  it("adds EventBridge, keeps every other entry byte for byte, and removes EventBridge again", async () => {
    const added = await run("--eventbridge", "--yes");
    expect([added.status, added.stdout]).toEqual([
      0,
      expect.stringContaining("+ every event to EventBridge"),
    ]);
    expect(stored()).toContain("<EventBridgeConfiguration");
    for (const part of FOREIGN) expect(stored()).toContain(part);
    const removed = await run("--eventbridge", "--remove", "--yes");
    expect(removed.status).toBe(0);
    expect(stored()).not.toContain("EventBridge");
    for (const part of FOREIGN) expect(stored()).toContain(part);
  });

  it("adds a queue for some prefixes once, and keeps the queues of others", async () => {
    const args = ["--queue", QUEUE, "--prefix", "alb/AWSLogs/", "cdn/", "--yes"];
    expect((await run(...args)).status).toBe(0);
    for (const part of [...FOREIGN, "<Id>access-logs:alb/AWSLogs/</Id>", "<Id>access-logs:cdn/</Id>"]) {
      expect(stored()).toContain(part);
    }
    const before = stored();
    expect((await run(...args)).stdout).toContain("nothing to change");
    expect(stored()).toBe(before);
    await run("--queue", QUEUE, "--remove", "--yes");
    expect(stored()).not.toContain("access-logs:");
    for (const part of FOREIGN) expect(stored()).toContain(part);
  });

  it("only shows the changes in a dry run, and requires --yes without a terminal", async () => {
    const before = stored();
    const dry = await run("--eventbridge", "--dry-run", "--json");
    expect(JSON.parse(dry.stdout)).toEqual({ kind: "declined", changes: ["+ every event to EventBridge"] });
    const asked = await run("--eventbridge");
    expect([asked.status, asked.stderr]).toEqual([1, expect.stringContaining("run with --yes")]);
    expect(stored()).toBe(before);
  });

  it("asks in the Region of the option, without which it needs one of the environment", async () => {
    const nowhere = {
      AWS_ENDPOINT_URL_S3: s3.endpoint,
      AWS_REGION: undefined,
      AWS_DEFAULT_REGION: undefined,
      AWS_CONFIG_FILE: "/dev/null",
    };
    const dryRun = (...args: readonly string[]) =>
      runProgram(
        [
          "connect-bucket",
          "--bucket",
          "company-logs",
          "--owner",
          OWNER,
          "--eventbridge",
          "--dry-run",
          ...args,
        ],
        { environment: nowhere },
      );
    expect((await dryRun("--region", "eu-west-1")).status).toBe(0);
    expect(s3.requests.map(({ region }) => region)).toEqual(["eu-west-1"]);
    expect((await dryRun()).stderr).toMatch(/^error: Region is missing; set AWS_REGION, /);
  });

  it("refuses a prefix that has another notification, and explains the fix", async () => {
    const { status, stderr } = await run("--queue", QUEUE, "--prefix", "images/", "--yes");
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining('"their-function" already covers "images/"'),
    ]);
    expect(stderr).toContain("use --eventbridge");
    expect(stored()).toBe(documentOf(...FOREIGN));
  });

  it("never writes to a bucket of another account", async () => {
    const { status, stderr } = await run("--eventbridge", "--yes", "--owner", "999999999999");
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^error: /m)]);
    expect(stored()).toBe(documentOf(...FOREIGN));
  });

  it("restores the previous document if the document is not the one that it wrote", async () => {
    let puts = 0;
    s3.setFault(({ method }) => {
      // Another program writes between the write and the check.
      if (method === "PUT" && ++puts === 1)
        setImmediate(() => s3.notifications.set("company-logs", documentOf()));
      return undefined;
    });
    const { status, stderr } = await run("--eventbridge", "--yes");
    expect([status, stderr]).toEqual([1, expect.stringContaining("the earlier one was restored")]);
    for (const part of FOREIGN) expect(stored()).toContain(part);
    expect(stored()).not.toContain("EventBridge");
  });

  it.each([
    [["--queue", "arrivals", "--prefix", "x/"], "the ARN of an SQS queue", 2],
    [["--eventbridge", "--queue", QUEUE], "cannot be used with", 2],
    [[], "--eventbridge or --queue ARN", 2],
    [["--queue", QUEUE], "--queue needs --prefix", 2],
  ] as const)("explains the error in %j", async (args, message, code) => {
    const { status, stderr } = await run(...args);
    expect([status, stderr]).toEqual([code, expect.stringContaining(message)]);
  });
});
