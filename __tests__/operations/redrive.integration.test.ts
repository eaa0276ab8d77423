import { hourOf } from "../../formats/hour";
import { s3ObjectStore } from "../../handlers/adapters/s3-object-store";
import { systemClock } from "../../handlers/core/ports";
import { reasonKeyOf, rejectedKeyOf, setAside } from "../../handlers/core/rejected-files";
import { payloadOf, readArrival, readRun } from "../../operations/redrive/dead-letter";
import { queueArn } from "../../testing/aws-server";
import { type Deployment, startDeployment } from "../helpers/deployment";
import { fileAt, filesInNote } from "../helpers/notes";
import { localS3Client } from "../helpers/s3-client";

let deployment: Deployment;
beforeEach(async () => {
  deployment = await startDeployment();
});
afterEach(() => deployment.close());

const ARRIVALS = "logs-arrivals-dead-letters";
const TRANSFORM = "logs-transform-partition-dead-letters";
const event = (key: string) =>
  JSON.stringify({ Records: [{ s3: { bucket: { name: "logs-0123" }, object: { key, size: 1 } } }] });
/** The message that Lambda writes about a run that failed every retry. */
const record = (requestPayload: unknown) =>
  JSON.stringify({
    version: "1.0",
    requestContext: { condition: "RetriesExhausted", approximateInvokeCount: 3 },
    requestPayload,
    responseContext: { statusCode: 200, functionError: "Unhandled" },
    responsePayload: { errorType: "PermanentError", errorMessage: "query 1 failed: FAILED: no" },
  });
const SCHEDULED = { scheduledTime: "2026-11-23T07:05:00Z" };
const messagesIn = (queue: string) => deployment.aws.queues.get(queue)?.messages ?? [];
const operations = () => deployment.aws.calls.map(({ operation }) => operation);

describe("access-logs redrive", () => {
  it("reports that there is nothing to do", async () => {
    const { status, stdout } = await deployment.run("redrive");
    expect(status).toBe(0);
    expect(stdout.split("\n")).toEqual([
      `${ARRIVALS}: empty`,
      "logs-create-partition-dead-letters: empty",
      `${TRANSFORM}: empty`,
      "logs-maintain-lake-dead-letters: empty",
      "",
    ]);
  });

  it("shows the messages of a queue, and leaves them there, visible to other readers", async () => {
    for (let index = 0; index < 12; index++) deployment.aws.send(ARRIVALS, event(`alb/a+b${index}`));
    const { status, stdout } = await deployment.run("redrive", "--dry-run", "--queue", "move-access-logs");
    expect(status).toBe(0);
    expect(stdout).toContain(`${ARRIVALS}: 12 messages\n`);
    expect(stdout).toContain("60 min old, received 1 time: s3://logs-0123/alb/a b0");
    expect(stdout).toContain("and 2 more\n");
    expect(stdout).toContain("this was a dry run");
    expect(messagesIn(ARRIVALS).map(({ visibleAt }) => visibleAt <= Date.now())).toEqual(
      Array(12).fill(true),
    );
    expect(operations()).not.toContain("sqs:StartMessageMoveTask");
  });

  it("lets SQS move the messages of objects back to the queue of new objects, and waits for the end", async () => {
    for (const key of ["alb/a", "alb/b"]) deployment.aws.send(ARRIVALS, event(key));
    const { status, stdout } = await deployment.run("redrive", "--yes", "--rate", "50");
    expect([status, stdout]).toEqual([0, expect.stringContaining(`${ARRIVALS}: 2 messages moved back`)]);
    expect([messagesIn(ARRIVALS).length, messagesIn("logs-arrivals").length]).toEqual([0, 2]);
    const start = deployment.aws.calls.find(({ operation }) => operation === "sqs:StartMessageMoveTask");
    // The dead-letter messages of EventBridge have no source queue, so the target is always named.
    expect(start?.input).toEqual({
      SourceArn: queueArn(ARRIVALS),
      DestinationArn: queueArn("logs-arrivals"),
      MaxNumberOfMessagesPerSecond: 50,
    });
  });

  it("starts one run for all failed runs of a schedule, and one for each range of hours, and deletes their messages", async () => {
    const { aws } = deployment;
    aws.send(TRANSFORM, record(SCHEDULED));
    aws.send(TRANSFORM, record({ scheduledTime: "2026-11-23T07:15:00Z" }));
    aws.send(TRANSFORM, JSON.stringify(SCHEDULED), { ERROR_CODE: "AccessDenied", ERROR_MESSAGE: "no role" });
    aws.send(TRANSFORM, record({ from: "2026-01-01", to: "2026-01-02" }));
    const { status, stdout } = await deployment.run("redrive", "--yes", "--queue", "transform-partition");
    expect(status).toBe(0);
    expect(stdout).toContain("a run of the schedule; PermanentError: query 1");
    expect(stdout).toContain("a run of the schedule; AccessDenied: no role");
    expect(stdout).toContain("the hours 2026-01-01 to 2026-01-02");
    expect(stdout.replaceAll(/\n +/g, " ")).toContain(
      "2 runs of logs-transform-partition started for 4 messages\n",
    );
    expect(aws.invocations).toEqual([
      { name: "logs-transform-partition", type: "Event", payload: "{}" },
      { name: "logs-transform-partition", type: "Event", payload: '{"from":"2026-01-01","to":"2026-01-02"}' },
    ]);
    expect(messagesIn(TRANSFORM)).toEqual([]);
  });

  it("starts one run for each table if the function has a run for each table", async () => {
    const { aws } = deployment;
    const queue = "logs-maintain-lake-dead-letters";
    for (const [table, day] of [
      ["alb_access_logs", 22],
      ["alb_access_logs", 23],
      ["cloudfront_access_logs", 23],
    ])
      aws.send(queue, record({ scheduledTime: `2026-11-${day}T03:30:00Z`, table }));
    const { status, stdout } = await deployment.run("redrive", "--yes", "--queue", "maintain-lake");
    expect(status).toBe(0);
    expect(stdout).toContain("a run of the schedule for alb_access_logs;");
    expect(aws.invocations).toEqual([
      { name: "logs-maintain-lake", type: "Event", payload: '{"table":"alb_access_logs"}' },
      { name: "logs-maintain-lake", type: "Event", payload: '{"table":"cloudfront_access_logs"}' },
    ]);
    expect(messagesIn(queue)).toEqual([]);
  });

  it("keeps and reports messages that do not belong to this pipeline", async () => {
    deployment.aws.send(TRANSFORM, "hello");
    deployment.aws.send(TRANSFORM, record(SCHEDULED));
    const { stdout } = await deployment.run("redrive", "--yes", "--queue", "transform-partition");
    const text = stdout.replaceAll(/\n +/g, " ");
    expect(text).toContain("not from this pipeline: expected the event of a function, got hello");
    expect(text).toContain("1 run of logs-transform-partition started for 1 message; 1 message left");
    expect(messagesIn(TRANSFORM).map(({ body }) => body)).toEqual(["hello"]);
  });

  it("loses no message when the function cannot be invoked", async () => {
    deployment.aws.send(TRANSFORM, record(SCHEDULED));
    deployment.aws.deny("lambda:Invoke");
    const { status, stderr } = await deployment.run("redrive", "--yes", "--queue", "transform-partition");
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining("error: User: someone is not authorized to perform: lambda:Invoke"),
    ]);
    expect(messagesIn(TRANSFORM)).toHaveLength(1);
  });

  it("asks before it changes anything, and requires --yes without a terminal", async () => {
    deployment.aws.send(ARRIVALS, event("alb/a"));
    const { status, stderr } = await deployment.run("redrive");
    expect([status, stderr]).toEqual([1, expect.stringContaining("run with --yes")]);
    expect(messagesIn(ARRIVALS)).toHaveLength(1);
  });

  it("prints one JSON document", async () => {
    deployment.aws.send(ARRIVALS, event("alb/a"));
    const { stdout } = await deployment.run("redrive", "--dry-run", "--json", "--queue", "move-access-logs");
    expect(JSON.parse(stdout)).toMatchObject([
      {
        queue: ARRIVALS,
        messages: 1,
        samples: [{ received: 1, letter: { kind: "objects", objects: ["s3://logs-0123/alb/a"] } }],
        outcome: { kind: "declined" },
      },
    ]);
  });

  it.each([
    [["--queue", "other"], "Allowed choices are move-access-logs"],
    [["--rate", "501"], "Expected a whole number from 1 to 500"],
  ])("explains the error in %j", async (args, message) => {
    const { status, stderr } = await deployment.run("redrive", ...args);
    expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it("reports a missing queue in one line", async () => {
    deployment.aws.queues.clear();
    const { status, stderr } = await deployment.run("redrive");
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining("error: The specified queue does not exist."),
    ]);
  });
});

describe("access-logs redrive --rejected", () => {
  const TABLE = "alb_access_logs";
  const REASON = "FAILED: HIVE_CURSOR_ERROR: Unexpected end of ZLIB input stream";
  /** Moves files to `rejected/` as the pipeline does. @returns their keys below `raw/` */
  const reject = async (count: number): Promise<string[]> => {
    const { s3, bucket, move, hours } = deployment;
    const client = localS3Client(s3.endpoint);
    const store = s3ObjectStore(client);
    const keys: string[] = [];
    for (let index = 0; index < count; index++) {
      const key = move(TABLE, hours[index] ?? hourOf(new Date(0)), { isCommitted: false, body: `${index}` });
      await setAside({ store, clock: systemClock }, bucket, fileAt(key), REASON);
      keys.push(key);
    }
    client.destroy();
    return keys;
  };
  const rejectedKeys = () => keysBelow("rejected/");
  const keysBelow = (prefix: string) =>
    deployment.s3.keys(deployment.bucket).filter((key) => key.startsWith(prefix));
  const noted = () =>
    keysBelow("_arrivals/").flatMap((key) => filesInNote(deployment.s3.read(deployment.bucket, key)));
  const oneLine = (text: string) => text.replaceAll(/\n +/g, " ");

  it("reports that there is nothing to do", async () => {
    const { status, stdout } = await deployment.run("redrive", "--rejected");
    expect([status, stdout]).toEqual([0, "s3://logs-0123/rejected/: empty\n"]);
  });

  it("shows each file with the reason and whether it was replaced, and explains how to repair the others", async () => {
    const [first = "", second = ""] = await reject(2);
    deployment.s3.put(deployment.bucket, rejectedKeyOf(second), "an intact copy");
    const before = deployment.s3.keys(deployment.bucket);
    const { status, stdout } = await deployment.run("redrive", "--rejected", "--dry-run");
    expect(status).toBe(0);
    const text = oneLine(stdout);
    expect(text).toContain("s3://logs-0123/rejected/: 2 files");
    expect(text).toContain(`${rejectedKeyOf(first)} ${REASON}`);
    expect(text).toContain(`${rejectedKeyOf(second)} replaced: it can be taken back`);
    expect(text).toContain("1 file not replaced: replace each file with an intact copy");
    expect(text).toContain(`aws s3 cp COPY "s3://logs-0123/${rejectedKeyOf(first)}"`);
    expect(stdout).toContain("unchanged: this was a dry run\n");
    expect(deployment.s3.keys(deployment.bucket)).toEqual(before);
  });

  it("takes back replaced files, notes them for the next commit, and leaves the others", async () => {
    const [first = "", second = ""] = await reject(2);
    deployment.s3.put(deployment.bucket, rejectedKeyOf(second), "an intact copy");
    const { status, stdout } = await deployment.run("redrive", "--rejected", "--yes");
    expect([status, stdout]).toEqual([0, expect.stringContaining("1 file taken back; the next run commits")]);
    expect(rejectedKeys()).toEqual([rejectedKeyOf(first), reasonKeyOf(first)]);
    expect(deployment.s3.read(deployment.bucket, second)).toBe("an intact copy");
    expect(noted()).toEqual([second]);
  });

  it("changes nothing, and does not ask, if no file was replaced", async () => {
    await reject(1);
    const { status, stdout } = await deployment.run("redrive", "--rejected");
    expect([status, stdout]).toEqual([0, expect.stringMatching(/nothing to take back\n$/)]);
    expect(rejectedKeys()).toHaveLength(2);
  });

  it("asks before it takes back a file, and requires --yes without a terminal", async () => {
    const [key = ""] = await reject(1);
    deployment.s3.put(deployment.bucket, rejectedKeyOf(key), "an intact copy");
    const { status, stderr } = await deployment.run("redrive", "--rejected");
    expect([status, stderr]).toEqual([1, expect.stringContaining("run with --yes")]);
    expect(rejectedKeys()).toHaveLength(2);
  });

  it("prints one JSON document", async () => {
    const [key = ""] = await reject(1);
    deployment.s3.put(deployment.bucket, rejectedKeyOf(key), "an intact copy");
    const { stdout } = await deployment.run("redrive", "--rejected", "--yes", "--json");
    expect(JSON.parse(stdout)).toEqual({
      bucket: "logs-0123",
      files: [{ key, rejectedKey: rejectedKeyOf(key), reason: REASON, isReplaced: true }],
      outcome: { kind: "taken-back", taken: [key], failed: [] },
    });
  });

  it("names the files that it could not take back, takes back the others, and exits with 1", async () => {
    const keys = await reject(2);
    for (const key of keys) deployment.s3.put(deployment.bucket, rejectedKeyOf(key), "an intact copy");
    deployment.s3.setFault(({ isCopy, key }) =>
      isCopy && key === keys[0] ? { status: 403, code: "AccessDenied" } : undefined,
    );
    const { status, stdout } = await deployment.run("redrive", "--rejected", "--yes");
    expect(status).toBe(1);
    const inOrder = [...keys].sort();
    const other = inOrder.find((key) => key !== keys[0]) ?? "";
    expect(stdout).toContain("1 file taken back");
    expect(oneLine(stdout)).toContain(`${rejectedKeyOf(keys[0] ?? "")}: not taken back: AccessDenied`);
    expect(noted()).toEqual([other]);
    expect(rejectedKeys()).toHaveLength(2);
  });

  it("is suggested in one line by the redrive of the queues if there is a rejected file", async () => {
    await reject(2);
    const { status, stdout } = await deployment.run("redrive");
    expect(status).toBe(0);
    expect(stdout.split("\n").slice(4)).toEqual([
      'rejected files: 2; run "access-logs redrive --rejected --dry-run" to list them',
      "",
    ]);
    expect((await deployment.run("redrive", "--queue", "maintain-lake")).stdout).not.toContain("rejected");
  });

  it("does not stop the redrive of the queues if it has no permission to list rejected files", async () => {
    deployment.aws.send(ARRIVALS, event("alb/a"));
    deployment.s3.setFault(() => ({ status: 403, code: "AccessDenied" }));
    const { status, stdout } = await deployment.run("redrive", "--yes");
    expect(status).toBe(0);
    expect(stdout).toContain(`${ARRIVALS}: 1 message moved back`);
    expect(stdout).toContain("rejected files: not checked: AccessDenied\n");
  });

  it("accepts the bucket name as an option, and asks for it if the name is unknown", async () => {
    await reject(1);
    deployment.aws.deny("lambda:GetFunctionConfiguration");
    const { status, stderr } = await deployment.run("redrive", "--rejected", "--dry-run");
    expect([status, stderr]).toEqual([1, expect.stringMatching(/bucket is unknown .*: set --bucket\n$/)]);
    const named = await deployment.run("redrive", "--rejected", "--dry-run", "--bucket", deployment.bucket);
    expect([named.status, named.stdout]).toEqual([0, expect.stringContaining("/rejected/: 1 file\n")]);
  });

  it("refuses the option --queue", async () => {
    const { status, stderr } = await deployment.run("redrive", "--rejected", "--queue", "maintain-lake");
    expect([status, stderr]).toEqual([2, expect.stringContaining("cannot be used with option")]);
  });
});

describe("a dead-letter message", () => {
  it("of EventBridge, or a test event of S3, is a message of objects", () => {
    const body = JSON.stringify({
      source: "aws.s3",
      detail: { bucket: { name: "b" }, object: { key: "a b" } },
    });
    expect(readArrival({ Body: body })).toEqual({ kind: "objects", objects: ["s3://b/a b"] });
    expect(readArrival({ Body: '{"Event":"s3:TestEvent"}' })).toEqual({ kind: "objects", objects: [] });
    expect(readArrival({ Body: "x" })).toMatchObject({ kind: "unknown" });
  });

  it.each(["null", "[]", '"x"', '{"requestPayload":null}', '{"other":1}', '{"table":1}', "{"])(
    "of no run is unknown: %s",
    (Body) => {
      expect(readRun({ Body })).toMatchObject({ kind: "unknown" });
    },
  );

  it("never repeats the time of a run, because Athena would return the failed statement", () => {
    const letter = readRun({ Body: record(SCHEDULED) });
    expect(letter.kind === "run" && payloadOf(letter.request)).toBe("{}");
  });

  it("keeps the table of a run", () => {
    const letter = readRun({ Body: record({ ...SCHEDULED, table: "alb_access_logs" }) });
    expect(letter.kind === "run" && payloadOf(letter.request)).toBe('{"table":"alb_access_logs"}');
  });
});
