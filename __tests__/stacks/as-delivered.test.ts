import { ownersPolicyOf } from "../../pipeline/owners-policy";
import { parseSettings } from "../../settings/load";
import { pipelinePropsOf } from "../../settings/pipeline-props";
import { resourcesOf, synthSettings } from "../helpers/synth";

const BASE = { name: "logs", region: "eu-central-1" };
const SHOP = { name: "shop", format: "alb", prefix: "shop/", layout: "as-delivered" };
const WEB = { name: "web", format: "alb", prefix: "web/" };
const ANOTHERS = { existingLogBucket: "company-logs", existingLogBucketOwner: "444455556666" };

const typesOf = (settings: object): string[] =>
  Object.keys(synthSettings({ ...BASE, ...settings }).resource).sort();
const idsOf = (settings: object, type: string): string[] =>
  Object.keys(resourcesOf(synthSettings({ ...BASE, ...settings }), type));

describe("a pipeline whose sources are all read as delivered", () => {
  it("has no queue of new objects, no mover and no notification", () => {
    const settings = { sources: [SHOP] };
    const types = typesOf(settings);
    expect(types).not.toContain("aws_s3_bucket_notification");
    expect(types).not.toContain("aws_lambda_event_source_mapping");
    expect(idsOf(settings, "aws_sqs_queue").join()).not.toContain("arrivals");
    expect(idsOf(settings, "aws_lambda_function").join()).not.toContain("move");
    expect(idsOf(settings, "aws_cloudwatch_metric_alarm")).toEqual(
      expect.arrayContaining(["no-logs-shop", "unmatched-keys-as-delivered"]),
    );
  });

  it("deletes originals in its own bucket only after the retention of the text", () => {
    const expirations = (settings: object) =>
      JSON.stringify(
        resourcesOf(
          synthSettings({ ...BASE, sources: [SHOP, WEB], ...settings }),
          "aws_s3_bucket_lifecycle_configuration",
        ),
      );
    expect(expirations({})).not.toContain("shop/AWSLogs/");
    expect(expirations({ rawRetentionDays: 90 })).toContain(
      '{"expiration":[{"days":90}],"filter":[{"prefix":"shop/AWSLogs/"}],"id":"delivered-shop","status":"Enabled"}',
    );
    expect(expirations({ rawRetentionDays: 90 })).not.toContain("web/AWSLogs/");
  });
});

it("a pipeline with both layouts gets events only of the sources that it moves", () => {
  const stack = synthSettings({ ...BASE, sources: [SHOP, WEB] });
  const notification = JSON.stringify(resourcesOf(stack, "aws_s3_bucket_notification"));
  expect(notification).toContain("web/AWSLogs/");
  expect(notification).not.toContain("shop/AWSLogs/");
  expect(Object.keys(resourcesOf(stack, "aws_glue_catalog_table")).sort()).toEqual([
    "alb_access_logs_delivered",
    "alb_access_logs_delivered_lines",
    "alb_access_logs_lines",
    "alb_access_logs_raw",
  ]);
});

it("sources of different formats with one prefix and layout share a filter, an expiration and a registered location", () => {
  const stack = synthSettings({
    ...BASE,
    rawRetentionDays: 90,
    lakeFormation: true,
    lakeFormationLocations: true,
    sources: [
      { ...WEB, name: "connections", format: "alb-connection", prefix: "all/" },
      { ...SHOP, name: "shop", prefix: "all/" },
      { ...WEB, name: "classic", format: "elb", prefix: "all/" },
      { ...SHOP, name: "network", format: "nlb", prefix: "all/" },
    ],
  });
  const timesIn = (type: string): number =>
    JSON.stringify(resourcesOf(stack, type)).split("all/AWSLogs").length - 1;
  expect(timesIn("aws_s3_bucket_notification")).toBe(1);
  expect(timesIn("aws_s3_bucket_lifecycle_configuration")).toBe(1);
  expect(timesIn("aws_lakeformation_resource")).toBe(1);
});

it("S3 may deliver to another account's bucket only the logs of that account's buckets", () => {
  const sources = [{ name: "media", format: "s3", prefix: "s3/" }];
  const props = pipelinePropsOf(parseSettings("test", { ...BASE, ...ANOTHERS, sources }));
  const { Statement: statements } = JSON.parse(ownersPolicyOf(props, "company-logs", "111122223333"));
  expect(statements[0]).toMatchObject({
    Sid: "S3LogDelivery",
    Resource: ["arn:aws:s3:::company-logs/s3/*"],
    Condition: { StringEquals: { "aws:SourceAccount": "444455556666" } },
  });
});

it("the policy of another account's bucket allows only to list and to read files as delivered", () => {
  const props = pipelinePropsOf(parseSettings("test", { ...BASE, ...ANOTHERS, sources: [SHOP] }));
  const { Statement: statements } = JSON.parse(ownersPolicyOf(props, "company-logs", "111122223333"));
  const roles = ["transform-partition", "maintain-lake"].map(
    (name) => `arn:aws:iam::111122223333:role/logs-${name}`,
  );
  expect(statements.slice(1)).toEqual([
    {
      Sid: "AccessLogPipelineFind",
      Effect: "Allow",
      Principal: { AWS: roles },
      Action: ["s3:ListBucket"],
      Resource: ["arn:aws:s3:::company-logs"],
      Condition: { StringLike: { "s3:prefix": ["shop/AWSLogs/*"] } },
    },
    {
      Sid: "AccessLogPipelineRead",
      Effect: "Allow",
      Principal: { AWS: roles },
      Action: ["s3:GetObject", "s3:GetObjectTagging"],
      Resource: ["arn:aws:s3:::company-logs/shop/AWSLogs/*"],
    },
    {
      Sid: "AccessLogPipelineLocate",
      Effect: "Allow",
      Principal: { AWS: roles },
      Action: ["s3:GetBucketLocation"],
      Resource: ["arn:aws:s3:::company-logs"],
    },
  ]);
});

it.each([
  [
    { sources: [{ ...SHOP, format: "cloudfront" }] },
    'sources[0].layout: must not be "as-delivered" for the format cloudfront: CloudFront delivers',
  ],
  [
    { sources: [WEB, SHOP], partitions: "projection", columnar: false },
    'sources[1].layout: must not be "as-delivered" with "partitions": "projection" and without "columnar"',
  ],
  [
    { ...ANOTHERS, sources: [SHOP], lakeFormation: true, lakeFormationLocations: true },
    'sources[0].layout: must not be "as-delivered" with "lakeFormationLocations" and "existingLogBucketOwner"',
  ],
])("the settings %j are refused with the reason", (settings, message) => {
  expect(() => parseSettings("test", { ...BASE, ...settings })).toThrow(message);
});
