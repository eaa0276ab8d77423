import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadSettings, parseSettings, SettingsError } from "../settings/load";

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
const source = (changes: object) => ({ sources: [{ ...VALID.sources[0], ...changes }] });

describe("settings", () => {
  it("are valid as committed", () => {
    expect(loadSettings(join(__dirname, "../access-logs.json")).sources).toHaveLength(2);
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
    [source({ format: "nlb" }), "access-logs.json: sources[0].format: "],
    [source({ prefix: "alb" }), 'access-logs.json: sources[0].prefix: must be empty or end with "/"'],
    [
      source({ prefix: "a/AWSLogs/" }),
      'must not hold "AWSLogs": AWS adds that folder itself, got "a/AWSLogs/"',
    ],
    [
      source({ accounts: ["1"] }),
      "access-logs.json: sources[0].accounts[0]: must be a 12-digit AWS account id",
    ],
    [
      source({ format: "cloudfront", prefix: "" }),
      'sources[0].prefix: must not overlap "raw/", which the pipeline writes',
    ],
    [source({ format: "cloudfront", prefix: "raw/x/" }), 'sources[0].prefix: must not overlap "raw/"'],
    [source({ privacy: { clientIps: "remove" } }), "access-logs.json: sources[0].privacy.clientIps: "],
    [source({ privacy: { ips: "hash" } }), 'access-logs.json: sources[0].privacy: unknown option "ips"'],
    [source({ format: "cloudfront", prefix: "_privacy/" }), 'prefix: must not overlap "_privacy/"'],
    [{ sources: [] }, "access-logs.json: sources: "],
    [{ lakeRetentionDays: 400, columnar: false }, "lakeRetentionDays: must be left out where "],
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
    [{ alarmTopic: "ops" }, "access-logs.json: alarmTopic: must be the ARN of an SNS topic"],
    [
      { alarmTopic: "arn:aws:sns:eu-central-1:111122223333:ops.fifo" },
      "access-logs.json: alarmTopic: must be the ARN of an SNS topic that is no FIFO topic",
    ],
    [
      { alarmTopic: "arn:aws:sns:eu-central-1:111122223333:ops", alarms: false },
      'access-logs.json: alarmTopic: must be left out where "alarms" is false',
    ],
    [
      { existingLogBucketOwner: "111122223333" },
      'access-logs.json: existingLogBucketOwner: must be left out without "existingLogBucket"',
    ],
    [
      { existingLogBucketEvents: "queue" },
      'access-logs.json: existingLogBucketEvents: must be left out without "existingLogBucket"',
    ],
  ])("refuse %j", (changes, message) => {
    expect(problemOf(changes)).toContain(message);
  });

  it("report every problem at once", () => {
    expect(problemOf({ name: "", region: "" }).split("\n")).toHaveLength(2);
  });

  it("refuse two sources of one name, or prefixes that S3 cannot tell apart", () => {
    const cloudfront = (name: string, prefix: string) => ({ name, format: "cloudfront", prefix });
    expect(problemOf({ sources: [cloudfront("a", "x/"), cloudfront("a", "y/")] })).toContain(
      'sources[1].name: must be unique, got "a" again',
    );
    expect(problemOf({ sources: [cloudfront("a", "x/"), cloudfront("b", "x/y/")] })).toContain(
      "sources[1].prefix: must not overlap that of sources[0]",
    );
  });

  it("refuse sources that share a table and do not agree on its rows", () => {
    const alb = (name: string, options: object) => ({ name, format: "alb", prefix: `${name}/`, ...options });
    expect(problemOf({ sources: [alb("a", { partition: true }), alb("b", {})] })).toBe(
      'access-logs.json: sources: must all have "partition", or none, among those of one format (alb)',
    );
    expect(problemOf({ sources: [alb("a", { privacy: { cookies: "drop" } }), alb("b", {})] })).toContain(
      'access-logs.json: sources: must all have the same "privacy"',
    );
  });

  it("let a load balancer and a distribution share a prefix's start, since AWS adds a folder for one", () => {
    expect(
      problemOf({
        sources: [
          { name: "a", format: "alb", prefix: "" },
          { name: "b", format: "cloudfront", prefix: "cf/" },
        ],
      }),
    ).toBe("");
  });

  it("say so when the file is missing or no JSON", () => {
    const folder = mkdtempSync(join(tmpdir(), "settings-"));
    const path = join(folder, "x.json");
    expect(() => loadSettings(path)).toThrow(`${path}: no such file; name one with ACCESS_LOGS_SETTINGS`);
    writeFileSync(path, "{");
    expect(() => loadSettings(path)).toThrow(`${path}: not valid JSON`);
  });

  it("are read from where the variable says", () => {
    const path = join(mkdtempSync(join(tmpdir(), "settings-")), "other.json");
    writeFileSync(path, JSON.stringify({ ...VALID, name: "other" }));
    process.env.ACCESS_LOGS_SETTINGS = path;
    expect(loadSettings().name).toBe("other");
    delete process.env.ACCESS_LOGS_SETTINGS;
  });

  it("explain every option to editors", () => {
    const schema = JSON.parse(readFileSync(join(__dirname, "../access-logs.schema.json"), "utf8"));
    for (const [name, option] of Object.entries<{ description?: string }>(schema.properties)) {
      expect([name, option.description]).toEqual([name, expect.stringMatching(/.{10,}/)]);
    }
  });
});
