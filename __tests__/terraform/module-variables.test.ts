import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FORMAT_IDS } from "../../formats";
import { RUNTIMES } from "../../pipeline/runtime";
import { runTerraform } from "../helpers/terraform";

const { variable } = JSON.parse(
  readFileSync(join(__dirname, "../../dist/terraform-module/main.tf.json"), "utf8"),
);
/** The required options of the module. */
const SMALLEST = { name: "access-logs", sources: [{ name: "alb", format: "alb", prefix: "alb/" }] };

const DISTRIBUTION = "arn:aws:cloudfront::111122223333:distribution/E2EXAMPLE1SHOP";
const cdn = (options: object) => ({ name: "cdn", format: "cloudfront", prefix: "cdn/", ...options });
const from = (arn: string, options: object = {}) => cdn({ deliver_from: { arn }, ...options });

/** Options that are refused, and the message: the variable, the expected value, and the actual value. */
const REFUSED: readonly (readonly [options: object, ...messages: string[]])[] = [
  [
    { name: "Logs_1" },
    'name: must be a lower-case letter, then letters, digits or "-", at most 31 characters, got "Logs_1"',
  ],
  [{ sources: [] }, "sources: must have at least 1 item, got 0"],
  [
    { sources: [{ name: "a", format: "gwlb", prefix: "a/" }] },
    `sources: format: must be one of ${FORMAT_IDS.map((id) => JSON.stringify(id)).join(", ")}, got "gwlb"`,
  ],
  [{ sources: [{ name: "a", format: "alb", prefix: "b" }] }, 'must be empty or end with "/", without "//"'],
  [{ sources: [{ name: "a", format: "alb", prefix: "AWSLogs/" }] }, 'prefix must not contain "AWSLogs"'],
  [
    { sources: [{ name: "a", format: "alb", prefix: "a/", accounts: ["12"] }] },
    'sources: accounts: must be a 12-digit AWS account id, in quotes, got "12"',
  ],
  [
    { sources: [{ name: "a", format: "alb", prefix: "a/", privcy: { client_ips: "hash" } }] },
    'sources: has an unknown attribute, allowed are name, format, prefix, accounts, deliver_from, partition, silent_after_hours, layout, privacy, got ["privcy"]',
  ],
  [
    { sources: [{ name: "a", format: "alb", prefix: "a/", privacy: { clientIps: "hash" } }] },
    'sources: privacy: has an unknown attribute, allowed are client_ips, query_strings, cookies, got ["clientIps"]',
  ],
  [
    { sources: [{ name: "a", format: "alb", prefix: "a/", privacy: { client_ips: "drop" } }] },
    "sources: privacy: client_ips: ",
  ],
  [
    {
      sources: ["hash", "keep"].map((client_ips) => ({
        name: client_ips,
        format: "alb",
        prefix: `${client_ips}/`,
        privacy: { client_ips },
      })),
    },
    "sources: must all have the same privacy if they have the same format (alb), or all set partition",
  ],
  [{ sources: { a: { name: "a", format: "alb", prefix: "a/" } } }, "sources: must be a list, got "],
  [
    {
      sources: Array.from({ length: 90 }, (_, index) => ({
        name: `s${index}`,
        format: "cloudfront",
        prefix: `${"x".repeat(60)}${index}/`,
      })),
    },
    "sources: all policies in one role: too long for AWS, which allows 10240 characters; split the sources",
  ],
  [
    {
      sources: [
        {
          name: "a",
          format: "alb",
          prefix: "a/",
          accounts: Array.from({ length: 300 }, (_, index) => String(111_111_111_111 + index)),
        },
      ],
    },
    "sources: bucket policy: too long for AWS, which allows 20480 bytes; the policy lists each account of each source",
  ],
  [
    { tags: { "aws:team": "logs" } },
    "tags: must be at most 50, with keys from 1 to 128 characters that do not begin",
  ],
  [
    { alarm_subscriptions: [{ protocol: "sms", endpoint: "+1" }] },
    'alarm_subscriptions: protocol: must be one of "email", "email-json", "https", got "sms"',
    'alarm_subscriptions: endpoint: must be an e-mail address or an https URL, got "+1"',
  ],
  [
    { sources: [{ name: "a", format: "cloudfront", prefix: "a/", accounts: ["111122223333"] }] },
    'sources: accounts must not be set for sources of CloudFront, got them for "a"',
  ],
  [{ sources: ["alb"] }, "sources: must be an object with name, format, "],
  [
    { sources: [cdn({ deliver_from: DISTRIBUTION })] },
    'sources: deliver_from: must be an object with arn, got "arn:aws:cloudfront::',
  ],
  [
    { sources: [from("arn:aws:s3:::cdn")] },
    'sources: deliver_from must be the ARN of a distribution, got it for "cdn"',
  ],
  [
    { sources: [from(DISTRIBUTION, { format: "nlb" })] },
    'sources: deliver_from must not be set for the format nlb, got it for "cdn"',
  ],
  [
    { sources: [from(DISTRIBUTION), from(DISTRIBUTION, { name: "other", prefix: "other/" })] },
    'sources: deliver_from must be unique, got it for "cdn"; deliver_from must be unique, got it for "other"',
  ],
  [
    { sources: [from(DISTRIBUTION, { prefix: "" })], existing_log_bucket: { name: "company-logs" } },
    'sources: deliver_from must not be set with an empty "prefix", got it for "cdn"',
  ],
  [{ sources: [from("E2EXAMPLE1SHOP")] }, 'sources: deliver_from: must be an ARN, got "E2EXAMPLE1SHOP"'],
  [{ sources: [{ format: "alb", prefix: "a/" }] }, "sources: name: must be lower-case letters"],
  [
    { sources: [{ name: "a", format: "alb", prefix: "a/", accounts: "111122223333" }] },
    'sources: accounts: must be a list, got "111122223333"',
  ],
  [
    { sources: [{ name: "a", format: "alb", prefix: "a/", partition: "yes" }] },
    'sources: partition: must be true or false, without quotes, got "yes"',
  ],
  [
    { sources: [{ name: "a", format: "alb", prefix: "a/", silent_after_hours: "long" }] },
    'sources: silent_after_hours: must be a whole number, got "long"',
  ],
  [
    { sources: ["x/", "x/y/"].map((prefix) => ({ name: "twice", format: "cloudfront", prefix })) },
    'sources: name must be unique, got "twice" again',
    '"x/y/" and "x/" have common keys; give each source its own prefix',
  ],
  [
    {
      sources: [true, false].map((partition) => ({
        name: `s${partition}`,
        format: "alb",
        prefix: `${partition}/`,
        partition,
      })),
    },
    "sources: must all set partition, or none of them, if they have the same format (alb)",
  ],
  [{ database: "my-logs" }, 'database: must be lower-case letters, digits and "_", got "my-logs"'],
  [{ log_retention_days: 31 }, "log_retention_days: must be one of 1, 3, 5, 7"],
  [{ raw_retention_days: 0 }, "raw_retention_days: must be at least 1, got 0"],
  [{ partitions: "hourly" }, 'partitions: must be one of "managed", "projection", got "hourly"'],
  [
    { projection_from: "2024-02-30", partitions: "projection" },
    'projection_from: must be a valid day, as YYYY-MM-DD, got "2024-02-30"',
  ],
  [{ kms_key: "alias/logs" }, 'kms_key: must be an object with arn, got "alias/logs"'],
  [
    { kms_key: { arn: "arn:aws:kms:eu-central-1:111122223333:key/1234", region: "x" } },
    'kms_key: has an unknown attribute, allowed are arn, got ["region"]',
  ],
  [
    { vpc: { subnet_ids: ["subnet-0a1b"], security_group_ids: ["sg-0a1b"], subnets: [] } },
    'vpc: has an unknown attribute, allowed are subnet_ids, security_group_ids, got ["subnets"]',
  ],
  [{ kms_key: { arn: "alias/logs" } }, "kms_key: must be the ARN of a KMS key, not of an alias"],
  [{ permissions_boundary: "me" }, 'permissions_boundary: must be the ARN of an IAM policy, got "me"'],
  [
    { vpc: { subnet_ids: ["a"], security_group_ids: [] } },
    'vpc: subnet_ids: must be the id of a subnet, got "a"',
    "vpc: security_group_ids: must have at least 1 item, got 0",
  ],
  [
    { runtime: "nodejs18.x" },
    `runtime: must be one of ${RUNTIMES.map((name) => `"${name}"`).join(", ")}, got "nodejs18.x"`,
  ],
];

/** Options that are refused because of other options: Terraform checks them only if there is no other error. */
const BECAUSE_OF_OTHERS: typeof REFUSED = [
  [
    {
      sources: [from(DISTRIBUTION)],
      existing_log_bucket: { name: "company-logs" },
      existing_log_bucket_owner: "111122223333",
    },
    'sources: deliver_from must not be set with "existing_log_bucket_owner": ',
  ],
  [
    { sources: [{ name: "a", format: "cloudfront", prefix: "raw/x/" }] },
    'sources: prefix must not overlap "raw/", which the pipeline uses; got "raw/x/"',
  ],
  [
    { name: "n".repeat(31), kms_key: { arn: "arn:aws:kms:eu-central-1:111122223333:key/1234" } },
    'name: must have at most 28 characters: with "-landing-" it is the start of the name of the bucket',
  ],
  [
    { name: "n".repeat(31), global_name_suffix: "-eu-central-1" },
    'name: must have at most 35 characters together with "global_name_suffix": ',
  ],
  [
    { lake_formation_locations: true },
    'lake_formation_locations: must not be set unless "lake_formation" is true, got true',
  ],
  [
    { alarms: false, alarm_subscriptions: [{ protocol: "email", endpoint: "ops@example.com" }] },
    'alarm_subscriptions: must not be set if "alarms" is false',
  ],
  [
    { projection_from: "2024-01-01" },
    'projection_from: must not be set unless "partitions" is "projection", got "2024-01-01"',
  ],
  [
    { existing_log_bucket_owner: "111122223333" },
    'existing_log_bucket_owner: must not be set without "existing_log_bucket", got "111122223333"',
  ],
  [
    { existing_log_bucket_events: "queue" },
    'existing_log_bucket_events: must not be set without "existing_log_bucket", got "queue"',
  ],
];

describe("the variables of the Terraform module", () => {
  const folder = mkdtempSync(join(tmpdir(), "variables-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Plans a configuration that calls the module, without its resources, once for each of these options. */
  async function plan(calls: readonly object[]): Promise<string> {
    mkdirSync(join(folder, "variables"), { recursive: true });
    writeFileSync(join(folder, "variables/main.tf.json"), JSON.stringify({ variable }));
    const modules = calls.map((options, index) => [
      `call_${index}`,
      { source: "./variables", ...SMALLEST, ...options },
    ]);
    writeFileSync(join(folder, "main.tf.json"), JSON.stringify({ module: Object.fromEntries(modules) }));
    await runTerraform(folder, ["init"]);
    const { stderr } = await runTerraform(folder, ["plan"]).catch((error: { stderr: string }) => error);
    return stderr.replaceAll(/\s*\n[│\s]*/g, " ");
  }

  it("accept correct values", async () => {
    expect(
      await plan([
        {},
        {
          // The bucket of another owner may have logs at its root.
          sources: [{ name: "cdn", format: "cloudfront", prefix: "" }],
          existing_log_bucket: { name: "company-logs" },
        },
        {
          sources: Array.from({ length: 50 }, (_, index) => ({
            name: `${index}-${"x".repeat(63)}`.slice(0, 63),
            format: "alb",
            prefix: `${`${index}-${"x".repeat(63)}`.slice(0, 63)}/`,
          })),
        },
        {
          sources: [
            { name: "a", format: "alb", prefix: "a/", privacy: { client_ips: "hash" }, partition: true },
            {
              name: "b",
              format: "alb",
              prefix: "b/",
              accounts: null,
              partition: true,
              silent_after_hours: 0,
            },
          ],
        },
        { sources: [from(DISTRIBUTION), cdn({ name: "other", prefix: "other/", deliver_from: null })] },
        { tags: { team: "logs" }, partitions: "projection", projection_from: "2024-02-29" },
      ]),
    ).toBe("");
  });

  it.each([
    ["wrong", REFUSED],
    ["wrong as others are", BECAUSE_OF_OTHERS],
  ])("refuse a value that is %s, and name variable, expected value and actual value", async (_, refused) => {
    const output = await plan(refused.map(([options]) => options));
    const messages = refused.flatMap(([, ...texts]) => texts);
    expect(messages.filter((message) => !output.includes(message))).toEqual([]);
    const calls = new Set([...output.matchAll(/"(call_\d+)"/g)].map(([, call]) => call));
    expect(calls.size).toBe(refused.length);
  });
});
