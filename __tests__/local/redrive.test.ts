import { payloadOf, readArrival, readRun } from "../../local/redrive/dead-letter";
import { queueArn } from "../helpers/aws-server";
import { type Deployment, startDeployment } from "../helpers/deployment";

let deployment: Deployment;
beforeEach(async () => {
  deployment = await startDeployment();
});
afterEach(() => deployment.close());

const ARRIVALS = "logs-arrivals-dead-letters";
const TRANSFORM = "logs-transform-partition-dead-letters";
const event = (key: string) =>
  JSON.stringify({ Records: [{ s3: { bucket: { name: "logs-0123" }, object: { key, size: 1 } } }] });
/** What Lambda writes of a run that failed for good. */
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
  it("says that there is nothing to do", async () => {
    const { status, stdout } = await deployment.run("redrive");
    expect(status).toBe(0);
    expect(stdout.split("\n")).toEqual([
      `${ARRIVALS}: nothing in it`,
      "logs-create-partition-dead-letters: nothing in it",
      `${TRANSFORM}: nothing in it`,
      "logs-maintain-lake-dead-letters: nothing in it",
      "",
    ]);
  });

  it("shows what lies in a queue and leaves it there, visible to everyone", async () => {
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

  it("has SQS move objects' messages back to the queue of new objects, and follows it to the end", async () => {
    for (const key of ["alb/a", "alb/b"]) deployment.aws.send(ARRIVALS, event(key));
    const { status, stdout } = await deployment.run("redrive", "--yes", "--rate", "50");
    expect([status, stdout]).toEqual([0, expect.stringContaining(`${ARRIVALS}: 2 messages moved back`)]);
    expect([messagesIn(ARRIVALS).length, messagesIn("logs-arrivals").length]).toEqual([0, 2]);
    const start = deployment.aws.calls.find(({ operation }) => operation === "sqs:StartMessageMoveTask");
    // EventBridge's own dead letters have no source queue: the target is always named.
    expect(start?.input).toEqual({
      SourceArn: queueArn(ARRIVALS),
      DestinationArn: queueArn("logs-arrivals"),
      MaxNumberOfMessagesPerSecond: 50,
    });
  });

  it("begins one run for all runs of a schedule, and one for each range of hours, and deletes what it did", async () => {
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
      "2 runs of logs-transform-partition begun for 4 messages\n",
    );
    expect(aws.invocations).toEqual([
      { name: "logs-transform-partition", type: "Event", payload: "{}" },
      { name: "logs-transform-partition", type: "Event", payload: '{"from":"2026-01-01","to":"2026-01-02"}' },
    ]);
    expect(messagesIn(TRANSFORM)).toEqual([]);
  });

  it("leaves what is not of this pipeline, and says so", async () => {
    deployment.aws.send(TRANSFORM, "hello");
    deployment.aws.send(TRANSFORM, record(SCHEDULED));
    const { stdout } = await deployment.run("redrive", "--yes", "--queue", "transform-partition");
    const text = stdout.replaceAll(/\n +/g, " ");
    expect(text).toContain("not of this pipeline: expected the event of a function, got hello");
    expect(text).toContain("1 run of logs-transform-partition begun for 1 message; 1 message left");
    expect(messagesIn(TRANSFORM).map(({ body }) => body)).toEqual(["hello"]);
  });

  it("loses no message when the function cannot be invoked", async () => {
    deployment.aws.send(TRANSFORM, record(SCHEDULED));
    deployment.aws.deny("lambda:Invoke");
    const { status, stderr } = await deployment.run("redrive", "--yes", "--queue", "transform-partition");
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining("access-logs: User: someone is not authorized to perform: lambda:Invoke"),
    ]);
    expect(messagesIn(TRANSFORM)).toHaveLength(1);
  });

  it("asks before it does anything, and asks for --yes where nobody can be asked", async () => {
    deployment.aws.send(ARRIVALS, event("alb/a"));
    const { status, stderr } = await deployment.run("redrive");
    expect([status, stderr]).toEqual([1, expect.stringContaining("say --yes")]);
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
  ])("says what is wrong with %j", async (args, message) => {
    const { status, stderr } = await deployment.run("redrive", ...args);
    expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it("says in one line that the queue is not there", async () => {
    deployment.aws.queues.clear();
    const { status, stderr } = await deployment.run("redrive");
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining("access-logs: The specified queue does not exist."),
    ]);
  });
});

describe("a dead letter", () => {
  it("of EventBridge or a test of S3 is one of objects", () => {
    const body = JSON.stringify({
      source: "aws.s3",
      detail: { bucket: { name: "b" }, object: { key: "a b" } },
    });
    expect(readArrival({ Body: body })).toEqual({ kind: "objects", objects: ["s3://b/a b"] });
    expect(readArrival({ Body: '{"Event":"s3:TestEvent"}' })).toEqual({ kind: "objects", objects: [] });
    expect(readArrival({ Body: "x" })).toMatchObject({ kind: "unknown" });
  });

  it.each(["null", "[]", '"x"', '{"requestPayload":null}', '{"other":1}', "{"])(
    "of no run is unknown: %s",
    (Body) => {
      expect(readRun({ Body })).toMatchObject({ kind: "unknown" });
    },
  );

  it("never repeats the time of a run, which Athena would take for the failed statement", () => {
    const letter = readRun({ Body: record(SCHEDULED) });
    expect(letter.kind === "run" && payloadOf(letter.request)).toBe("{}");
  });
});
