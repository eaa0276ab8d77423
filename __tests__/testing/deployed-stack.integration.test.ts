import { FORMATS } from "../../formats";
import { CONFIGURATION_KEY } from "../../formats/partition-layout";
import { renderRawPattern } from "../../formats/render/line-pattern";
import { deployedStack } from "../../testing/stack/deployed-stack";
import { applied } from "../../testing/stack/terraform-json";
import { synthSettings } from "../helpers/synth";

describe("a synthesized stack", () => {
  it("is read as Terraform applies it, with resolved references and unescaped template signs", () => {
    const json = {
      resource: {
        aws_s3_bucket: { logs: { bucket_prefix: "x" } },
        aws_glue_catalog_database: { database: { name: "logs_${aws_s3_bucket.logs.bucket}" } },
        aws_x: {
          x: { text: "${aws_glue_catalog_database.database.name} $${dt} %%{y}", other: "${aws_x.y.arn}" },
        },
      },
    };
    const stack = applied(json, (type) => (type === "aws_s3_bucket" ? "b" : undefined));
    expect(stack.resource.aws_x).toEqual({ x: { text: "logs_b ${dt} %{y}", other: "${aws_x.y.arn}" } });
  });

  it("has the functions with their environment and schedules, and the raw tables with their patterns", () => {
    const settings = {
      name: "logs",
      region: "eu-central-1",
      sources: [{ name: "web", format: "alb", prefix: "alb/" }],
    };
    // The helper parses JSON inside JSON, which a deployment does not.
    const json = JSON.parse(JSON.stringify(synthSettings(settings)), (key, value) =>
      (key === "input" || key === "content") && typeof value === "object" ? JSON.stringify(value) : value,
    );
    const stack = deployedStack(json, (id) => `bucket-${id}`);
    expect(stack).toMatchObject({ database: "logs", buckets: ["bucket-logs"] });
    expect(stack.functions.map(({ name }) => name).sort()).toEqual([
      "create-partition",
      "maintain-lake",
      "move-access-logs",
      "transform-partition",
    ]);
    expect(stack.objects).toEqual([
      { bucket: "bucket-logs", key: CONFIGURATION_KEY, content: expect.stringContaining("alb/AWSLogs/") },
    ]);
    const transform = stack.functions.find(({ name }) => name === "transform-partition");
    expect(transform?.environment).toMatchObject({
      BUCKET: "bucket-logs",
      DATABASE: "logs",
      WORKGROUP: "logs-pipeline",
    });
    expect(transform?.scheduledEvents[0]).toContain("<aws.scheduler.scheduled-time>");
    const raw = stack.textTables.find(({ name }) => name === "alb_access_logs_raw");
    expect(raw).toMatchObject({
      location: "s3://bucket-logs/raw/alb_access_logs/",
      partitionKeys: ["dt", "hour"],
      pattern: renderRawPattern(FORMATS.alb),
    });
    expect(stack.results).toMatch(/^s3:\/\/bucket-logs\/.*\/$/);
  });
});
