import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FORMAT_IDS } from "../../formats";
import { RUNTIMES } from "../../pipeline/runtime";
import { loadSettings, parseSettings, SettingsError } from "../../settings/load";

const VALID = {
  name: "access-logs",
  region: "eu-central-1",
  sources: [{ name: "alb", format: "alb", prefix: "alb/" }],
};
const problemOf = (changes: object): string => {
  try {
    parseSettings("access-logs.json", { ...VALID, ...changes });
    return "";
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError);
    return (error as Error).message;
  }
};
const key = (region: string, partition = "aws") =>
  `arn:${partition}:kms:${region}:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const DISTRIBUTION = "arn:aws:cloudfront::111122223333:distribution/E2EXAMPLE1SHOP";
const BALANCER =
  "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/shop/50dc6c495c0c9188";
const source = (changes: object) => ({ sources: [{ ...VALID.sources[0], ...changes }] });

describe("settings", () => {
  it("are valid as committed", () => {
    expect(loadSettings(join(__dirname, "../../access-logs.json")).sources).toHaveLength(2);
  });

  it.each([
    [
      { name: "Access Logs" },
      'access-logs.json: name: must be a lower-case letter, then letters, digits or "-", at most 31 characters, got "Access Logs"',
    ],
    [
      { region: "europe" },
      'access-logs.json: region: must be an AWS Region, e.g. "eu-central-1", got "europe"',
    ],
    [{ regoin: "x" }, 'access-logs.json: settings: unknown option "regoin"'],
    [source({ prefx: "x" }), 'access-logs.json: sources[0]: unknown option "prefx"'],
    [source({ format: "gwlb" }), "access-logs.json: sources[0].format: "],
    [source({ prefix: "alb" }), 'access-logs.json: sources[0].prefix: must be empty or end with "/"'],
    [source({ prefix: "a*/" }), 'without "//", "*" or characters that need encoding, got "a*/"'],
    [
      source({ prefix: "a/AWSLogs/" }),
      'must not contain "AWSLogs": AWS adds that folder itself, got "a/AWSLogs/"',
    ],
    [
      source({ accounts: ["1"] }),
      "access-logs.json: sources[0].accounts[0]: must be a 12-digit AWS account id",
    ],
    [
      source({ format: "cloudfront", prefix: "" }),
      "sources[0].prefix: must not be empty: the pipeline writes to the same bucket; set a prefix for the source's logs",
    ],
    [source({ deliverFrom: "E2EXAMPLE1SHOP" }), "sources[0].deliverFrom: must be an ARN"],
    [
      source({ format: "cloudfront", prefix: "cdn/", deliverFrom: BALANCER }),
      `sources[0].deliverFrom: must be the ARN of a distribution, got "${BALANCER}"`,
    ],
    [
      source({ deliverFrom: DISTRIBUTION }),
      `sources[0].deliverFrom: must be the ARN of an Application Load Balancer, got "${DISTRIBUTION}"`,
    ],
    [
      source({ deliverFrom: BALANCER, accounts: ["444455556666"] }),
      'sources[0].deliverFrom: must not be set with "accounts"',
    ],
    [
      source({ deliverFrom: BALANCER, layout: "as-delivered" }),
      'sources[0].deliverFrom: must not be set with the layout "as-delivered"',
    ],
    [
      source({ format: "nlb", deliverFrom: BALANCER }),
      "sources[0].deliverFrom: must not be set for the format nlb",
    ],
    [
      {
        existingLogBucket: "company-logs",
        ...source({ format: "cloudfront", prefix: "", deliverFrom: DISTRIBUTION }),
      },
      'sources[0].deliverFrom: must not be set with an empty "prefix"',
    ],
    [
      {
        existingLogBucket: "company-logs",
        existingLogBucketOwner: "444455556666",
        ...source({ format: "cloudfront", prefix: "cdn/", deliverFrom: DISTRIBUTION }),
      },
      'sources[0].deliverFrom: must not be set with "existingLogBucketOwner"',
    ],
    [
      {
        sources: ["a", "b"].map((name) => ({
          name,
          format: "cloudfront",
          prefix: `${name}/`,
          deliverFrom: DISTRIBUTION,
        })),
      },
      `sources[1].deliverFrom: must be unique, got "${DISTRIBUTION}" again`,
    ],
    [
      {
        region: "cn-north-1",
        ...source({ format: "cloudfront", prefix: "cdn/", deliverFrom: DISTRIBUTION }),
      },
      'sources[0].deliverFrom: must not be set in this partition of AWS, got "cn-north-1"',
    ],
    [source({ format: "cloudfront", prefix: "raw/x/" }), 'sources[0].prefix: must not overlap "raw/"'],
    [source({ privacy: { clientIps: "remove" } }), "access-logs.json: sources[0].privacy.clientIps: "],
    [source({ privacy: { ips: "hash" } }), 'access-logs.json: sources[0].privacy: unknown option "ips"'],
    [source({ format: "cloudfront", prefix: "_privacy/" }), 'prefix: must not overlap "_privacy/"'],
    [{ sources: [] }, "access-logs.json: sources: must have at least 1 item, got []"],
    [
      {
        sources: Array.from({ length: 91 }, (_, index) => ({
          name: `s${index}`,
          format: "alb",
          prefix: `${index}/`,
        })),
      },
      "access-logs.json: sources: must have at most 90 items, got 91 items",
    ],
    [
      source({ accounts: [111122223333] }),
      'access-logs.json: sources[0].accounts[0]: must be a string, in "quotes", got 111122223333',
    ],
    [
      source({ accounts: ["111122223333", "111122223333"] }),
      "sources[0].accounts: must name each account once",
    ],
    [
      source({ format: "cloudfront", prefix: "cf/", accounts: ["111122223333"] }),
      "sources[0].accounts: must not be set for sources of CloudFront",
    ],
    [
      source({ format: "s3", prefix: "s3/", accounts: ["111122223333"] }),
      "sources[0].accounts: must not be set for sources of S3: buckets deliver only to buckets of their own account",
    ],
    [
      source({ format: "waf", prefix: "waf/" }),
      'sources[0].format: web ACLs deliver only to buckets whose names start with "aws-waf-logs-": set "bucketName" to such a name, got a name that starts with "access-logs-"',
    ],
    [
      source({ format: "s3", prefix: "s3/", layout: "as-delivered" }),
      'sources[0].layout: must not be "as-delivered" for the format s3: S3 delivers the files of all days to one folder',
    ],
    [source({ partition: "yes" }), 'sources[0].partition: must be true or false, without quotes, got "yes"'],
    [source({ name: undefined }), "sources[0].name: must be set, got nothing"],
    [{ rawRetentionDays: 1.5 }, "rawRetentionDays: must be a whole number, got 1.5"],
    [{ rawRetentionDays: 0 }, "rawRetentionDays: must be at least 1, got 0"],
    [{ scanLimitGiB: 1e8 }, "scanLimitGiB: must be at most 1048576, got 100000000"],
    [
      { runtime: "nodejs18.x" },
      `runtime: must be one of ${RUNTIMES.map((name) => `"${name}"`).join(", ")}, got "nodejs18.x"`,
    ],
    [{ region: "eu-centrall-9" }, 'region: must be an AWS Region, e.g. "eu-central-1", got "eu-centrall-9"'],
    [
      { existingLogBucket: "Company_Logs/alb" },
      "existingLogBucket: must be the name of a bucket, without a prefix",
    ],
    [{ tags: { "aws:team": "x" } }, 'must not start with "aws:", which AWS reserves'],
    [{ tags: { ["k".repeat(200)]: "x" } }, "must have at most 128 characters"],
    [
      { tags: Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`k${index}`, "v"])) },
      "tags: must be at most 50: AWS allows no more per resource",
    ],
    [{ kmsKey: key("us-east-1") }, "kmsKey: must be in the Region eu-central-1, got "],
    [
      { kmsKey: key("eu-central-1", "aws-cn") },
      "kmsKey: must be in the partition aws of the Region eu-central-1, got ",
    ],
    [
      { alarmTopic: "arn:aws:sns:us-east-1:111122223333:ops" },
      "alarmTopic: must be in the Region eu-central-1, got ",
    ],
    [
      { permissionsBoundary: "arn:aws-us-gov:iam::111122223333:policy/boundary" },
      "permissionsBoundary: must be in the partition aws of the Region eu-central-1, got ",
    ],
    [
      { provider: { assumeRole: { roleArn: "arn:aws-cn:iam::111122223333:role/deploy" } } },
      "provider.assumeRole.roleArn: must be in the partition aws",
    ],
    [
      { name: "n".repeat(29), kmsKey: key("eu-central-1") },
      'name: must have at most 28 characters: with "-landing-" it is the start of the name of the bucket for deliveries with "kmsKey"; choose a shorter one, or set "bucketName", got "nnn',
    ],
    [
      { bucketName: "b".repeat(60), kmsKey: key("eu-central-1") },
      'bucketName: must have at most 55 characters: with "-landing" it is the name',
    ],
    [
      { name: "n".repeat(31), globalNameSuffix: "-eu-central-1" },
      'name: must have at most 35 characters together with "globalNameSuffix": ',
    ],
    [
      { region: "af-south-1", ...source({ format: "cloudfront", prefix: "cf/" }) },
      'sources[0].format: CloudFront does not deliver standard logs (version 1) to buckets in this Region: deploy to another Region, or remove the CloudFront sources, got "af-south-1"',
    ],
    [
      { region: "us-gov-west-1", ...source({ format: "cloudfront", prefix: "cf/" }) },
      "sources[0].format: CloudFront does not deliver standard logs",
    ],
    [
      { alarmSubscriptions: [{ protocol: "email", endpoint: "nobody" }] },
      'alarmSubscriptions[0].endpoint: must be an e-mail address or an https URL, got "nobody"',
    ],
    [
      { alarms: false, alarmSubscriptions: [{ protocol: "email", endpoint: "ops@example.com" }] },
      'alarmSubscriptions: must not be set if "alarms" is false',
    ],
    [
      { lakeFormationLocations: true },
      'lakeFormationLocations: must not be set unless "lakeFormation" is true',
    ],
    [
      { existingLogBucketKey: key("eu-central-1") },
      'existingLogBucketKey: must not be set without "existingLogBucket"',
    ],
    [{ iamPath: "platform" }, 'iamPath: must start and end with "/"'],
    [{ lakeRetentionDays: 400, columnar: false }, "lakeRetentionDays: must not be set if "],
    [{ report: {}, columnar: false }, "report: must not be set if "],
    [{ report: { schedule: "rate(1 hour)" } }, "report.schedule: must be a time of day, as cron"],
    [{ report: { days: 32 } }, "report.days: must be "],
    [{ logRetentionDays: 31 }, "access-logs.json: logRetentionDays: must be one of 1, 3, 5"],
    [{ backend: { type: "s3", bucket: "state" } }, "access-logs.json: backend.key: "],
    [{ backend: { type: "swift" } }, "access-logs.json: backend"],
    [{ kmsKey: "alias/logs" }, "access-logs.json: kmsKey: must be the ARN of a KMS key, not of an alias"],
    [
      { permissionsBoundary: "team" },
      "access-logs.json: permissionsBoundary: must be the ARN of an IAM policy",
    ],
    [{ provider: { version: "latest" } }, "access-logs.json: provider.version: must be a version constraint"],
    [{ provider: { assumeRole: { roleArn: "me" } } }, "access-logs.json: provider.assumeRole.roleArn: "],
    [source({ silentAfterHours: 169 }), "access-logs.json: sources[0].silentAfterHours: "],
    [source({ silentAfterHours: 0.5 }), "access-logs.json: sources[0].silentAfterHours: "],
    [{ alarmTopic: "ops" }, "access-logs.json: alarmTopic: must be the ARN of a standard SNS topic"],
    [
      { alarmTopic: "arn:aws:sns:eu-central-1:111122223333:ops.fifo" },
      "access-logs.json: alarmTopic: must be the ARN of a standard SNS topic, not a FIFO topic",
    ],
    [
      { alarmTopic: "arn:aws:sns:eu-central-1:111122223333:ops", alarms: false },
      'access-logs.json: alarmTopic: must not be set if "alarms" is false',
    ],
    [
      { existingLogBucketOwner: "111122223333" },
      'access-logs.json: existingLogBucketOwner: must not be set without "existingLogBucket"',
    ],
    [
      { existingLogBucketEvents: "queue" },
      'access-logs.json: existingLogBucketEvents: must not be set without "existingLogBucket"',
    ],
  ])("refuse %j", (changes, message) => {
    expect(problemOf(changes)).toContain(message);
  });

  it("report all problems at once", () => {
    expect(problemOf({ name: "", region: "" }).split("\n")).toHaveLength(2);
  });

  it("accept the same prefix for formats whose files have distinct names, and no two sources of one format there", () => {
    const sources = FORMAT_IDS.map((format) => ({ name: format, format, prefix: "logs/" }));
    expect(parseSettings("test", { ...VALID, bucketName: "aws-waf-logs-x", sources }).sources).toHaveLength(
      sources.length,
    );
    const again = { name: "again", format: "nlb", prefix: "logs/" };
    expect(() => parseSettings("test", { ...VALID, sources: [...sources, again] })).toThrow(
      `sources[${sources.length}].prefix: must not overlap the prefix of sources[${FORMAT_IDS.indexOf("nlb")}]`,
    );
  });

  it("refuse two sources with one name, and overlapping prefixes", () => {
    const cloudfront = (name: string, prefix: string) => ({ name, format: "cloudfront", prefix });
    expect(problemOf({ sources: [cloudfront("a", "x/"), cloudfront("a", "y/")] })).toContain(
      'sources[1].name: must be unique, got "a" again',
    );
    expect(problemOf({ sources: [cloudfront("a", "x/"), cloudfront("b", "x/y/")] })).toContain(
      "sources[1].prefix: must not overlap the prefix of sources[0]",
    );
  });

  it("refuse sources that share a table and have different privacy rules", () => {
    const alb = (name: string, options: object) => ({ name, format: "alb", prefix: `${name}/`, ...options });
    expect(problemOf({ sources: [alb("a", { partition: true }), alb("b", {})] })).toBe(
      'access-logs.json: sources: must all set "partition", or none of them, if they have the same format (alb)',
    );
    expect(problemOf({ sources: [alb("a", { privacy: { cookies: "drop" } }), alb("b", {})] })).toContain(
      'access-logs.json: sources: must all have the same "privacy"',
    );
  });

  it("accept logs of a distribution at the root of a bucket that the pipeline does not write to", () => {
    const atRoot = source({ format: "cloudfront", prefix: "" });
    expect(problemOf({ ...atRoot, existingLogBucket: "company-logs" })).toBe("");
    expect(problemOf({ ...atRoot, kmsKey: key("eu-central-1") })).toBe("");
  });

  it.each([
    "eu-central-1",
    "ap-southeast-7",
    "us-gov-west-1",
    "cn-northwest-1",
    "eusc-de-east-1",
    "us-iso-east-1",
  ])("accept the Region %s", (region) => {
    expect(problemOf({ region })).toBe("");
  });

  it("accept a load balancer and a distribution whose prefixes start the same, because AWS extends one of them", () => {
    expect(
      problemOf({
        sources: [
          { name: "a", format: "alb", prefix: "" },
          { name: "b", format: "cloudfront", prefix: "cf/" },
        ],
      }),
    ).toBe("");
  });

  it("report a file that is missing or is not JSON", () => {
    const folder = mkdtempSync(join(tmpdir(), "settings-"));
    const path = join(folder, "x.json");
    expect(() => loadSettings(path)).toThrow(`${path}: the file does not exist; set ACCESS_LOGS_SETTINGS`);
    for (const [text, place, hint] of [
      ["{", "1:2", "the file ends too early"],
      ['{\n  // the name\n  "name": "x"\n}', "2:3", "JSON does not allow comments"],
      ['{\n  "name": "x",\n}', "3:1", "remove the comma before it"],
      ["{ 'name': 1 }", "1:3", 'JSON requires "double quotes"'],
      ['{ "a": [1, 2] "b": 1 }', "1:15", 'unexpected "\\"b\\": 1 }"'],
      ['{ "a": tru }', "1:8", "unexpected"],
      ["{} {}", "1:4", "unexpected"],
    ] as const) {
      writeFileSync(path, text);
      expect(() => loadSettings(path)).toThrow(`${path}:${place}: not valid JSON: ${hint}`);
    }
    expect(() => loadSettings(tmpdir())).toThrow(`${tmpdir()}: cannot be read: `);
  });

  it("are read from a file that starts with a byte order mark", () => {
    const path = join(mkdtempSync(join(tmpdir(), "settings-")), "bom.json");
    writeFileSync(path, `\uFEFF${JSON.stringify(VALID)}`);
    expect(loadSettings(path)).toEqual(VALID);
  });

  it("are refused in one line if they are nested so deeply that they would exhaust the stack", () => {
    const path = join(mkdtempSync(join(tmpdir(), "settings-")), "deep.json");
    const deep = "[".repeat(100_000);
    for (const text of [deep, deep + "]".repeat(100_000), JSON.stringify(VALID).replace('"alb/"', deep)]) {
      writeFileSync(path, text);
      expect(() => loadSettings(path)).toThrow("the values are nested more than 100 levels deep");
    }
    writeFileSync(path, JSON.stringify({ ...VALID, tags: { brackets: deep } }));
    expect(() => loadSettings(path)).toThrow("must have at most 256 characters");
  });

  it("are refused with a name that JavaScript would lose", () => {
    const path = join(mkdtempSync(join(tmpdir(), "settings-")), "proto.json");
    writeFileSync(path, JSON.stringify(VALID).replace("{", '{"tags":{"__proto__":"x"},'));
    expect(() => loadSettings(path)).toThrow('"__proto__" cannot be a name');
  });

  it("are read from the path in the environment variable", () => {
    const path = join(mkdtempSync(join(tmpdir(), "settings-")), "other.json");
    writeFileSync(path, JSON.stringify({ ...VALID, name: "other" }));
    process.env.ACCESS_LOGS_SETTINGS = path;
    expect(loadSettings().name).toBe("other");
    delete process.env.ACCESS_LOGS_SETTINGS;
  });

  it("have a description of every option for editors", () => {
    const schema = JSON.parse(readFileSync(join(__dirname, "../../access-logs.schema.json"), "utf8"));
    for (const [name, option] of Object.entries<{ description?: string }>(schema.properties)) {
      expect([name, option.description]).toEqual([name, expect.stringMatching(/.{10,}/)]);
    }
  });
});
