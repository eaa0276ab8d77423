import { ref, Token } from "cdktf";
import { FORMATS } from "../../formats";
import { AccessLogPipeline } from "../../modules/access-log-pipeline";
import type { AccessLogPipelineProps } from "../../pipeline/props";
import { RUNTIMES } from "../../pipeline/runtime";
import { configuredSourcesIn, onlyResource, resourcesOf, synthConstruct } from "../helpers/synth";

const PROPS: AccessLogPipelineProps = {
  name: "logs",
  sources: [{ name: "web", format: "alb", prefix: "alb/" }],
};
const synth = (props: Partial<AccessLogPipelineProps> = {}) =>
  synthConstruct((scope) => {
    new AccessLogPipeline(scope, "pipeline", { ...PROPS, ...props });
  });

const KEPT = { clientIps: "keep", queryStrings: "keep", cookies: "keep" };

interface Statement {
  readonly Sid?: string;
  readonly Action: string | string[];
  readonly Resource: string | string[];
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}
const statementsOf = ({ policy }: Record<string, unknown>) =>
  (policy as { Statement: Statement[] }).Statement;

describe("AccessLogPipeline", () => {
  it("gives the bucket S3-managed encryption, no public access, and one object owner", () => {
    const json = synth();
    expect(onlyResource(json, "aws_s3_bucket")).toMatchObject({
      bucket_prefix: "logs-",
      force_destroy: false,
    });
    expect(
      JSON.stringify(onlyResource(json, "aws_s3_bucket_server_side_encryption_configuration")),
    ).toContain('"sse_algorithm":"AES256"');
    expect(onlyResource(json, "aws_s3_bucket_public_access_block")).toMatchObject({
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    });
    expect(onlyResource(json, "aws_s3_bucket_ownership_controls")).toMatchObject({
      rule: { object_ownership: "BucketOwnerEnforced" },
    });
  });

  it("keeps the encryption types blocked that S3 blocks by default, with and without a key", () => {
    const kmsKey = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    for (const json of [synth(), synth({ kmsKey })]) {
      const configurations = Object.values(
        resourcesOf(json, "aws_s3_bucket_server_side_encryption_configuration"),
      );
      expect(configurations.length).toBeGreaterThan(0);
      for (const { rule } of configurations) {
        expect(rule).toEqual([expect.objectContaining({ blocked_encryption_types: ["SSE-C"] })]);
      }
    }
  });

  it("enables access control lists only for CloudFront, and allows its delivery", () => {
    const json = synth({ sources: [{ name: "cdn", format: "cloudfront", prefix: "cf/" }] });
    expect(onlyResource(json, "aws_s3_bucket_ownership_controls")).toMatchObject({
      rule: { object_ownership: "BucketOwnerPreferred" },
    });
    expect(JSON.stringify(onlyResource(json, "aws_s3_bucket_acl"))).toContain(
      "data.aws_cloudfront_log_delivery_canonical_user_id",
    );
    expect(resourcesOf(synth(), "aws_s3_bucket_acl")).toEqual({});
  });

  it("creates the delivery of a distribution's logs as JSON, and needs no access control list for it", () => {
    const deliverFrom = "arn:aws:cloudfront::111122223333:distribution/E2EXAMPLE1SHOP";
    const sources = [{ name: "cdn", format: "cloudfront" as const, prefix: "cdn/", deliverFrom }];
    const json = synth({ region: "eu-central-1", sources });
    const end = { name: "logs-E2EXAMPLE1SHOP", region: "us-east-1" };
    expect(onlyResource(json, "aws_cloudwatch_log_delivery_source")).toEqual({
      ...end,
      log_type: "ACCESS_LOGS",
      resource_arn: deliverFrom,
    });
    expect(onlyResource(json, "aws_cloudwatch_log_delivery_destination")).toEqual({
      ...end,
      output_format: "json",
      delivery_destination_configuration: [{ destination_resource_arn: "${aws_s3_bucket.logs.arn}/cdn" }],
    });
    const delivery = onlyResource(json, "aws_cloudwatch_log_delivery");
    expect(delivery).toMatchObject({
      region: "us-east-1",
      delivery_source_name: expect.stringMatching(/^\$\{aws_cloudwatch_log_delivery_source\..+\.name\}$/),
      delivery_destination_arn: expect.stringMatching(
        /^\$\{aws_cloudwatch_log_delivery_destination\..+\.arn\}$/,
      ),
      s3_delivery_configuration: [
        { suffix_path: "{distributionid}/{yyyy}/{MM}/{dd}/{HH}", enable_hive_compatible_path: false },
      ],
      depends_on: [expect.stringMatching(/^aws_s3_bucket_policy\./)],
    });
    const fields = delivery.record_fields as string[];
    expect(fields).toHaveLength(41);
    expect(fields).toEqual(expect.arrayContaining(["date", "cs(Referer)", "connection-id", "timestamp(ms)"]));
    const account = expect.stringMatching(/^\$\{data\.aws_caller_identity\..+\.account_id\}$/);
    expect(statementsOf(onlyResource(json, "aws_s3_bucket_policy")).slice(1)).toEqual([
      {
        Sid: "VendedLogDelivery",
        Effect: "Allow",
        Principal: { Service: "delivery.logs.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: ["${aws_s3_bucket.logs.arn}/cdn/*"],
        Condition: {
          StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceAccount": account },
          ArnLike: {
            "aws:SourceArn": ["eu-central-1", "us-east-1"].map((region) =>
              expect.stringMatching(new RegExp(`^arn:aws:logs:${region}:\\$\\{.+\\}:delivery-source:\\*$`)),
            ),
          },
        },
      },
    ]);
    expect(resourcesOf(json, "aws_s3_bucket_acl")).toEqual({});
    expect(onlyResource(json, "aws_s3_bucket_ownership_controls").rule).toEqual({
      object_ownership: "BucketOwnerEnforced",
    });
  });

  it("creates the delivery of a load balancer's logs in its own Region, with a folder that says what they are", () => {
    const deliverFrom =
      "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/shop/50dc6c495c0c9188";
    const sources = [{ name: "shop", format: "alb" as const, prefix: "alb/", deliverFrom }];
    const json = synth({ region: "eu-central-1", sources });
    expect(onlyResource(json, "aws_cloudwatch_log_delivery_source")).toEqual({
      name: "logs-50dc6c495c0c9188",
      log_type: "ALB_ACCESS_LOGS",
      resource_arn: deliverFrom,
    });
    expect(onlyResource(json, "aws_cloudwatch_log_delivery_destination")).toEqual({
      name: "logs-50dc6c495c0c9188",
      output_format: "json",
      delivery_destination_configuration: [
        { destination_resource_arn: "${aws_s3_bucket.logs.arn}/alb/AWSLogs" },
      ],
    });
    const delivery = onlyResource(json, "aws_cloudwatch_log_delivery");
    expect(delivery.record_fields).toBeUndefined();
    const [{ suffix_path: suffix = "" } = {}] = delivery.s3_delivery_configuration as {
      suffix_path?: string;
    }[];
    const folders = { "{yyyy}": "2026", "{MM}": "11", "{dd}": "23", "{HH}": "07" };
    const key = Object.entries(folders).reduce((path, [name, text]) => path.replace(name, text), suffix);
    expect(FORMATS.alb.classify(`alb/AWSLogs/${key}/any.log.gz`).kind).toBe("access-log");
    expect(statementsOf(onlyResource(json, "aws_s3_bucket_policy")).slice(1)).toEqual([
      expect.objectContaining({
        Sid: "VendedLogDelivery",
        Resource: ["${aws_s3_bucket.logs.arn}/alb/AWSLogs/*"],
        Condition: expect.objectContaining({
          ArnLike: {
            "aws:SourceArn": expect.arrayContaining([
              expect.stringMatching(/^arn:aws:logs:eu-central-1:\$\{.+\}:delivery-source:\*$/),
            ]),
          },
        }),
      }),
    ]);
  });

  it("lets load balancers deliver below their accounts' folders, over TLS only", () => {
    const json = synth({
      region: "eu-central-1",
      sources: [{ name: "web", format: "alb", prefix: "alb/", accounts: ["111122223333"] }],
    });
    expect(statementsOf(onlyResource(json, "aws_s3_bucket_policy"))).toEqual([
      expect.objectContaining({
        Sid: "DenyPlainText",
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      }),
      {
        Sid: "LoadBalancerLogDelivery",
        Effect: "Allow",
        Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: ["${aws_s3_bucket.logs.arn}/alb/AWSLogs/111122223333/*"],
      },
    ]);
  });

  it("lets S3 deliver the logs of buckets of its own account only, wherever the target prefix puts them", () => {
    const sources = [
      { name: "media", format: "s3" as const, prefix: "s3/" },
      { name: "reports", format: "s3" as const, prefix: "reports/" },
    ];
    const json = synth({ region: "eu-central-1", sources });
    const [, delivery, ...others] = statementsOf(onlyResource(json, "aws_s3_bucket_policy"));
    expect(delivery).toEqual({
      Sid: "S3LogDelivery",
      Effect: "Allow",
      Principal: { Service: "logging.s3.amazonaws.com" },
      Action: "s3:PutObject",
      Resource: ["${aws_s3_bucket.logs.arn}/s3/*", "${aws_s3_bucket.logs.arn}/reports/*"],
      Condition: {
        StringEquals: {
          "aws:SourceAccount": expect.stringMatching(/^\$\{data\.aws_caller_identity\..+\.account_id\}$/),
        },
      },
    });
    expect(others).toEqual([]);
    expect(onlyResource(json, "aws_s3_bucket_ownership_controls").rule).toEqual({
      object_ownership: "BucketOwnerEnforced",
    });
  });

  it("lets all logs of load balancers be delivered below one prefix, and gets each event once", () => {
    const formats = ["alb", "alb-connection", "alb-health-check", "elb", "nlb"] as const;
    const json = synth({
      region: "eu-central-1",
      sources: formats.map((format) => ({
        name: format,
        format,
        prefix: "logs/",
        accounts: ["111122223333"],
      })),
    });
    const keys = ["${aws_s3_bucket.logs.arn}/logs/AWSLogs/111122223333/*"];
    const [, balancers, network, check] = statementsOf(onlyResource(json, "aws_s3_bucket_policy"));
    expect(balancers).toMatchObject({ Sid: "LoadBalancerLogDelivery", Resource: keys });
    // A Network Load Balancer reads the access control list before it delivers.
    expect([network, check]).toEqual([
      {
        Sid: "NetworkLoadBalancerLogDelivery",
        Effect: "Allow",
        Principal: { Service: "delivery.logs.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: keys,
        Condition: { StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control" } },
      },
      {
        Sid: "NetworkLoadBalancerLogDeliveryCheck",
        Effect: "Allow",
        Principal: { Service: "delivery.logs.amazonaws.com" },
        Action: "s3:GetBucketAcl",
        Resource: "${aws_s3_bucket.logs.arn}",
      },
    ]);
    expect(onlyResource(json, "aws_s3_bucket_notification").queue).toEqual([
      expect.objectContaining({ filter_prefix: "logs/AWSLogs/" }),
    ]);
  });

  it.each([
    ["cn-north-1", "arn:aws-cn:iam::638102146993:root"],
    ["cn-northwest-1", "arn:aws-cn:iam::037604701340:root"],
    ["us-gov-west-1", "arn:aws-us-gov:iam::048591011584:root"],
    ["us-gov-east-1", "arn:aws-us-gov:iam::190560391635:root"],
  ])("allows delivery to the account that load balancers in %s use", (region, account) => {
    const [, delivery] = statementsOf(onlyResource(synth({ region }), "aws_s3_bucket_policy"));
    expect(delivery?.Principal).toEqual({ AWS: account });
  });

  it("lets Terraform choose the delivering principal, and check for distributions, if only Terraform knows the Region", () => {
    const json = synth({ sources: [...PROPS.sources, { name: "cdn", format: "cloudfront", prefix: "cf/" }] });
    const [, delivery] = statementsOf(onlyResource(json, "aws_s3_bucket_policy"));
    const [[kind, who] = []] = Object.entries(delivery?.Principal ?? {});
    expect(kind).toMatch(
      /^\$\{contains\(\["cn-north-1",.*\], data\.aws_region\.\w+\.region\) \? "AWS" : "Service"\}$/,
    );
    expect(who).toMatch(
      /data\.aws_region\.\w+\.region == "cn-north-1" \? "arn:aws-cn:iam::638102146993:root" : "logdelivery\.elasticloadbalancing\.amazonaws\.com"\}$/,
    );
    expect(onlyResource(json, "aws_s3_bucket_acl").lifecycle).toMatchObject({
      precondition: [{ condition: expect.stringContaining('"af-south-1"') }],
    });
    expect(() =>
      synth({ region: "af-south-1", sources: [{ name: "cdn", format: "cloudfront", prefix: "cf/" }] }),
    ).toThrow("CloudFront does not deliver standard logs (version 1) to buckets in this Region");
  });

  it("gives roles, dashboard and buckets the names that an organization requires", () => {
    const kmsKey = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    const json = synth({ iamPath: "/platform/", globalNameSuffix: "-euc1", bucketName: "acme-logs", kmsKey });
    const roles = Object.values(resourcesOf(json, "aws_iam_role"));
    expect(roles).toHaveLength(7);
    for (const role of roles) {
      expect(role).toMatchObject({ path: "/platform/", name: expect.stringMatching(/^logs-.*-euc1$/) });
    }
    expect(onlyResource(json, "aws_cloudwatch_dashboard").dashboard_name).toBe("logs-euc1");
    expect(resourcesOf(json, "aws_s3_bucket")).toMatchObject({
      logs: { bucket: "acme-logs" },
      landing: { bucket: "acme-logs-landing" },
    });
    for (const bucket of Object.values(resourcesOf(json, "aws_s3_bucket")))
      expect(bucket).not.toHaveProperty("bucket_prefix");
    // All other resources belong to a Region, and keep their names.
    const functions = Object.values(resourcesOf(json, "aws_lambda_function"));
    expect(functions.map(({ function_name }) => function_name)).toContain("logs-move-access-logs");
  });

  it("decrypts the objects of the existing bucket with the key of that bucket", () => {
    const key = "arn:aws:kms:eu-central-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    const json = synth({ existingLogBucket: "company-logs", existingLogBucketKey: key });
    const allowed = Object.entries(resourcesOf(json, "aws_iam_role_policy")).flatMap(([id, policy]) =>
      statementsOf(policy)
        .filter(({ Resource }) => Resource.includes(key))
        .map(({ Action }) => [id.includes("move_access_logs"), Action]),
    );
    expect(allowed).toEqual([[true, ["kms:Decrypt"]]]);
  });

  it("names the deploying account if no accounts are given", () => {
    expect(JSON.stringify(statementsOf(onlyResource(synth(), "aws_s3_bucket_policy")))).toMatch(
      /alb\/AWSLogs\/\$\{data\.aws_caller_identity\.[a-zA-Z0-9_]+\.account_id\}\/\*/,
    );
  });

  it("sends every kind of object creation to the queue, for each source", () => {
    const json = synth({ sources: [...PROPS.sources, { name: "cdn", format: "cloudfront", prefix: "cf/" }] });
    expect(onlyResource(json, "aws_s3_bucket_notification")).toMatchObject({
      queue: [
        { events: ["s3:ObjectCreated:*"], filter_prefix: "alb/AWSLogs/" },
        { events: ["s3:ObjectCreated:*"], filter_prefix: "cf/" },
      ],
      depends_on: [
        expect.stringMatching(/^aws_sqs_queue_policy\./),
        expect.stringMatching(/^aws_sqs_queue_policy\./),
      ],
    });
  });

  it("keeps a message invisible for six times the function's timeout and the batching window", () => {
    const json = synth();
    const { visibility_timeout_seconds } = resourcesOf(json, "aws_sqs_queue").arrivals ?? {};
    const timeout = Number(
      Object.values(resourcesOf(json, "aws_lambda_function")).find(
        ({ function_name }) => function_name === "logs-move-access-logs",
      )?.timeout,
    );
    const mapping = onlyResource(json, "aws_lambda_event_source_mapping");
    expect(visibility_timeout_seconds).toBe(6 * timeout + Number(mapping.maximum_batching_window_in_seconds));
    expect(mapping.function_response_types).toEqual(["ReportBatchItemFailures"]);
  });

  it("gives the functions their sources in an object, so that there is no limit on their number", () => {
    const json = synth({
      sources: [
        { name: "shop", format: "alb", prefix: "shop/", partition: true },
        { name: "cdn", format: "cloudfront", prefix: "cf/" },
      ],
      keepOriginals: true,
    });
    expect(onlyResource(json, "aws_s3_object")).toMatchObject({
      bucket: "${aws_s3_bucket.logs.bucket}",
      key: "_config/sources.json",
      content: {
        sources: [
          { format: "alb", prefix: "shop/AWSLogs/", name: "shop", partition: true, privacy: KEPT },
          { format: "cloudfront", prefix: "cf/", name: "cdn", privacy: KEPT },
        ],
      },
      // The provider may have more default tags than an object can have.
      override_provider: { default_tags: { tags: {} } },
    });
    const [id] = Object.keys(resourcesOf(json, "aws_s3_object"));
    const lambdas = Object.values(resourcesOf(json, "aws_lambda_function"));
    expect(lambdas).toHaveLength(4);
    for (const { environment } of lambdas) {
      expect(environment).toMatchObject({
        variables: { CONFIGURATION_SHA256: `\${sha256(aws_s3_object.${id}.content)}` },
      });
    }
    const move = lambdas.find(({ function_name }) => function_name === "logs-move-access-logs");
    expect(move?.environment).toMatchObject({
      variables: {
        LANDING_BUCKET: "${aws_s3_bucket.logs.bucket}",
        TARGET_BUCKET: "${aws_s3_bucket.logs.bucket}",
        KEEP_ORIGINALS: "true",
      },
    });
    const table = resourcesOf(json, "aws_glue_catalog_table").alb_access_logs_raw;
    expect(table?.partition_keys).toMatchObject([{ name: "source" }, { name: "dt" }, { name: "hour" }]);
  });

  it("lets move-access-logs delete originals only if it is configured", () => {
    const policy = (json: ReturnType<typeof synth>) =>
      Object.values(resourcesOf(json, "aws_iam_role_policy"))
        .flatMap(statementsOf)
        .filter(({ Resource }) => JSON.stringify(Resource).includes("/alb/AWSLogs/*"));
    expect(policy(synth())[0]?.Action).toContain("s3:DeleteObject");
    expect(policy(synth({ keepOriginals: true }))[0]?.Action).not.toContain("s3:DeleteObject");
  });

  it("runs the functions on arm64 with their zips, and logs as JSON into groups that expire", () => {
    const json = synth({ logRetentionDays: 14 });
    for (const lambda of Object.values(resourcesOf(json, "aws_lambda_function"))) {
      expect(lambda).toMatchObject({
        runtime: RUNTIMES[0],
        architectures: ["arm64"],
        filename: expect.stringMatching(/^assets\/.*\.zip$/),
        source_code_hash: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
        logging_config: { log_format: "JSON" },
      });
    }
    for (const group of Object.values(resourcesOf(json, "aws_cloudwatch_log_group"))) {
      expect(group).toMatchObject({ retention_in_days: 14 });
    }
  });

  it.each([
    ["create-partition", "cron(50 * * * ? *)"],
    ["transform-partition", "cron(5/10 * * * ? *)"],
  ])("runs %s by schedule, and reports failed runs", (handler, expression) => {
    const json = synth();
    const named = (type: string, property: string) =>
      Object.values(resourcesOf(json, type)).find((item) => item[property] === `logs-${handler}`);
    expect(named("aws_scheduler_schedule", "name")).toMatchObject({
      schedule_expression: expression,
      target: {
        input: { scheduledTime: "<aws.scheduler.scheduled-time>" },
        dead_letter_config: { arn: expect.any(String) },
      },
    });
    const failures = resourcesOf(json, "aws_lambda_function_event_invoke_config");
    expect(Object.values(failures)).toHaveLength(3);
    for (const failure of Object.values(failures)) {
      expect(failure).toMatchObject({
        destination_config: { on_failure: { destination: expect.any(String) } },
      });
    }
  });

  it("runs maintain-lake at several hours of the night, separately for each table", () => {
    const json = synth({ sources: [...PROPS.sources, { name: "cdn", format: "cloudfront", prefix: "cf/" }] });
    const schedules = Object.values(resourcesOf(json, "aws_scheduler_schedule")).filter(({ group_name }) =>
      String(group_name).includes("maintain_lake"),
    );
    expect(schedules).toMatchObject(
      ["alb", "cloudfront"].map((format) => ({
        name: `logs-maintain-lake-${format}`,
        schedule_expression: "cron(15 2-5 * * ? *)",
        target: {
          input: { scheduledTime: "<aws.scheduler.scheduled-time>", table: `${format}_access_logs` },
        },
      })),
    );
  });

  it("encrypts everything that a key can encrypt with the key, including schedules", () => {
    const kmsKey = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    const json = synth({ kmsKey });
    const keys = (type: string, argument: string) =>
      Object.values(resourcesOf(json, type)).map((resource) => resource[argument]);
    for (const [type, argument] of [
      ["aws_scheduler_schedule", "kms_key_arn"],
      ["aws_lambda_function", "kms_key_arn"],
      ["aws_sqs_queue", "kms_master_key_id"],
      ["aws_sns_topic", "kms_master_key_id"],
      ["aws_cloudwatch_log_group", "kms_key_id"],
    ] as const) {
      expect([type, new Set(keys(type, argument))]).toEqual([type, new Set([kmsKey])]);
    }
  });

  it("reserves concurrency only if configured, because an account with a low limit has none to reserve", () => {
    const reserved = (json: ReturnType<typeof synth>) =>
      Object.values(resourcesOf(json, "aws_lambda_function")).map((lambda) => [
        lambda.function_name,
        lambda.reserved_concurrent_executions,
      ]);
    expect(reserved(synth()).map(([, concurrency]) => concurrency)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(Object.fromEntries(reserved(synth({ reservedConcurrency: true })))).toEqual({
      "logs-move-access-logs": 10,
      "logs-create-partition": 1,
      "logs-transform-partition": 1,
      "logs-maintain-lake": 1,
    });
  });

  it("lets Terraform empty its buckets only if configured", () => {
    const kmsKey = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    const emptied = (props: Partial<AccessLogPipelineProps>) =>
      Object.values(resourcesOf(synth({ kmsKey, ...props }), "aws_s3_bucket")).map(
        ({ force_destroy }) => force_destroy,
      );
    expect(emptied({})).toEqual([false, false]);
    expect(emptied({ forceDestroy: true })).toEqual([true, true]);
  });

  it("lets Athena compute the partitions of a checked range of days", () => {
    const { alb_access_logs_raw: table } = resourcesOf(
      synth({ partitions: "projection", projectionFrom: "2024-02-29" }),
      "aws_glue_catalog_table",
    );
    expect(table?.parameters).toMatchObject({
      "projection.enabled": "true",
      "projection.dt.range": "2024-02-29,NOW+1DAY",
      "projection.hour.digits": "2",
    });
    expect(JSON.stringify(table?.parameters)).toMatch(/\/dt=\$\$\{dt\}\/hour=\$\$\{hour\}\//);
    expect(() => synth({ partitions: "projection", projectionFrom: "2024-02-30" })).toThrow(
      "must be a valid day",
    );
    expect(() => synth({ projectionFrom: "2024-02-29" })).toThrow('unless "partitions" is "projection"');
  });

  it("never expires notes if typed tables need them", () => {
    const rules = (columnar: boolean) =>
      JSON.stringify(onlyResource(synth({ columnar }), "aws_s3_bucket_lifecycle_configuration").rule);
    expect(rules(true)).not.toContain("_arrivals/");
    expect(rules(false)).toContain("_arrivals/");
  });

  it("lets Terraform delete and rename workgroups that have run queries", () => {
    const workgroups = Object.values(resourcesOf(synth(), "aws_athena_workgroup"));
    expect(workgroups.map(({ force_destroy }) => force_destroy)).toEqual([true, true]);
  });

  it("limits the bytes that a query may scan, for every user", () => {
    const { analysts } = resourcesOf(synth({ scanLimitGiB: 2 }), "aws_athena_workgroup");
    expect(analysts?.configuration).toMatchObject({
      enforce_workgroup_configuration: true,
      bytes_scanned_cutoff_per_query: 2 * 1024 ** 3,
    });
  });

  it("sets a scan limit in whole bytes, also for a fraction of a GiB and for a number that only Terraform knows", () => {
    const limit = (scanLimitGiB: number) =>
      resourcesOf(synth({ scanLimitGiB }), "aws_athena_workgroup").analysts?.configuration;
    expect(limit(0.01)).toMatchObject({ bytes_scanned_cutoff_per_query: 10_737_418 });
    expect(limit(Token.asNumber(ref("var.gib")))).toMatchObject({
      bytes_scanned_cutoff_per_query: "${floor((var.gib * 1073741824))}",
    });
  });

  it("derives the database name from a name that only Terraform knows", () => {
    const json = synth({ name: Token.asString(ref("var.name")) });
    expect(onlyResource(json, "aws_glue_catalog_database").name).toBe('${replace(var.name, "-", "_")}');
  });

  it("expires moved text only if a retention is set", () => {
    const rules = (props: Partial<AccessLogPipelineProps>) =>
      JSON.stringify(onlyResource(synth(props), "aws_s3_bucket_lifecycle_configuration").rule);
    expect(rules({})).not.toContain('"prefix":"raw/"');
    expect(rules({ rawRetentionDays: 400 })).toContain('"prefix":"raw/"');
  });

  it("gives the retention of rows only to maintain-lake", () => {
    const told = (props: Partial<AccessLogPipelineProps>) =>
      Object.values(resourcesOf(synth(props), "aws_lambda_function"))
        .filter((lambda) => JSON.stringify(lambda.environment).includes('"RETENTION_DAYS":"400"'))
        .map(({ function_name: name }) => name);
    expect(told({ lakeRetentionDays: 400 })).toEqual(["logs-maintain-lake"]);
    expect(told({ rawRetentionDays: 400 })).toEqual([]);
    expect(() => synth({ lakeRetentionDays: 400, columnar: false })).toThrow('if "columnar" is false');
  });

  it("reports all wrong options at once, with their values", () => {
    const build = () => synth({ name: "Bad_Name", sources: [] });
    expect(build).toThrow(/"name" must be a lower-case letter.*got "Bad_Name"/);
    expect(build).toThrow(/"sources" must name at least one source/);
  });

  it("refuses a topic without alarms, and a silence that is too long for an alarm", () => {
    const alarmTopic = "arn:aws:sns:eu-central-1:111122223333:ops";
    expect(() => synth({ alarms: false, alarmTopic })).toThrow('"alarmTopic" must not be set if "alarms"');
    const sources = [{ name: "a", format: "alb", prefix: "a/", silentAfterHours: 200 }] as const;
    expect(() => synth({ sources })).toThrow(
      /a whole number from 0 to 168 as "silentAfterHours", got \[200\]/,
    );
  });

  it("fails if only some sources of a format have partitions", () => {
    const sources = [
      { name: "a", format: "alb", prefix: "a/", partition: true },
      { name: "b", format: "alb", prefix: "b/" },
    ] as const;
    expect(() => synth({ sources })).toThrow('must all set "partition", or none');
  });

  describe("with rows without personal data", () => {
    const web = { name: "web", format: "alb", prefix: "web/" } as const;
    const shop = { name: "shop", format: "alb", prefix: "shop/" } as const;
    const hash = { clientIps: "hash" } as const;
    const told = (sources: AccessLogPipelineProps["sources"]) =>
      configuredSourcesIn(synth({ sources })).map(({ privacy }) => privacy);
    const saltPolicies = (sources: AccessLogPipelineProps["sources"]) =>
      Object.entries(resourcesOf(synth({ sources }), "aws_iam_role_policy"))
        .filter(([, policy]) => JSON.stringify(policy).includes("_privacy/salt"))
        .map(([id]) => id);

    it("gives the functions the privacy rules of each source", () => {
      expect(
        told([
          { ...web, partition: true, privacy: hash },
          { ...shop, partition: true, privacy: { clientIps: "keep" } },
        ]),
      ).toEqual([{ ...KEPT, clientIps: "hash" }, KEPT]);
    });

    it("refuses sources that share rows and have different rules", () => {
      expect(() => synth({ sources: [{ ...web, privacy: hash }, shop] })).toThrow(
        'must all have the same "privacy" if they have the same format (alb), or all set "partition"',
      );
      expect(() =>
        synth({
          sources: [
            { ...web, privacy: { ...hash, cookies: "keep" } },
            { ...shop, privacy: hash },
          ],
        }),
      ).not.toThrow();
    });

    it("gives one function access to the secret of hashes, and no function if nothing is hashed", () => {
      expect(saltPolicies([{ ...web, privacy: hash }])).toEqual([
        expect.stringMatching(/transform_partition/),
      ]);
      expect(saltPolicies([{ ...web, privacy: { clientIps: "truncate" } }])).toEqual([]);
    });
  });
});
