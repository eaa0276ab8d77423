import { brokenLimits } from "../../pipeline/broken-limits";
import { RUNTIMES } from "../../pipeline/runtime";
import { NETWORK_INTERFACE_ACTIONS } from "../../pipeline/vpc";
import { QUESTIONS } from "../../questions";
import { resourcesOf, snapshotOf, synthSettings, type TerraformJson } from "../helpers/synth";

const SOURCES = [
  { name: "alb", format: "alb", prefix: "alb/" },
  { name: "cloudfront", format: "cloudfront", prefix: "cloudfront/" },
];
const DEFAULTS = { name: "access-logs", region: "eu-central-1", sources: SOURCES };
/** There are many questions, the same in every variant, so only the default variant shows them. */
const BASE = { ...DEFAULTS, questions: false };
const VARIANTS = {
  default: DEFAULTS,
  "existing bucket": { ...BASE, existingLogBucket: "company-logs" },
  "text only": { ...DEFAULTS, columnar: false },
  projection: { ...BASE, partitions: "projection", projectionFrom: "2024-01-01" },
  "another account's bucket": {
    ...BASE,
    existingLogBucket: "company-logs",
    existingLogBucketOwner: "444455556666",
    existingLogBucketEvents: "queue",
  },
  hardened: {
    ...BASE,
    kmsKey: "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    permissionsBoundary: "arn:aws:iam::111122223333:policy/platform-boundary",
    lakeFormation: true,
    vpc: { subnetIds: ["subnet-0a1b2c3d"], securityGroupIds: ["sg-0a1b2c3d"] },
    provider: {
      version: ">= 6.25.0, < 7.0.0",
      assumeRole: { roleArn: "arn:aws:iam::111122223333:role/deploy", sessionName: "access-logs" },
      allowedAccountIds: ["111122223333"],
    },
  },
  "everything on": {
    ...BASE,
    backend: { type: "s3", bucket: "state", key: "access-logs.tfstate", region: "eu-central-1" },
    sources: [
      {
        name: "shop",
        format: "alb",
        prefix: "shop/",
        accounts: ["111122223333", "444455556666"],
        partition: true,
      },
      { name: "api", format: "alb", prefix: "api/", partition: true },
      { name: "web", format: "cloudfront", prefix: "web/", partition: true },
    ],
    keepOriginals: true,
    database: "logs",
    rawRetentionDays: 400,
    resultsRetentionDays: 1,
    logRetentionDays: 90,
    scanLimitGiB: 1,
    runtime: RUNTIMES.at(-1),
    alarmTopic: "arn:aws:sns:eu-central-1:111122223333:ops",
    dashboard: false,
    tags: { team: "platform" },
  },
};

const typesOf = (json: TerraformJson) =>
  Object.entries(json.resource).map(([type, items]) => `${Object.keys(items).length} ${type}`);

const COMMON_TYPES = [
  "1 aws_cloudwatch_dashboard",
  "1 aws_sns_topic", // the alarms'
  "1 aws_sns_topic_policy",
  "2 aws_athena_workgroup", // the pipeline's and the analysts'
  "1 aws_glue_catalog_database",
  "1 aws_lambda_event_source_mapping", // queue to move-access-logs
  "1 aws_s3_bucket",
  "1 aws_s3_bucket_lifecycle_configuration", // results and abandoned uploads expire
  "1 aws_s3_bucket_ownership_controls",
  "1 aws_s3_bucket_policy", // TLS only, and delivery
  "1 aws_s3_bucket_public_access_block",
  "1 aws_s3_bucket_server_side_encryption_configuration",
  "1 aws_s3_object", // the sources of the functions
  "1 aws_sqs_queue_redrive_allow_policy",
];

/** The resources of each scheduled function, except the function itself. */
const withSchedules = (schedules: number, textTables: number, alarms: number, runs = schedules) => [
  ...COMMON_TYPES,
  `${alarms} aws_cloudwatch_metric_alarm`, // see docs/operations.md
  `${schedules + 1} aws_cloudwatch_log_group`, // one per function
  `${textTables} aws_glue_catalog_table`,
  `${2 * schedules + 1} aws_iam_role`, // one per function and per schedule
  `${3 * schedules + 1} aws_iam_role_policy`, // one per role, and permission to report failed runs
  `${schedules + 1} aws_lambda_function`,
  `${schedules} aws_lambda_function_event_invoke_config`, // failed runs go to the dead-letter queue
  `${runs} aws_scheduler_schedule`, // maintain-lake has one for each table
  `${schedules} aws_scheduler_schedule_group`,
  `${schedules + 2} aws_sqs_queue`, // arrivals, their dead-letter messages, and one for each schedule
  `${schedules + 2} aws_sqs_queue_policy`,
];
/** create-partition, transform-partition and maintain-lake; the raw table and the lines of each format. */
const DEFAULT_TYPES = withSchedules(3, 4, 36, 4);
const NEW_BUCKET_TYPES = [
  "1 aws_s3_bucket_acl", // CloudFront delivers by access control list
  "1 aws_s3_bucket_notification", // new objects to the queue
];

/** The questions about the formats of the default settings. */
const ASKED = QUESTIONS.filter(({ format }) => ["alb", "cloudfront"].includes(format));
/** Each question as a saved query and as a prepared statement. */
const QUESTION_TYPES = [
  `${ASKED.length} aws_athena_named_query`,
  `${ASKED.length} aws_athena_prepared_statement`,
];

describe("the stack with default settings", () => {
  const json = synthSettings(DEFAULTS);

  it("has these resources", () => {
    expect(typesOf(json).sort()).toEqual([...DEFAULT_TYPES, ...NEW_BUCKET_TYPES, ...QUESTION_TYPES].sort());
  });

  it("has no questions if they are disabled or if there are no typed tables", () => {
    expect(typesOf(synthSettings(BASE)).sort()).toEqual([...DEFAULT_TYPES, ...NEW_BUCKET_TYPES].sort());
    expect(resourcesOf(synthSettings(VARIANTS["text only"]), "aws_athena_named_query")).toEqual({});
  });

  it("has the questions of the configured formats, in the analysts' workgroup", () => {
    const alone = synthSettings({ ...DEFAULTS, sources: SOURCES.slice(0, 1) });
    for (const type of ["aws_athena_named_query", "aws_athena_prepared_statement"]) {
      const names = QUESTIONS.filter(({ format }) => format === "alb").map(({ name }) => name);
      expect(Object.keys(resourcesOf(alone, type))).toEqual(names.sort());
      for (const [id, { name, workgroup }] of Object.entries(resourcesOf(json, type))) {
        expect([name, workgroup]).toEqual([id, "${aws_athena_workgroup.analysts.name}"]);
      }
    }
  });

  it("has one scheduled function, and one table for each format, without typed tables", () => {
    const types = [...withSchedules(1, 2, 17), ...NEW_BUCKET_TYPES];
    expect(typesOf(synthSettings(VARIANTS["text only"])).sort()).toEqual(types.sort());
  });

  it("has no function that adds partitions if Athena computes them", () => {
    const types = [...withSchedules(2, 4, 29, 3), ...NEW_BUCKET_TYPES];
    expect(typesOf(synthSettings(VARIANTS.projection)).sort()).toEqual(types.sort());
  });

  it("has a function that writes a report only if the settings have a report", () => {
    const withReport = synthSettings({ ...DEFAULTS, report: { schedule: "cron(0 5 * * ? *)", days: 7 } });
    const functions = (stack: typeof json) =>
      Object.values(resourcesOf(stack, "aws_lambda_function"))
        .map(({ function_name: name }) => name)
        .sort();
    expect(functions(withReport)).toEqual([...functions(json), "access-logs-make-report"].sort());
    expect(withReport.output?.report).toEqual({
      description: expect.any(String),
      value: "s3://${aws_s3_bucket.logs.bucket}/_reports/latest.html",
    });
    const schedule = Object.values(resourcesOf(withReport, "aws_scheduler_schedule")).find(
      ({ name }) => name === "access-logs-make-report",
    );
    expect(schedule).toMatchObject({ schedule_expression: "cron(0 5 * * ? *)" });
    expect(json.output?.report).toBeUndefined();
  });

  it("keeps its state in a file next to it", () => {
    expect(json.terraform.backend).toEqual({ local: { path: "terraform.tfstate" } });
  });
});

describe("the hardened stack", () => {
  const json = synthSettings(VARIANTS.hardened);
  const { kmsKey, permissionsBoundary } = VARIANTS.hardened;

  it("sets a permissions boundary on every role", () => {
    const roles = Object.values(resourcesOf(json, "aws_iam_role"));
    expect(roles.map((role) => role.permissions_boundary)).toEqual(roles.map(() => permissionsBoundary));
  });

  it("encrypts everything with the key except the bucket that load balancers deliver to", () => {
    const unencrypted = (type: string, attribute: string) =>
      Object.entries(resourcesOf(json, type))
        .filter(([, item]) => item[attribute] !== kmsKey)
        .map(([id]) => id);
    expect(unencrypted("aws_sqs_queue", "kms_master_key_id")).toEqual([]);
    expect(unencrypted("aws_cloudwatch_log_group", "kms_key_id")).toEqual([]);
    expect(unencrypted("aws_lambda_function", "kms_key_arn")).toEqual([]);
    expect(unencrypted("aws_sns_topic", "kms_master_key_id")).toEqual([]);
    const buckets = Object.values(
      resourcesOf(json, "aws_s3_bucket_server_side_encryption_configuration"),
    ).map(({ bucket, rule }) => [bucket, JSON.stringify(rule).includes(kmsKey)]);
    expect(buckets).toEqual([
      ["${aws_s3_bucket.logs.id}", true],
      ["${aws_s3_bucket.landing.id}", false],
    ]);
    for (const { configuration } of Object.values(resourcesOf(json, "aws_athena_workgroup"))) {
      expect(JSON.stringify(configuration)).toContain(kmsKey);
    }
  });

  it("runs every function in the network", () => {
    for (const { vpc_config } of Object.values(resourcesOf(json, "aws_lambda_function"))) {
      expect(vpc_config).toEqual({ subnet_ids: ["subnet-0a1b2c3d"], security_group_ids: ["sg-0a1b2c3d"] });
    }
  });

  it("grants the Lake Formation permissions to every function that uses the catalog", () => {
    const grants = Object.values(resourcesOf(json, "aws_lakeformation_permissions"));
    expect(grants).toHaveLength(3 * 3);
    expect(
      grants.filter(({ permissions }) => (permissions as string[]).includes("CREATE_TABLE")),
    ).toHaveLength(1);
  });

  it("grants only registered locations, and registers no location of query results", () => {
    expect(JSON.stringify(resourcesOf(json, "aws_lakeformation_permissions"))).not.toContain("data_location");
    const registered = synthSettings({ ...VARIANTS.hardened, lakeFormationLocations: true });
    const locations = resourcesOf(registered, "aws_lakeformation_resource");
    expect(Object.values(locations).map(({ arn }) => arn)).toEqual([
      "${aws_s3_bucket.logs.arn}/lake",
      "${aws_s3_bucket.logs.arn}/raw",
    ]);
    const granted = Object.values(resourcesOf(registered, "aws_lakeformation_permissions")).flatMap(
      ({ data_location, principal }) =>
        data_location ? [`${principal} on ${(data_location as { arn: string }).arn}`] : [],
    );
    // A reference to the registration, so that Terraform waits for it.
    expect(
      granted.map((grant) => /(create|transform|maintain).*_formation_(raw|lake)_/.exec(grant)?.slice(1)),
    ).toEqual([
      ["create", "raw"],
      ["maintain", "lake"],
      ["transform", "raw"],
      ["transform", "lake"],
    ]);
  });

  it("is deployed with the role, the account and the provider of the settings", () => {
    expect(json.provider).toEqual({
      aws: [
        {
          allowed_account_ids: ["111122223333"],
          assume_role: [VARIANTS.hardened.provider.assumeRole].map(({ roleArn, sessionName }) => ({
            role_arn: roleArn,
            session_name: sessionName,
          })),
          region: "eu-central-1",
        },
      ],
    });
    expect(json.terraform.required_providers).toMatchObject({ aws: { version: ">= 6.25.0, < 7.0.0" } });
  });
});

describe("the stack for another account's bucket", () => {
  const json = synthSettings(VARIANTS["another account's bucket"]);

  it("lets the bucket of that account send to the queue, and has no notification itself", () => {
    expect(resourcesOf(json, "aws_s3_bucket_notification")).toEqual({});
    const conditions = Object.values(resourcesOf(json, "aws_sqs_queue_policy")).map(({ policy }) =>
      JSON.stringify(policy),
    );
    expect(conditions.filter((text) => text.includes('"aws:SourceAccount":"444455556666"'))).toHaveLength(1);
    expect(conditions.filter((text) => text.includes(':s3:::company-logs"}'))).toHaveLength(1);
  });

  it("receives EventBridge events only from that account, and lets it forward them", () => {
    const { existingLogBucketEvents, ...settings } = VARIANTS["another account's bucket"];
    const forwarded = synthSettings(settings);
    const [rule] = Object.values(resourcesOf(forwarded, "aws_cloudwatch_event_rule"));
    expect(rule?.event_pattern).toMatchObject({ account: ["444455556666"] });
    expect(Object.values(resourcesOf(forwarded, "aws_cloudwatch_event_permission"))).toEqual([
      { principal: "444455556666", statement_id: "access-logs-arrivals-forwarding" },
    ]);
  });
});

describe("the stack for an existing bucket", () => {
  const json = synthSettings(VARIANTS["existing bucket"]);

  it("uses EventBridge, and changes nothing on that bucket", () => {
    expect(typesOf(json).sort()).toEqual(
      [
        ...DEFAULT_TYPES,
        "1 aws_cloudwatch_event_rule", // new objects of that bucket
        "1 aws_cloudwatch_event_target", // to the queue
      ].sort(),
    );
    for (const [type, items] of Object.entries(json.resource).filter(([name]) =>
      name.startsWith("aws_s3_bucket"),
    )) {
      for (const item of Object.values(items))
        expect([type, JSON.stringify(item)]).not.toEqual([type, expect.stringContaining("company-logs")]);
    }
  });

  it("must be in the Region of the bucket, because events do not reach another Region", () => {
    const { aws_s3_bucket: buckets } = (json.data ?? {}) as { aws_s3_bucket: Record<string, object> };
    expect(Object.values(buckets)).toEqual([
      expect.objectContaining({
        bucket: "company-logs",
        lifecycle: {
          postcondition: [
            {
              condition: '${self.bucket_region == "eu-central-1"}',
              error_message: "existingLogBucket: company-logs must be in the pipeline's Region, eu-central-1",
            },
          ],
        },
      }),
    ]);
  });

  it("receives only events of the sources' objects", () => {
    const [rule] = Object.values(resourcesOf(json, "aws_cloudwatch_event_rule"));
    expect(rule).toMatchObject({
      name: "access-logs-arrivals",
      event_pattern: {
        source: ["aws.s3"],
        "detail-type": ["Object Created"],
        detail: { object: { key: [{ prefix: "alb/AWSLogs/" }, { prefix: "cloudfront/" }] } },
      },
    });
  });

  it("has a rule for each source if one pattern cannot contain all, and both queues accept all rules", () => {
    const sources = Array.from({ length: 30 }, (_, index) => ({
      name: `source-${index}`,
      format: "cloudfront",
      prefix: `${"x".repeat(60)}${index}/`,
    }));
    const many = synthSettings({ ...VARIANTS["existing bucket"], sources });
    const rules = Object.entries(resourcesOf(many, "aws_cloudwatch_event_rule"));
    expect(rules).toHaveLength(30);
    expect(new Set(rules.map(([, { name }]) => name)).size).toBe(30);
    expect(rules[0]).toEqual([
      "arrivals-source-0",
      expect.objectContaining({
        name: expect.stringMatching(/^access-logs-arrivals-[0-9a-f]{8}$/),
        event_pattern: expect.objectContaining({
          detail: expect.objectContaining({ object: { key: [{ prefix: sources[0]?.prefix }] } }),
        }),
      }),
    ]);
    expect(resourcesOf(many, "aws_cloudwatch_event_target")["arrivals-source-29"]?.rule).toBe(
      "${aws_cloudwatch_event_rule.arrivals-source-29.name}",
    );
    const sendersOf = (stack: TerraformJson) =>
      Object.entries(resourcesOf(stack, "aws_sqs_queue_policy"))
        .filter(([id]) => id.includes("_arrivals_"))
        .map(([, { policy }]) => (policy as { Statement: { Condition: object }[] }).Statement[0]?.Condition);
    const byName = (name: string) => ({
      ArnLike: {
        "aws:SourceArn": expect.stringMatching(
          new RegExp(`^arn:\\$\\{.*:events:.*:rule/access-logs-arrivals${name}$`),
        ),
      },
    });
    expect(sendersOf(many)).toEqual([byName("-\\*"), byName("-\\*")]);
    expect(sendersOf(json)).toEqual([byName(""), byName("")]);
  });
});

describe("the dead-letter queue of arrivals", () => {
  it("accepts nothing from S3, which sends to the queue directly", () => {
    const [[, { policy } = {}] = []] = Object.entries(
      resourcesOf(synthSettings(DEFAULTS), "aws_sqs_queue_policy"),
    ).filter(([id]) => id.includes("arrivals_dead_letters"));
    const { Statement } = policy as { Statement: readonly { Effect: string }[] };
    expect(Statement.map(({ Effect }) => Effect)).toEqual(["Deny"]);
  });
});

const STATEFUL = [
  "aws_s3_bucket.logs",
  "aws_sqs_queue.arrivals",
  "aws_sqs_queue.arrivals_dead_letters",
  "aws_sqs_queue.create_partition_schedule_dead_letters",
  "aws_sqs_queue.maintain_lake_schedule_dead_letters",
  "aws_sqs_queue.transform_partition_schedule_dead_letters",
  "aws_glue_catalog_database.database",
  "aws_glue_catalog_table.alb_access_logs_lines",
  "aws_glue_catalog_table.alb_access_logs_raw",
  "aws_glue_catalog_table.cloudfront_access_logs_lines",
  "aws_glue_catalog_table.cloudfront_access_logs_raw",
  "aws_athena_workgroup.analysts",
  "aws_athena_workgroup.pipeline",
  "aws_cloudwatch_log_group.create_partition_logs",
  "aws_cloudwatch_log_group.maintain_lake_logs",
  "aws_cloudwatch_log_group.move_access_logs_logs",
  "aws_cloudwatch_log_group.transform_partition_logs",
];
const MISSING: Readonly<Record<string, RegExp>> = {
  "text only": /_lines$|maintain_lake|transform_partition/,
  projection: /create_partition/,
};

/** Load balancers cannot deliver to a bucket that a KMS key encrypts. */
const ADDED: Readonly<Record<string, readonly string[]>> = { hardened: ["aws_s3_bucket.landing"] };

/** Lake Formation keeps its own lists; Lambda creates the network interfaces, and the function's code may not. */
const WITHOUT_RESOURCES = ["lakeformation:GetDataAccess", ...NETWORK_INTERFACE_ACTIONS];

describe.each(Object.entries(VARIANTS))("the variant '%s'", (variant, settings) => {
  const json = synthSettings(settings);

  it("has these stateful resources, because another id would replace the resource and delete its data", () => {
    const stateful = [
      "aws_s3_bucket",
      "aws_sqs_queue",
      "aws_glue_catalog_database",
      "aws_glue_catalog_table",
      "aws_athena_workgroup",
      "aws_cloudwatch_log_group",
    ];
    expect(
      stateful.flatMap((type) => Object.keys(resourcesOf(json, type)).map((id) => `${type}.${id}`)),
    ).toEqual([...(ADDED[variant] ?? []), ...STATEFUL.filter((id) => !(MISSING[variant] ?? /^$/).test(id))]);
  });

  it("contains no path of the machine that built it", () => {
    expect(JSON.stringify(json)).not.toContain(process.cwd());
    expect(JSON.stringify(json)).not.toMatch(/"\/(?:root|home|tmp|work)\//);
  });

  it("grants no action on all resources", () => {
    const policies = [...Object.values(resourcesOf(json, "aws_iam_role_policy"))];
    for (const { policy } of policies) {
      const { Statement } = policy as { Statement: { Action: string[]; Resource: string[] }[] };
      for (const { Action, Resource } of Statement) {
        if (!Action.every((action) => WITHOUT_RESOURCES.includes(action)))
          expect(Resource).not.toContain("*");
        for (const action of Action) expect(action).toMatch(/^[a-z0-9]+:[A-Za-z]+$/);
      }
    }
  });

  it("is within AWS's limits", () => {
    expect(brokenLimits(json.resource)).toEqual([]);
  });

  it("is what it was", () => {
    expect(snapshotOf(json)).toMatchSnapshot();
  });
});
