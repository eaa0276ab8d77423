import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { brokenLimits } from "../../pipeline/broken-limits";
import { type Arguments, LIMITS } from "../../pipeline/limits";
import { atItsLongest } from "../../pipeline/longest-value";
import { MAX_SOURCES } from "../../settings/schema";
import { resourcesOf, synthSettings } from "../helpers/synth";

const ROOT = join(__dirname, "../..");
const LONGEST_NAME = 63;
const PRIVACY = { clientIps: "hash", queryStrings: "drop", cookies: "drop" };

/** Sources with names of the maximum length, and prefixes of the same length. */
const sources = (count: number, options: object = {}) =>
  Array.from({ length: count }, (_, index) => {
    const name = `source-${index}-${"x".repeat(LONGEST_NAME)}`.slice(0, LONGEST_NAME);
    return {
      name,
      format: index % 2 === 0 ? "alb" : "cloudfront",
      prefix: `${name}/`,
      partition: true,
      ...options,
    };
  });
const settings = (options: object) => ({ name: "l".repeat(31), region: "us-gov-west-1", ...options });

describe("fifty sources with the longest names", () => {
  it.each([
    ["with privacy", {}],
    ["in a bucket that exists already", { existingLogBucket: "b".repeat(63) }],
    [
      "in another account's bucket",
      { existingLogBucket: "b".repeat(63), existingLogBucketOwner: "444455556666" },
    ],
    ["with projected partitions", { partitions: "projection" }],
  ])("are within AWS's limits %s", (_, options) => {
    const json = synthSettings(
      settings({
        region: "eu-central-1",
        sources: sources(50, { privacy: PRIVACY }),
        ...options,
      }),
    );
    expect(brokenLimits(json.resource)).toEqual([]);
    expect(Object.keys(resourcesOf(json, "aws_lambda_function"))).toHaveLength(
      "partitions" in options ? 3 : 4,
    );
  });
});

describe("the maximum number of sources", () => {
  it("is within AWS's limits with names of usual length", () => {
    const usual = sources(MAX_SOURCES).map((source, index) => ({
      ...source,
      name: `source-${index}`,
      prefix: `source-${index}/`,
    }));
    expect(
      brokenLimits(synthSettings({ ...settings({}), region: "eu-central-1", sources: usual }).resource),
    ).toEqual([]);
  });
});

describe("a resource that AWS would refuse", () => {
  it("is refused during synthesis, with its size, the limit, the page of AWS, and the fix", () => {
    expect(() =>
      synthSettings({ ...settings({ sources: sources(MAX_SOURCES) }), region: "eu-central-1" }),
    ).toThrow(
      /-move-access-logs: all policies in one role: \d\d,\d{3} characters, AWS allows 10,240 \(https:\/\/docs\.aws\.amazon\.com\/[^)]+\); split the sources into two pipelines/,
    );
    const accounts = Array.from({ length: 300 }, (_, index) => String(111_111_111_111 + index));
    expect(() =>
      synthSettings({
        ...settings({ sources: [{ name: "a", format: "alb", prefix: "a/", accounts }] }),
        region: "eu-central-1",
      }),
    ).toThrow(
      /bucket policy: \d\d,\d{3} bytes, AWS allows 20,480 .*the policy lists each account of each source/,
    );
  });

  it("is reported without a stack trace, also if the output folders do not exist yet", async () => {
    const folder = mkdtempSync(join(tmpdir(), "limits-"));
    const file = join(folder, "access-logs.json");
    const run = (settingsText: string, output: string) => {
      writeFileSync(file, settingsText);
      return promisify(execFile)(process.execPath, [join(ROOT, "dist/main.js")], {
        env: { ...process.env, ACCESS_LOGS_SETTINGS: file, CDKTF_OUTDIR: output },
      }).catch((error: { code: number; stderr: string }) => error);
    };
    const text = (count: number) =>
      JSON.stringify({ name: "logs", region: "eu-central-1", sources: sources(count) });
    try {
      expect(await run(text(MAX_SOURCES), join(folder, "out"))).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/^logs-move-access-logs: all policies in one role: .*prefixes\n$/),
      });
      const output = join(folder, "not", "there", "yet");
      await run(text(2), output);
      expect(existsSync(join(output, "stacks/access-logs/cdk.tf.json"))).toBe(true);
      expect(await run(text(2), join(file, "below"))).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/^CDKTF_OUTDIR: must be a folder .*below": .*\n$/),
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("the table of limits", () => {
  it.each(LIMITS.map((limit) => [`${limit.type}: ${limit.what}`, limit] as const))(
    "detects %s",
    (_, limit) => {
      const { type, max } = limit;
      const text = "x".repeat(max + 1);
      const list = Array.from({ length: max + 1 }, () => "x");
      /** Too much of everything that the table limits for this type. */
      const bodies: Readonly<Record<string, Arguments>> = {
        aws_s3_bucket_notification: { queue: list },
        aws_s3_bucket_lifecycle_configuration: { rule: list },
        aws_cloudwatch_dashboard: {
          dashboard_name: text,
          dashboard_body: { widgets: [{ properties: { alarms: list, metrics: list } }] },
        },
        aws_lambda_function: {
          function_name: text,
          description: text,
          environment: { variables: { A: text } },
        },
        aws_scheduler_schedule: { name: text, description: text, target: { input: text } },
        aws_cloudwatch_metric_alarm: {
          alarm_name: text,
          alarm_description: text,
          period: max + 1,
          evaluation_periods: 1,
        },
        aws_glue_catalog_table: {
          name: text,
          description: text,
          parameters: { a: text },
          storage_descriptor: { columns: [{ comment: text }] },
        },
      };
      const body = bodies[type] ?? { [ARGUMENTS[limit.what] ?? limit.what]: text };
      const found = brokenLimits({ [type]: { too_much: body } }).filter((sentence) =>
        sentence.includes(` ${limit.what}: `),
      );
      expect(found).toEqual([
        expect.stringContaining(`${limit.unit}, AWS allows ${max.toLocaleString("en")} (${limit.page})`),
      ]);
      expect(limit.page).toMatch(/^https:\/\/docs\.aws\.amazon\.com\/.+\.html$/);
    },
  );

  it("has the limits of every resource type, or states that there are none", () => {
    const known = new Set(LIMITS.map(({ type }) => type));
    const json = synthSettings({
      ...settings({ sources: sources(2), existingLogBucket: "logs", lakeFormation: true }),
      region: "eu-central-1",
    });
    const all = new Set([
      ...Object.keys(json.resource),
      ...Object.keys(
        synthSettings({ ...settings({ sources: sources(2) }), region: "eu-central-1" }).resource,
      ),
    ]);
    expect([...all].filter((type) => !known.has(type) && !WITHOUT_SIZES.includes(type))).toEqual([]);
  });
});

/** Arguments that have other names in the table. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  "all policies in one role": "policy",
  "trust policy": "assume_role_policy",
  "bucket policy": "policy",
  "queue policy": "policy",
  "topic policy": "policy",
  "event pattern": "event_pattern",
  "key of an object": "key",
};

/** They hold references, numbers, and words from a list. */
const WITHOUT_SIZES: readonly string[] = [
  "aws_s3_bucket_ownership_controls",
  "aws_s3_bucket_public_access_block",
  "aws_s3_bucket_server_side_encryption_configuration",
  "aws_s3_bucket_acl",
  "aws_sqs_queue_redrive_allow_policy",
  "aws_lambda_event_source_mapping",
  "aws_lambda_function_event_invoke_config",
  "aws_cloudwatch_event_target",
  "aws_lakeformation_permissions",
];

describe("a reference", () => {
  const resources = {
    aws_s3_bucket: { logs: { bucket_prefix: "logs-" }, named: { bucket: "company-logs" } },
    aws_sqs_queue: { arrivals: { name: "arrivals" } },
  };

  it.each([
    ["${data.aws_caller_identity.x.account_id}", 12],
    ["${aws_s3_bucket.logs.bucket}", "logs-".length + 26],
    ["${aws_s3_bucket.named.arn}/raw/*", "arn:aws-us-gov:s3:::company-logs/raw/*".length],
    ["${aws_sqs_queue.arrivals.name}", "arrivals".length],
    ["${sha256(aws_s3_object.x.content)}", 64],
    ["${var.name}", "${var.name}".length],
  ])("counts with the maximum length of its value: %s", (text, length) => {
    expect(atItsLongest(text, resources)).toHaveLength(length);
  });
});
