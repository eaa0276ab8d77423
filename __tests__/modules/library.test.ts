import { DataAwsS3Bucket } from "@cdktf/provider-aws/lib/data-aws-s3-bucket";
import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import type { Construct } from "constructs";
import { AccessLogPipeline } from "../../modules/access-log-pipeline";
import type { AccessLogPipelineProps } from "../../pipeline/props";
import { resourcesOf, synthConstruct, type TerraformJson } from "../helpers/synth";

const PROPS: AccessLogPipelineProps = {
  name: "logs",
  sources: [{ name: "web", format: "alb", prefix: "alb/" }],
};
const pipeline = (scope: Construct, id = "pipeline", props: Partial<AccessLogPipelineProps> = {}) =>
  new AccessLogPipeline(scope, id, { ...PROPS, ...props });

const addresses = ({ resource }: TerraformJson): string[] =>
  Object.entries(resource).flatMap(([type, items]) => Object.keys(items).map((id) => `${type}.${id}`));
const alone = synthConstruct((scope) => {
  pipeline(scope);
});

describe("a pipeline in the stack of another project", () => {
  it("refuses an id that a resource of the same type already has, and names both places and the fix", () => {
    expect(() =>
      synthConstruct((scope) => {
        new S3Bucket(scope, "logs", { bucket: "my-own-bucket", forceDestroy: true });
        pipeline(scope);
      }),
    ).toThrow(
      'test/pipeline/logs/Default: the stack has another aws_s3_bucket with the id "logs", test/logs: Terraform would merge them into one resource; set "idPrefix" of the pipeline',
    );
  });

  it("refuses a resource that is added later, or that gets its id later", () => {
    const behind = (build: (scope: Construct) => void) => () =>
      synthConstruct((scope) => {
        pipeline(scope);
        build(scope);
      });
    expect(behind((scope) => new SqsQueue(scope, "arrivals", { name: "mine" }))).toThrow(
      'another aws_sqs_queue with the id "arrivals"',
    );
    expect(behind((scope) => new S3Bucket(scope, "mine").overrideLogicalId("logs"))).toThrow(
      'another aws_s3_bucket with the id "logs"',
    );
  });

  it("does not fix the id of a resource that gets another id later", () => {
    const json = synthConstruct((scope) => {
      const mine = new S3Bucket(scope, "mine");
      pipeline(scope);
      mine.overrideLogicalId("archive");
    });
    expect(Object.keys(resourcesOf(json, "aws_s3_bucket"))).toEqual(["archive", "logs"]);
  });

  it("accepts resources of other types, and data sources, with the same ids", () => {
    const json = synthConstruct((scope) => {
      new SqsQueue(scope, "logs", { name: "mine" });
      new DataAwsS3Bucket(scope, "arrivals", { bucket: "theirs" });
      pipeline(scope);
    });
    expect(resourcesOf(json, "aws_sqs_queue").logs).toMatchObject({ name: "mine" });
    expect(resourcesOf(json, "aws_s3_bucket").logs).toEqual(resourcesOf(alone, "aws_s3_bucket").logs);
  });

  it("accepts any ids if it has its own prefix", () => {
    const json = synthConstruct((scope) => {
      new S3Bucket(scope, "logs", { bucket: "my-own-bucket", forceDestroy: true });
      pipeline(scope, "pipeline", { idPrefix: "access_" });
    });
    expect(resourcesOf(json, "aws_s3_bucket")).toMatchObject({
      logs: { bucket: "my-own-bucket", force_destroy: true },
      access_logs: { bucket_prefix: "logs-" },
    });
    expect(resourcesOf(json, "aws_s3_bucket").logs).not.toHaveProperty("bucket_prefix");
  });
});

describe("two pipelines in one stack", () => {
  const second = { name: "shop-logs", idPrefix: "shop_" };

  it("share nothing, and the second pipeline does not change the first", () => {
    const both = synthConstruct((scope) => {
      pipeline(scope);
      pipeline(scope, "shop", second);
    });
    const first = addresses(alone);
    const added = addresses(both).filter((address) => !first.includes(address));
    expect(added).toHaveLength(first.length);
    for (const [type, items] of Object.entries(alone.resource)) {
      for (const [id, body] of Object.entries(items)) expect(both.resource[type]?.[id]).toEqual(body);
    }
    const referred = added.flatMap((address) => {
      const [type = "", id = ""] = address.split(".");
      return [...JSON.stringify(both.resource[type]?.[id]).matchAll(/\$\{(aws_\w+\.[\w-]+)/g)];
    });
    expect(referred.map(([, address]) => address).filter((address) => first.includes(address ?? ""))).toEqual(
      [],
    );
  });

  it("need different prefixes, and different names", () => {
    const both = (props: Partial<AccessLogPipelineProps>) => () =>
      synthConstruct((scope) => {
        pipeline(scope);
        pipeline(scope, "shop", props);
      });
    expect(both({ name: "shop-logs" })).toThrow('with the id "logs", test/pipeline/logs/Default');
    expect(both({ idPrefix: "shop_" })).toThrow(
      'test/shop: "name" must differ from the name of test/pipeline, got "logs"',
    );
    expect(both({ name: "shop-logs", idPrefix: "2" })).toThrow('"idPrefix" must be a letter');
    expect(both(second)).not.toThrow();
  });
});
