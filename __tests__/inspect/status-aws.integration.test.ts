import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { addHours, partitionValuesOf } from "../../formats/hour";
import { HOUR_MS, MINUTE_MS } from "../../formats/time";
import { s3ObjectStore } from "../../handlers/adapters/s3-object-store";
import { systemClock } from "../../handlers/core/ports";
import { setAside } from "../../handlers/core/rejected-files";
import { STATUS_FINDINGS } from "../../inspect/aws/aws-findings";
import type { Finding } from "../../inspect/finding";
import { albFileKey } from "../helpers/delivered";
import { type Deployment, startDeployment } from "../helpers/deployment";
import { albKey } from "../helpers/lake";
import { albLine } from "../helpers/lines";
import { fileAt } from "../helpers/notes";
import { localS3Client } from "../helpers/s3-client";

let deployment: Deployment;
beforeEach(async () => {
  deployment = await startDeployment();
});
afterEach(() => deployment.close());

const TABLE = "alb_access_logs";
const hourAgo = (hours: number) => {
  const [now] = deployment.hours;
  if (now === undefined) throw new Error("no hours");
  return addHours(now, -hours);
};
/** `dt=.../hour=..` of some hours ago. */
const pathOfHour = (hours: number) => {
  const { dt, hour } = partitionValuesOf(hourAgo(hours));
  return `dt=${dt}/hour=${hour}`;
};
const codesOf = (findings: readonly Finding[]) =>
  findings.filter(({ severity }) => severity === "wrong").map(({ code }) => code);
const old = (hours: number) => new Date(Date.now() - hours * HOUR_MS);

type Break = (deployment: Deployment) => unknown;

/** Every way in which a pipeline can stop, with the expected finding. */
const STOPPED: readonly (readonly [what: string, codes: readonly string[], breakIt: Break])[] = [
  [
    "a message is in a dead-letter queue",
    ["dead-letters"],
    ({ aws }) => aws.send("logs-arrivals-dead-letters", "{}"),
  ],
  [
    "a run of a schedule failed for good",
    ["dead-letters"],
    ({ aws }) => aws.send("logs-maintain-lake-dead-letters", "{}"),
  ],
  [
    "nobody takes messages from the queue",
    ["queue-old"],
    ({ aws }) => {
      aws.send("logs-arrivals", "{}");
      aws.metrics.set("ApproximateAgeOfOldestMessage logs-arrivals", 7200);
    },
  ],
  [
    "a function fails",
    ["function-failing"],
    ({ aws }) => aws.metrics.set("Errors logs-transform-partition", 3),
  ],
  [
    "a function is throttled",
    ["function-throttled"],
    ({ aws }) => aws.metrics.set("Throttles logs-move-access-logs", 3),
  ],
  [
    "an alarm is on",
    ["alarm-on"],
    ({ aws }) =>
      aws.alarms.push({
        AlarmName: "logs-moves-fail",
        StateReason: "1 > 0",
        AlarmDescription: "Look at the log.",
      }),
  ],
  ["a function was deleted", ["part-missing"], ({ aws }) => aws.functions.delete("logs-transform-partition")],
  ["a schedule was deleted", ["part-missing"], ({ aws }) => aws.schedules.delete("logs-create-partition")],
  [
    "a queue was deleted",
    ["part-missing"],
    ({ aws }) => aws.queues.delete("logs-maintain-lake-dead-letters"),
  ],
  ["a commit does not end", ["commit-stuck"], ({ putCommit }) => putCommit(TABLE, 2, 3 * HOUR_MS)],
  [
    "Athena could not read files, which were set aside",
    ["file-rejected"],
    async ({ s3, bucket, move }) => {
      const store = s3ObjectStore(localS3Client(s3.endpoint));
      for (const hour of [1, 2]) {
        const key = move(TABLE, hourAgo(hour), { isCommitted: false });
        await setAside({ store, clock: systemClock }, bucket, fileAt(key), "FAILED: HIVE_CURSOR_ERROR");
      }
    },
  ],
  ["an object is not moved", ["not-moved"], ({ s3, bucket }) => s3.put(bucket, albKey(), "x", old(2))],
  [
    "the catalog does not know a partition",
    ["partition-missing"],
    ({ move, catalog }) => {
      move(TABLE, hourAgo(5), { age: 4 * HOUR_MS });
      for (const hour of catalog.known.get(TABLE) ?? []) {
        if (hour === new Date(hourAgo(5)).toISOString().slice(0, 13)) catalog.known.get(TABLE)?.delete(hour);
      }
    },
  ],
  [
    "a noted file is not committed",
    ["files-waiting"],
    ({ move, note }) =>
      note([move(TABLE, hourAgo(1), { age: 2 * HOUR_MS, isCommitted: false })], 2 * HOUR_MS),
  ],
  [
    "a file lost its note before its commit",
    ["files-forgotten"],
    ({ move }) => {
      move(TABLE, hourAgo(1), { age: 2 * HOUR_MS, isCommitted: false });
    },
  ],
  ["a note stays", ["note-left"], ({ move, note }) => note([move(TABLE, hourAgo(1))], 2 * HOUR_MS)],
  [
    "a note is of a file that is gone",
    ["note-left"],
    ({ note }) => note([`raw/${TABLE}/${pathOfHour(1)}/a.gz`], 2 * HOUR_MS),
  ],
  [
    "lines have a new form",
    ["unparsed-lines"],
    ({ aws }) => aws.metrics.set(`UnparsedRows logs-transform-partition ${TABLE}`, 100),
  ],
  [
    "load balancers stopped delivering",
    ["source-silent"],
    ({ s3, bucket }) => {
      for (const key of s3.keys(bucket).filter((name) => name.startsWith(`raw/${TABLE}/`))) {
        s3.put(bucket, key, "x", old(20));
      }
    },
  ],
  [
    "nobody says which bucket it is",
    ["bucket-unknown"],
    ({ aws }) => {
      aws.functions.set("logs-move-access-logs", { State: "Active", MemorySize: 512 });
    },
  ],
  [
    "nothing is deployed",
    ["nothing-deployed"],
    ({ aws, s3 }) => {
      for (const things of [aws.functions, aws.queues, aws.schedules, aws.logs]) things.clear();
      s3.clear();
    },
  ],
];

describe("access-logs status on AWS", () => {
  it.each(STOPPED)("finds that %s: %j", async (_, codes, breakIt) => {
    await breakIt(deployment);
    const { findings } = await deployment.report("status");
    expect(codesOf(findings)).toEqual(codes);
    for (const { where, what, fix, run = "" } of findings) {
      expect([where, what, fix]).not.toContain("");
      expect([what, fix, run].join("\n")).not.toMatch(
        /\{[a-z]+\}|\b(?:HOURS|FILES|AGE|MESSAGES|BUCKET|FUNCTION|HANDLER|REASON)\b/,
      );
    }
  });

  it("finds no problem in a healthy pipeline with files that wait for their move or commit", async () => {
    const { s3, bucket, move, note, putCommit } = deployment;
    s3.put(bucket, albKey(), "x");
    await note([move(TABLE, hourAgo(0), { age: 60_000, isCommitted: false })], 60_000);
    putCommit(TABLE, 2, 60_000);
    const { findings, values } = await deployment.report("status");
    expect(findings).toEqual([]);
    expect(values).toMatchObject({
      streams: [{ table: TABLE, filesWaiting: 1, objectsNotMoved: 1, rows: 400 }, {}],
    });
  });

  it("shows the time of the last successful commit, and ignores failed commits", async () => {
    deployment.putCommit(TABLE, 2, 30_000, { state: "failed", reason: "no" });
    const { values } = await deployment.report("status");
    const [alb] = values.streams as { lastCommit: Date }[];
    expect(Date.now() - (alb?.lastCommit.getTime() ?? 0)).toBeGreaterThan(4 * 60_000);
    expect(Date.now() - (alb?.lastCommit.getTime() ?? 0)).toBeLessThan(6 * 60_000);
  });

  it("shows when files were last compared with a table, and how many were missing", async () => {
    const before = await deployment.report("status");
    expect(before.values.reconciled).toEqual([]);
    expect(before.tables.join("")).not.toContain("COMPARED");
    const result = {
      night: "2026-11-23",
      at: old(3).toISOString(),
      days: ["2026-11-22", "2026-11-21"],
      files: 2880,
      noted: 2,
      announced: 1,
      isCutShort: true,
    };
    const stored = { ...result, requests: 12, known: [{ file: "0a1b2c3d-a.gz", dt: "2026-11-22" }] };
    deployment.s3.put(deployment.bucket, `_reconciled/${TABLE}.json`, JSON.stringify(stored));
    const { tables, values, findings } = await deployment.report("status");
    const { night: _, ...shown } = result;
    expect(values.reconciled).toEqual([{ table: TABLE, ...shown }]);
    expect(tables.join("")).toMatch(/alb_access_logs +3 h +2, not all +2,880 +2 +1\n/);
    expect(codesOf(findings)).toEqual([]);
  });

  it("names one rejected file of a table, the number of rejected files, and the engine's reason", async () => {
    const [, , breakIt] = STOPPED.find(([, [code]]) => code === "file-rejected") ?? [];
    await breakIt?.(deployment);
    const { findings } = await deployment.report("status");
    expect(findings).toMatchObject([
      {
        where: TABLE,
        what: expect.stringMatching(/^2 files .*rejected\/alb_access_logs\/.*: FAILED: HIVE_CURSOR_ERROR$/),
        run: "access-logs redrive --rejected --dry-run",
      },
    ]);
  });

  it("does not wait for files without a line, which no commit has", async () => {
    deployment.move("cloudfront_access_logs", hourAgo(2), {
      age: 2 * HOUR_MS,
      isCommitted: false,
      body: "#Version: 1.0\n#Fields: date time\n",
    });
    expect((await deployment.report("status")).findings).toEqual([]);
  });

  it("does not report kept originals as objects that were not moved", async () => {
    deployment.writeSettings({ keepOriginals: true });
    deployment.s3.put(deployment.bucket, albKey("20200101T0005Z"), "x", old(2));
    expect((await deployment.report("status")).findings).toEqual([]);
  });

  it("looks for deliveries in the separate bucket that a KMS key requires", async () => {
    const { s3 } = deployment;
    deployment.writeSettings({ kmsKey: "arn:aws:kms:eu-central-1:111122223333:key/k" });
    s3.put("logs-landing-2026", albKey(), "x", old(2));
    s3.put("logs-landing-other-2026", "x", "x");
    s3.put(deployment.bucket, albKey(), "x", old(2));
    const { findings } = await deployment.report("status");
    expect(findings).toMatchObject([{ code: "not-moved", what: expect.stringMatching(/^1 file /) }]);
  });

  it("finds files that wait where they were delivered, without partitions of moved files", async () => {
    const { s3, bucket, catalog } = deployment;
    deployment.writeSettings({
      sources: [{ name: "web", format: "alb", prefix: "alb/", layout: "as-delivered", silentAfterHours: 0 }],
    });
    const [waiting, committed] = [1, 2].map((hours) => {
      const key = albFileKey({ end: new Date(hourAgo(hours) + 5 * MINUTE_MS) });
      s3.put(bucket, key, gzipSync(albLine()), old(hours));
      return key;
    });
    const of = (files: readonly string[]) => files.map((key) => `s3://${bucket}/${key}`);
    for (const file of of([committed ?? ""])) catalog.committed.get(TABLE)?.add(file);
    const { findings } = await deployment.report("status");
    expect(findings.map(({ code }) => code)).toEqual(["files-forgotten"]);
    for (const file of of([waiting ?? ""])) catalog.committed.get(TABLE)?.add(file);
    expect((await deployment.report("status")).findings).toEqual([]);
  });

  it("finds a source that never delivered, when another source delivers", async () => {
    const source = { format: "alb", partition: true };
    deployment.writeSettings({
      sources: [
        { name: "web", prefix: "alb/", ...source },
        { name: "api", prefix: "api/", ...source },
      ],
    });
    const [dt = "", hour = ""] = new Date().toISOString().split(/[T:]/);
    deployment.s3.put(
      deployment.bucket,
      `raw/alb_access_logs/source=web/dt=${dt}/hour=${hour}/0-x.log.gz`,
      "x",
    );
    const { findings } = await deployment.report("status");
    const silent = findings.filter(({ code }) => code === "source-silent");
    expect(silent.map(({ where }) => where)).toEqual(["api"]);
  });

  it("distinguishes sources of one table by the counts of their moved files", async () => {
    deployment.writeSettings({
      sources: ["web", "api", "old"].map((name) => ({
        name,
        format: "alb",
        prefix: `${name}/`,
        ...(name === "old" ? { silentAfterHours: 0 } : {}),
      })),
    });
    deployment.aws.metrics.set("ObjectsMoved logs-move-access-logs web", 3);
    const { findings } = await deployment.report("status");
    const silent = findings.filter(({ code }) => code === "source-silent");
    expect(silent.map(({ where }) => where)).toEqual(["api"]);
  });

  it("reports backfilled hours that wait for their commit as a note, and queries each table once", async () => {
    const source = { format: "alb", partition: true };
    deployment.writeSettings({
      sources: ["web", "api"].map((name) => ({ name, prefix: `${name}/`, silentAfterHours: 0, ...source })),
    });
    await deployment.note(["raw/alb_access_logs/source=api/dt=2020-01-01/hour=05/a.gz"], 9 * HOUR_MS);
    const { findings } = await deployment.report("status");
    expect(findings).toMatchObject([
      {
        code: "backlog",
        severity: "note",
        run: "access-logs status --from 2020-01-01T05 --to 2020-01-01T05",
      },
    ]);
    expect(deployment.athena.queries).toHaveLength(2);
  });

  it("finds notes that no run deletes if there are no typed tables", async () => {
    deployment.writeSettings({ columnar: false });
    await deployment.note([`raw/${TABLE}/${pathOfHour(1)}/a.gz`], 3 * HOUR_MS);
    const { findings } = await deployment.report("status");
    expect(findings).toMatchObject([
      { code: "note-left", fix: expect.stringContaining("logs-create-partition") },
    ]);
  });

  it("does not ask the catalog for partitions that Athena computes, or for tables that do not exist", async () => {
    deployment.writeSettings({ partitions: "projection", columnar: false });
    const { findings } = await deployment.report("status");
    expect(findings).toEqual([]);
    expect(deployment.athena.queries).toEqual([]);
  });

  it("does not report silent sources for past days", async () => {
    const { findings } = await deployment.report("status", { from: "2020-01-01", to: "2020-01-02" });
    expect(findings).toEqual([]);
  });

  it("shows the last errors with their codes", async () => {
    deployment.aws.logs.get("/aws/lambda/logs-move-access-logs")?.push(
      {
        timestamp: Date.now() - 60_000,
        message:
          '{"level":"ERROR","message":"failed","code":"STORE_FAILED","reason":"copy failed: AccessDenied"}',
      },
      {
        timestamp: Date.now() - 30_000,
        message:
          '{"level":"ERROR","message":{"errorType":"PermanentError","errorMessage":"environment: BUCKET","code":"INVALID_ENVIRONMENT"}}',
      },
      { timestamp: Date.now() - 72 * HOUR_MS, message: '{"level":"ERROR","message":"long ago"}' },
    );
    const { tables, values } = await deployment.report("status");
    expect(values.errors).toMatchObject([
      { code: "INVALID_ENVIRONMENT", message: "environment: BUCKET" },
      { code: "STORE_FAILED", message: "failed: copy failed: AccessDenied" },
    ]);
    expect(tables.join("")).toContain("logs-move-access-logs: STORE_FAILED failed: copy failed");
  });

  it("adds up the costs of the last day", async () => {
    const { metrics } = deployment.aws;
    metrics.set("ProcessedBytes logs-pipeline DML SUCCEEDED", 2e12);
    metrics.set("Invocations logs-move-access-logs", 1e6);
    metrics.set("Duration logs-move-access-logs", 2e9);
    const { costOfLastDay } = (await deployment.report("status")).values;
    expect(costOfLastDay).toMatchObject([
      { usd: 10 },
      { quantity: 1e6 },
      { usd: 0.2 },
      { quantity: 8 },
      { quantity: 4 },
    ]);
  });

  it.each([
    ["sqs:GetQueueAttributes", "logs-arrivals and 4 more"],
    ["lambda:GetFunctionConfiguration", "logs-create-partition and 3 more"],
    ["scheduler:GetSchedule", "logs-create-partition and 3 more"],
    ["cloudwatch:GetMetricData", "metrics"],
    ["cloudwatch:DescribeAlarms", "alarms of logs"],
    ["logs:FilterLogEvents", "/aws/lambda/logs-create-partition and 3 more"],
    ["sts:GetCallerIdentity", "the account"],
  ])("shows the other results if %s is denied, and names the permission", async (permission, where) => {
    deployment.aws.deny(permission);
    const { findings, values } = await deployment.report("status", { bucket: deployment.bucket });
    expect(findings).toEqual([
      expect.objectContaining({
        code: "not-allowed",
        where,
        fix: `grant ${permission} on it to the role or user that runs this command`,
      }),
    ]);
    expect(values).toMatchObject({ streams: [{ rows: 400 }, {}] });
  });

  it("shows the other results if S3 or Athena deny access", async () => {
    deployment.s3.setFault(() => ({ status: 403, code: "AccessDenied" }));
    deployment.catalog.refusals.set("StartQueryExecution", "AccessDeniedException: You are not authorized");
    const { findings, tables } = await deployment.report("status");
    expect(findings.map(({ code, fix }) => `${code} ${fix}`).sort()).toEqual([
      "not-allowed grant athena:StartQueryExecution on it to the role or user that runs this command",
      "not-allowed grant s3:GetObject on it to the role or user that runs this command",
      "not-allowed grant s3:ListBucket on it to the role or user that runs this command",
    ]);
    expect(tables.join("")).toContain("logs-arrivals");
  });

  it("prints a reason once if several calls to AWS fail for it", async () => {
    deployment.catalog.refusals.set(
      "StartQueryExecution",
      "InvalidRequestException: The output location is gone",
    );
    const { findings, values } = await deployment.report("status");
    expect(findings).toMatchObject([
      {
        code: "not-answered",
        where: "logs.alb_access_logs and 3 more",
        what: expect.stringContaining("InvalidRequestException: The output location is gone"),
      },
    ]);
    expect(values).toMatchObject({ streams: [{ rows: null, lastDelivery: expect.any(Date) }, {}] });
  });

  it("retries throttled calls", async () => {
    deployment.aws.throttle("sqs:GetQueueAttributes", 2);
    deployment.aws.throttle("cloudwatch:GetMetricData", 2);
    expect((await deployment.report("status")).findings).toEqual([]);
  });

  it("takes the bucket from the outputs of a stack, and refuses outputs of another stack", async () => {
    deployment.aws.deny("lambda:GetFunctionConfiguration");
    const outputs = join(deployment.root, "outputs.json");
    writeFileSync(
      outputs,
      JSON.stringify({
        log_bucket: { value: deployment.bucket },
        landing_bucket: { value: deployment.bucket },
      }),
    );
    const { values } = await deployment.report("status", { outputs });
    expect(values.bucket).toBe(deployment.bucket);
    writeFileSync(outputs, "{}");
    await expect(deployment.report("status", { outputs })).rejects.toThrow(
      /outputs log_bucket and landing_bucket are missing.*terraform output -json/,
    );
    await expect(deployment.report("status", { outputs: "nowhere" })).rejects.toThrow(/^nowhere: ENOENT/);
  });

  it("reports missing settings in one line", async () => {
    const { status, stdout, stderr } = await deployment.run("status", "--settings", "nowhere.json");
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^error: nowhere\.json: the file does not exist/m);
  });

  it("prints one screen of 80 columns, and exits with 1 if there is a problem and with 0 if not", async () => {
    const well = await deployment.run("status");
    expect([well.status, well.stdout]).toEqual([
      0,
      expect.stringMatching(/\nok {5}8 files of the last 2 d, all committed\n$/),
    ]);
    deployment.aws.send("logs-arrivals-dead-letters", "{}");
    const { status, stdout } = await deployment.run("status");
    expect(status).toBe(1);
    expect(stdout).toContain("$ access-logs redrive --queue move-access-logs --dry-run\n");
    for (const line of `${well.stdout}${stdout}`.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect(stdout).not.toContain("\u001b");
    const json = await deployment.run("status", "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: false,
      bucket: deployment.bucket,
      findings: [{ code: "dead-letters" }],
    });
  });
});

describe("every finding about a deployed pipeline", () => {
  it("is found in at least one test", () => {
    const tested = new Set([
      ...STOPPED.flatMap(([, codes]) => codes),
      "not-allowed",
      "not-answered",
      "backlog",
    ]);
    expect(Object.keys(STATUS_FINDINGS).filter((code) => !tested.has(code))).toEqual([]);
  });
});
