import { CONFIGURATION_KEY } from "../../formats/partition-layout";
import { reasonKeyOf, rejectedKeyOf } from "../../handlers/core/rejected-files";
import { CHECK_FINDINGS } from "../../inspect/aws/check-findings";
import type { Finding } from "../../inspect/finding";
import { queueArn } from "../../testing/aws-server";
import { type Deployment, notificationOf, ownershipOf, startDeployment } from "../helpers/deployment";

let deployment: Deployment;
beforeEach(async () => {
  deployment = await startDeployment();
});
afterEach(() => deployment.close());

const PREFIXES = ["alb/AWSLogs/", "cdn/"];
type Break = (deployment: Deployment) => void;

const change = (
  things: Map<string, Record<string, unknown>>,
  name: string,
  values: Record<string, unknown>,
) => things.set(name, { ...things.get(name), ...values });

/** Every wrong setup of a pipeline, with the expected finding. */
const WRONG: readonly (readonly [what: string, codes: readonly string[], breakIt: Break])[] = [
  ["the bucket is gone", ["bucket-missing"], ({ s3 }) => s3.clear()],
  [
    "the bucket tells nobody of new objects",
    ["notification-missing", "notification-missing"],
    ({ s3, bucket }) => s3.notifications.delete(bucket),
  ],
  [
    "the bucket tells of one prefix only",
    ["notification-missing"],
    ({ s3, bucket }) =>
      s3.notifications.set(bucket, notificationOf(PREFIXES.slice(0, 1), queueArn("logs-arrivals"))),
  ],
  [
    "the bucket tells another queue",
    ["notification-missing", "notification-missing"],
    ({ s3, bucket }) => s3.notifications.set(bucket, notificationOf(PREFIXES, queueArn("other"))),
  ],
  [
    "a bucket that exists already sends no events",
    ["eventbridge-off", "delivery-denied", "queue-closed"],
    ({ s3, writeSettings }) => {
      s3.put("company-logs", "x", "x");
      s3.documents.set("company-logs ownershipControls", ownershipOf("ObjectWriter"));
      writeSettings({ existingLogBucket: "company-logs" });
    },
  ],
  [
    "load balancers may not deliver",
    ["delivery-denied"],
    ({ s3, bucket }) => s3.documents.delete(`${bucket} policy`),
  ],
  [
    "load balancers of another account may not deliver",
    ["delivery-denied"],
    ({ writeSettings }) =>
      writeSettings({
        sources: [
          { name: "web", format: "alb", prefix: "alb/", accounts: ["111122223333", "444455556666"] },
          { name: "cdn", format: "cloudfront", prefix: "cdn/" },
        ],
      }),
  ],
  [
    "access control lists are off",
    ["acl-off"],
    ({ s3, bucket }) => s3.documents.set(`${bucket} ownershipControls`, ownershipOf("BucketOwnerEnforced")),
  ],
  [
    "the queue takes nothing from S3",
    ["queue-closed"],
    ({ aws }) => {
      delete aws.queues.get("logs-arrivals")?.attributes.Policy;
    },
  ],
  [
    "no dead-letter queue is behind the queue",
    ["queue-without-dead-letters"],
    ({ aws }) => {
      delete aws.queues.get("logs-arrivals")?.attributes.RedrivePolicy;
    },
  ],
  [
    "Athena could not read a file, which was set aside",
    ["file-rejected"],
    ({ s3, bucket }) => {
      const key = "raw/alb_access_logs/dt=2026-11-23/hour=07/a.gz";
      const rejection = { key, reason: "HIVE_CURSOR_ERROR", etag: "x", rejectedAt: "2026-11-23T08:00:00Z" };
      s3.put(bucket, rejectedKeyOf(key), "text");
      s3.put(bucket, reasonKeyOf(key), JSON.stringify(rejection));
    },
  ],
  ["the queue was deleted", ["part-missing"], ({ aws }) => aws.queues.delete("logs-arrivals")],
  ["nothing takes messages from the queue", ["mapping-off"], ({ aws }) => aws.mappings.splice(0)],
  [
    "the mapping is off",
    ["mapping-off"],
    ({ aws }) => Object.assign(aws.mappings[0] ?? {}, { State: "Disabled" }),
  ],
  [
    "a message brings its batch back",
    ["mapping-by-batch"],
    ({ aws }) => Object.assign(aws.mappings[0] ?? {}, { FunctionResponseTypes: [] }),
  ],
  [
    "a function's key is gone",
    ["function-inactive"],
    ({ aws }) =>
      change(aws.functions, "logs-move-access-logs", {
        State: "Inactive",
        StateReason: "KMS key is disabled",
      }),
  ],
  [
    "a function was stopped",
    ["function-stopped"],
    ({ aws }) => aws.concurrency.set("logs-transform-partition", 0),
  ],
  ["a function was deleted", ["part-missing"], ({ aws }) => aws.functions.delete("logs-maintain-lake")],
  [
    "other settings were deployed",
    ["function-outdated"],
    ({ writeSettings }) => writeSettings({ keepOriginals: true }),
  ],
  [
    "a source was never deployed",
    ["notification-missing", "sources-outdated"],
    ({ writeSettings }) =>
      writeSettings({
        sources: [
          { name: "web", format: "alb", prefix: "alb/" },
          { name: "cdn", format: "cloudfront", prefix: "cdn/" },
          { name: "img", format: "cloudfront", prefix: "img/" },
        ],
      }),
  ],
  [
    "what the functions are told of the sources is gone",
    ["sources-outdated"],
    ({ s3, bucket }) => s3.delete(bucket, CONFIGURATION_KEY),
  ],
  [
    "a function lacks a permission",
    ["function-denied"],
    ({ aws }) =>
      aws.logs.get("/aws/lambda/logs-move-access-logs")?.push({
        timestamp: Date.now(),
        message:
          '{"level":"ERROR","message":"failed","reason":"copy failed: User: arn:aws:sts::1:x is not authorized to perform: s3:PutObject"}',
      }),
  ],
  [
    "a schedule is off",
    ["schedule-off"],
    ({ aws }) => change(aws.schedules, "logs-create-partition", { State: "DISABLED" }),
  ],
  [
    "a schedule invokes something else",
    ["schedule-target"],
    ({ aws }) =>
      change(aws.schedules, "logs-create-partition", {
        Target: { Arn: "arn:aws:lambda:eu-central-1:111122223333:function:other" },
      }),
  ],
  ["a schedule was deleted", ["part-missing"], ({ aws }) => aws.schedules.delete("logs-create-partition")],
  [
    "a workgroup is off",
    ["workgroup-off"],
    ({ catalog }) => change(catalog.workgroups, "logs-analysts", { State: "DISABLED" }),
  ],
  [
    "a workgroup was changed by hand",
    ["workgroup-open", "workgroup-engine", "workgroup-output"],
    ({ catalog }) =>
      change(catalog.workgroups, "logs-pipeline", {
        Configuration: {
          EnforceWorkGroupConfiguration: false,
          EngineVersion: { EffectiveEngineVersion: "Athena engine version 2" },
          ResultConfiguration: { OutputLocation: "s3://other/" },
        },
      }),
  ],
  ["a workgroup was deleted", ["part-missing"], ({ catalog }) => catalog.workgroups.delete("logs-analysts")],
  [
    "a raw table was dropped",
    ["table-missing"],
    ({ catalog }) => catalog.tables.delete("alb_access_logs_raw"),
  ],
  [
    "a raw table is of an older version",
    ["table-column-missing"],
    ({ catalog }) => catalog.tables.get("alb_access_logs_raw")?.delete("trace_id"),
  ],
  [
    "a typed table is of an older version",
    ["table-column-missing"],
    ({ catalog }) => catalog.tables.get("alb_access_logs")?.delete("trace_id"),
  ],
  [
    "a column has another type",
    ["table-column-type"],
    ({ catalog }) => catalog.tables.get("alb_access_logs")?.set("client_port", "string"),
  ],
  [
    "another bucket is meant",
    ["bucket-missing", ...Array(2).fill("workgroup-output"), ...Array(4).fill("table-location")],
    ({ aws }) => {
      for (const [name, found] of aws.functions) {
        const variables = JSON.parse(JSON.stringify(found.Environment)).Variables;
        for (const variable of ["TARGET_BUCKET", "BUCKET"])
          if (variables[variable]) variables[variable] = "logs-9999";
        change(aws.functions, name, { Environment: { Variables: variables } });
      }
    },
  ],
  [
    "nobody says which bucket it is",
    ["bucket-unknown", "function-outdated"],
    ({ aws }) => change(aws.functions, "logs-move-access-logs", { Environment: {} }),
  ],
  [
    "nothing is deployed",
    ["nothing-deployed"],
    ({ aws, s3, catalog }) => {
      for (const things of [
        aws.functions,
        aws.queues,
        aws.schedules,
        aws.logs,
        catalog.workgroups,
        catalog.tables,
      ])
        things.clear();
      s3.clear();
    },
  ],
];

const codesOf = (findings: readonly Finding[], severity: string) =>
  findings.filter((finding) => finding.severity === severity).map(({ code }) => code);

describe("access-logs doctor on AWS", () => {
  it.each(WRONG)("finds that %s: %j", async (_, codes, breakIt) => {
    breakIt(deployment);
    const { findings } = await deployment.report("doctor");
    expect(codesOf(findings, "wrong")).toEqual(codes);
    for (const { where, what, fix, run = "" } of findings) {
      expect([where, what, fix]).not.toContain("");
      expect([what, fix, run].join("\n")).not.toMatch(
        /\{[a-z]+\}|\b(?:PREFIX|QUEUE|BUCKET|ACCOUNT|STATE|WHO|ACTION|RESOURCE|SERVICE|ENGINE|GOT|EXPECTED|COLUMNS?|EFFECT|HOW)\b(?! [A-Z])/,
      );
    }
  });

  it("finds no problem in a pipeline as it is deployed", async () => {
    const { findings, allIsWell } = await deployment.report("doctor");
    expect(findings).toEqual([]);
    expect(allIsWell).toBe("17 parts and their connections are configured correctly");
  });

  it("reports a typed table that does not exist yet, and columns of a newer version, as notes", async () => {
    const { catalog } = deployment;
    catalog.tables.delete("cloudfront_access_logs");
    catalog.tables.get("alb_access_logs_raw")?.set("new_field", "string");
    const { findings } = await deployment.report("doctor");
    expect(codesOf(findings, "wrong")).toEqual([]);
    expect(codesOf(findings, "note").sort()).toEqual(["table-column-unknown", "typed-table-missing"]);
  });

  it("prints the complete command that connects a bucket", async () => {
    deployment.s3.notifications.delete(deployment.bucket);
    const { findings } = await deployment.report("doctor");
    expect(findings[0]?.run).toBe(
      `access-logs connect-bucket --bucket logs-0123 --owner 111122223333 --queue ${queueArn("logs-arrivals")} --prefix alb/AWSLogs/ cdn/`,
    );
  });

  it("accepts a policy that allows more than the pipeline needs", async () => {
    deployment.s3.documents.set(
      `${deployment.bucket} policy`,
      JSON.stringify({
        Statement: {
          Effect: "Allow",
          Principal: "*",
          Action: ["s3:Put*"],
          Resource: "arn:aws:s3:::logs-0123/*",
        },
      }),
    );
    expect((await deployment.report("doctor")).findings).toEqual([]);
  });

  it.each([
    "lambda:GetFunctionConcurrency",
    "lambda:ListEventSourceMappings",
    "sqs:GetQueueAttributes",
    "scheduler:GetSchedule",
  ])("shows the other results if %s is denied", async (permission) => {
    deployment.aws.deny(permission);
    const { findings } = await deployment.report("doctor");
    expect(findings).toMatchObject([{ code: "not-allowed", what: expect.stringContaining(permission) }]);
  });

  it("prints its findings and exits with 1", async () => {
    deployment.aws.mappings.splice(0);
    const { status, stdout } = await deployment.run("doctor");
    expect([status, stdout]).toEqual([
      1,
      expect.stringContaining("wrong  mapping-off: logs-move-access-logs"),
    ]);
  });
});

describe("every finding about the setup of a pipeline", () => {
  it("is found in at least one test", () => {
    const tested = new Set([
      ...WRONG.flatMap(([, codes]) => codes),
      "not-allowed",
      "not-answered",
      "typed-table-missing",
      "table-column-unknown",
    ]);
    expect(Object.keys(CHECK_FINDINGS).filter((code) => !tested.has(code))).toEqual([]);
  });
});
