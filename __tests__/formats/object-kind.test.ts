import { FORMAT_IDS, FORMATS } from "../../formats";
import { hourText } from "../../formats/hour";
import type { SkipReason } from "../../formats/object-kind";

const describeKind = (format: keyof typeof FORMATS, key: string): string => {
  const kind = FORMATS[format].classify(key);
  return kind.kind === "access-log" ? hourText(kind.hour) : kind.reason;
};

const FOLDER = "AWSLogs/111122223333/elasticloadbalancing/us-east-2/2026/05/01";
const ACCOUNT = "111122223333_elasticloadbalancing_us-east-2";

describe("keys of load balancer objects", () => {
  it.each([
    [
      `${FOLDER}/${ACCOUNT}_app.my-lb.1234567890abcdef_20260501T2340Z_172.160.1.192_20sg8hgm.log.gz`,
      "2026-05-01T23",
    ],
    [
      `my/prefix/${FOLDER}/${ACCOUNT}_app.my-lb.1234567890abcdef_20260501T2340Z_172.160.1.192_20sg8hgm.log.gz`,
      "2026-05-01T23",
    ],
    [
      `${FOLDER}/${ACCOUNT}_app.my-lb.1234567890abcdef_20260501T2340Z_2001:db8::1_20sg8hgm.log.gz`,
      "2026-05-01T23",
    ],
    [
      `${FOLDER}/${ACCOUNT}_app.my-lb.1234567890abcdef_20260501T2340Z_172.160.1.192_20sg8hgm.log`,
      "2026-05-01T23",
    ],
    [
      `${ACCOUNT.replace("us-east-2", "us-gov-west-1")}_app.my-lb.1_20260501T2340Z_10.0.0.1_a.log.gz`,
      "2026-05-01T23",
    ],
  ])("reads the hour of %s", (key, hour) => {
    expect(describeKind("alb", key)).toBe(hour);
  });

  it("puts a file with the time HH:00Z in the previous hour, because the time is the end of its interval", () => {
    const key = (stamp: string) => `${FOLDER}/${ACCOUNT}_app.lb.1_${stamp}_10.0.0.1_a.log.gz`;
    expect(describeKind("alb", key("20260501T0000Z"))).toBe("2026-04-30T23");
    expect(describeKind("alb", key("20260101T0000Z"))).toBe("2025-12-31T23");
    expect(describeKind("alb", key("20260501T0005Z"))).toBe("2026-05-01T00");
    expect(describeKind("alb", key("20260501T0100Z"))).toBe("2026-05-01T00");
  });

  it("takes the hour from the file name, not from the prefix of the delivery", () => {
    const late = `AWSLogs/111122223333/elasticloadbalancing/us-east-2/2026/06/30/${ACCOUNT}_app.lb.1_20260501T0105Z_10.0.0.1_a.log.gz`;
    expect(describeKind("alb", late)).toBe("2026-05-01T01");
  });

  it.each([
    [`${FOLDER}/conn_log_${ACCOUNT}_app.lb.1_20260501T2340Z_10.0.0.1_a.log.gz`, "connection-log"],
    [`${FOLDER}/conn_log.${ACCOUNT}_app.lb.1_20260501T2340Z_10.0.0.1_a.log.gz`, "connection-log"],
    [`${FOLDER}/health_check_log_${ACCOUNT}_app.lb.1_20260501T2340Z_10.0.0.1_a.log.gz`, "health-check-log"],
    [`${FOLDER}/${ACCOUNT}_net.lb.1_20260501T2340Z_a1b2c3.log.gz`, "other-load-balancer"],
    [`${FOLDER}/${ACCOUNT}_classic-lb_20260501T2340Z_172.160.1.192_20sg8hgm.log`, "other-load-balancer"],
    ["AWSLogs/111122223333/ELBAccessLogTestFile", "test-file"],
    ["p/AWSLogs/111122223333/ELBConnectionLogTestFile", "test-file"],
    ["AWSLogs/aws-programmatic-access-test-object", "test-file"],
    [`${FOLDER}/`, "folder-marker"],
    [`${FOLDER}/${ACCOUNT}_app.lb.1_20261301T2340Z_10.0.0.1_a.log.gz`, "unmatched-key"],
    [`${FOLDER}/${ACCOUNT}_app.lb.1_20260230T2340Z_10.0.0.1_a.log.gz`, "unmatched-key"],
    [`${FOLDER}/${ACCOUNT}_app.lb.1_20260501T2360Z_10.0.0.1_a.log.gz`, "unmatched-key"],
    [`${FOLDER}/${ACCOUNT}_app.lb.1_20260501T2400Z_10.0.0.1_a.log.gz`, "unmatched-key"],
    [`${FOLDER}/${ACCOUNT}_app.lb.1_20260501T2340Z_10.0.0.1_a.log.gz.tmp`, "unmatched-key"],
    [`${FOLDER}/${ACCOUNT}_app.lb.1_00000101T0000Z_10.0.0.1_a.log.gz`, "unmatched-key"],
    ["E2EXAMPLE.2026-05-01-23.abcd.gz", "unmatched-key"],
    ["readme.txt", "unmatched-key"],
    ["", "folder-marker"],
  ])("skips %s as %s", (key, reason) => {
    expect(describeKind("alb", key)).toBe(reason);
  });
});

describe("keys of a load balancer's objects by CloudWatch Logs", () => {
  it.each([
    ["alb/AWSLogs/ALB_ACCESS_LOGS/2026/09/10/23/any_name-1.log.gz", "2026-09-10T23"],
    ["ALB_ACCESS_LOGS/year=2026/month=09/day=10/hour=23/1.gz", "2026-09-10T23"],
    // Whatever a name says.
    [`ALB_ACCESS_LOGS/2026/09/10/00/${ACCOUNT}_app.lb.1_20260910T0000Z_10.0.0.1_a.log.gz`, "2026-09-10T00"],
    ["ALB_ACCESS_LOGS/2026/09/10/any.log.gz", "unmatched-key"],
    ["ALB_ACCESS_LOGS/2026/09/31/00/any.log.gz", "unmatched-key"],
    ["ALB_ACCESS_LOGS/2026/09/10/24/any.log.gz", "unmatched-key"],
    ["ALB_ACCESS_LOGS/2026/09/10/23/any.parquet", "2026-09-10T23"],
    ["ALB_ACCESS_LOGS/2026/09/10/23/", "folder-marker"],
    ["MY_ALB_ACCESS_LOGS/2026/09/10/23/any.log.gz", "unmatched-key"],
    ["ALB_CONNECTION_LOGS/2026/09/10/23/any.log.gz", "unmatched-key"],
  ])("have the hour of their folders: %s", (key, hour) => {
    expect(describeKind("alb", key)).toBe(hour);
    for (const other of ["alb-connection", "alb-health-check", "nlb", "elb"] as const)
      expect(describeKind(other, key)).not.toMatch(/^2026/);
  });
});

const APP = `${ACCOUNT}_app.my-lb.1_20260501T0000Z_172.160.1.192_20sg8hgm.log.gz`;
const NET = `${ACCOUNT}_net.my-lb.1_20260501T0000Z_20sg8hgm.log.gz`;
const CLASSIC = `${ACCOUNT}_my-lb_20260501T0000Z_172.160.001.192_20sg8hgm.log`;

describe("keys of the other logs of load balancers", () => {
  it.each([
    ["alb-connection", `conn_log_${APP}`],
    ["alb-connection", `conn_log.${APP}`],
    ["alb-health-check", `health_check_log_${APP}`],
    ["nlb", NET],
    ["elb", CLASSIC],
    ["elb", `${CLASSIC}.gz`],
  ] as const)("of %s have the hour before the end of the interval: %s", (format, name) => {
    expect(describeKind(format, `${FOLDER}/${name}`)).toBe("2026-04-30T23");
  });

  it.each(FORMAT_IDS)("belong to at most one format, e.g. those of %s", (format) => {
    for (const key of FORMATS[format].sampleKeys) {
      expect(FORMAT_IDS.filter((id) => FORMATS[id].classify(key).kind === "access-log")).toEqual([format]);
    }
  });

  it.each(["alb-connection", "alb-health-check", "nlb", "elb"] as const)(
    "are skipped with the kind of log as the reason, if no source has their format, e.g. by %s",
    (format) => {
      const skipped = [APP, `conn_log_${APP}`, `health_check_log_${APP}`, NET, CLASSIC]
        .map((name) => FORMATS[format].classify(`${FOLDER}/${name}`))
        .flatMap((kind) => (kind.kind === "skip" ? [kind.reason] : []));
      const reasons: Readonly<Record<typeof format, readonly SkipReason[]>> = {
        "alb-connection": ["access-log", "health-check-log", "other-load-balancer", "other-load-balancer"],
        "alb-health-check": ["access-log", "connection-log", "other-load-balancer", "other-load-balancer"],
        nlb: ["access-log", "connection-log", "health-check-log", "other-load-balancer"],
        elb: ["access-log", "connection-log", "health-check-log", "other-load-balancer"],
      };
      expect(skipped).toEqual(reasons[format]);
      expect(describeKind(format, "AWSLogs/111122223333/ELBConnectionLogTestFile")).toBe("test-file");
      expect(describeKind(format, `conn_log_${APP.replace("20260501", "20260230")}`)).not.toMatch(/^2026/);
    },
  );
});

it("no character that a file system, a terminal or SQL reads in a special way is in the name of an access log", () => {
  const names = {
    alb: (text: string) => `${ACCOUNT}_app.lb${text}.1_20260501T2340Z_10.0.0.1_a.log.gz`,
    "alb-connection": (text: string) =>
      `conn_log_${ACCOUNT}_app.lb${text}.1_20260501T2340Z_10.0.0.1_a.log.gz`,
    "alb-health-check": (text: string) =>
      `health_check_log_${ACCOUNT}_app.lb${text}.1_20260501T2340Z_10.0.0.1_a.log.gz`,
    cloudfront: (text: string) => `EMLARXS9EXAMPLE.2026-05-01-20.a1${text}.gz`,
    elb: (text: string) => `${ACCOUNT}_lb${text}_20260501T2340Z_10.0.0.1_a.log`,
    nlb: (text: string) => `${ACCOUNT}_net.lb${text}.1_20260501T2340Z_a.log.gz`,
    s3: (text: string) => `shop${text}2026-05-01-20-12-33-4E57427F3EXAMPLE`,
  };
  for (const [format, name] of Object.entries(names)) {
    expect(describeKind(format as keyof typeof FORMATS, name(""))).toMatch(/^2026-05-01T2/);
    for (const text of [
      "\\",
      "'",
      '"',
      "*",
      "?",
      "[",
      "=",
      " ",
      "\n",
      "\u001b",
      "\u202e",
      "\u2028",
      "é",
      "\ufffe",
      "%",
    ])
      expect([text, describeKind(format as keyof typeof FORMATS, name(text))]).toEqual([
        text,
        "unmatched-key",
      ]);
  }
});

describe("keys of buckets' server access logs", () => {
  it.each([
    ["2026-06-01-00-12-33-4E57427F3EXAMPLE", "2026-06-01T00"],
    ["logs/2026-06-01-23-12-33-4E57427F3EXAMPLE", "2026-06-01T23"],
    ["prefix2026-06-01-00-12-33-XXXXXXXX", "2026-06-01T00"],
    ["logs/shop-1-2026-06-01-09-59-59-4E57427F3EXAMPLE", "2026-06-01T09"],
    ["logs/2026-01-01-00-00-00-a2026-06-01-09-59-59-4E57427F3EXAMPLE", "2026-06-01T09"],
    ["s3/111122223333/eu-central-1/shop/2026/06/01/2026-06-01-00-00-00-4E57427F3EXAMPLE", "2026-06-01T00"],
    ["2024-02-29-00-00-00-A", "2024-02-29T00"],
  ])("reads the hour of %s", (key, hour) => {
    expect(describeKind("s3", key)).toBe(hour);
  });

  it.each([
    ["2026-02-29-00-12-33-4E57427F3EXAMPLE", "unmatched-key"],
    ["2026-06-01-24-12-33-4E57427F3EXAMPLE", "unmatched-key"],
    ["2026-06-01-00-60-33-4E57427F3EXAMPLE", "unmatched-key"],
    ["2026-06-01-00-12-60-4E57427F3EXAMPLE", "unmatched-key"],
    ["2026-06-01-00-12-33-", "unmatched-key"],
    ["2026-06-01-00-12-33-4E57427F3EXAMPLE.gz", "unmatched-key"],
    ["2026-06-01-00-12-33", "unmatched-key"],
    ["EMLARXS9EXAMPLE.2026-05-01-20.a103fd5a.gz", "unmatched-key"],
    ["logs/", "folder-marker"],
  ])("skips %s as %s", (key, reason) => {
    expect(describeKind("s3", key)).toBe(reason);
  });
});

describe("keys of web ACLs' logs", () => {
  it.each([
    [
      "waf/AWSLogs/111122223333/WAFLogs/us-east-1/TEST-WEBACL/2021/10/28/19/50/111122223333_waflogs_us-east-1_TEST-WEBACL_20211028T1950Z_e0ca43b5.log.gz",
      "2021-10-28T19",
    ],
    ["111122223333_waflogs_cloudfront_my_acl_20240229T0000Z_e0ca43b5.log.gz", "2024-02-29T00"],
  ])("reads the hour of %s", (key, hour) => {
    expect(describeKind("waf", key)).toBe(hour);
  });

  it.each([
    ["111122223333_waflogs_us-east-1_acl_20260229T0000Z_e0ca43b5.log.gz", "unmatched-key"],
    ["111122223333_waflogs_us-east-1_acl_20260228T0060Z_e0ca43b5.log.gz", "unmatched-key"],
    ["111122223333_waflogs_us-east-1_acl_20260228T0000Z.log.gz", "unmatched-key"],
    ["111122223333_vpcflowlogs_us-east-1_fl-1_20260228T0000Z_e0ca43b5.log.gz", "unmatched-key"],
    ["aws-waf-logs-stream-1-2026-02-28-21-25-30-e0ca43b5", "unmatched-key"],
    ["waf/", "folder-marker"],
  ])("skips %s as %s", (key, reason) => {
    expect(describeKind("waf", key)).toBe(reason);
  });
});

describe("keys of distribution objects", () => {
  it.each([
    ["EMLARXS9EXAMPLE.2026-05-01-20.RT4KCN4SGK9.gz", "2026-05-01T20"],
    ["some/prefix/EMLARXS9EXAMPLE.2026-05-01-20.a103fd5a.gz", "2026-05-01T20"],
    ["prefix/EMLARXS9EXAMPLE.2026-02-28-00.a103fd5a", "2026-02-28T00"],
    ["EMLARXS9EXAMPLE.2026-02-28-00.a103fd5a.parquet", "2026-02-28T00"],
    ["EMLARXS9EXAMPLE.2026-02-28-00.a103fd5a.log.parquet", "2026-02-28T00"],
    ["EMLARXS9EXAMPLE.2026-02-28-00.a103fd5a.snappy.parquet", "2026-02-28T00"],
  ])("reads the hour of %s", (key, hour) => {
    expect(describeKind("cloudfront", key)).toBe(hour);
  });

  it.each([
    ["EMLARXS9EXAMPLE.2026-02-29-20.a103fd5a.gz", "unmatched-key"],
    ["EMLARXS9EXAMPLE.2026-05-01-24.a103fd5a.gz", "unmatched-key"],
    ["EMLARXS9EXAMPLE.2026-05-01.a103fd5a.gz", "unmatched-key"],
    ["cloudfront/", "folder-marker"],
    [`${ACCOUNT}_app.lb.1_20260501T2340Z_10.0.0.1_a.log.gz`, "unmatched-key"],
  ])("skips %s as %s", (key, reason) => {
    expect(describeKind("cloudfront", key)).toBe(reason);
  });
});
