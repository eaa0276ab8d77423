import { DEPLOYED, deployerPolicyOf, WITHOUT_PERMISSION } from "../../settings/deployer-policy";
import { parseSettings } from "../../settings/load";
import { isAllowed, listOf, type Statement } from "../../testing/permissions/evaluate";
import { synthSettings, type TerraformJson } from "../helpers/synth";

const ACCOUNT = "111122223333";
const KEY = `arn:aws:kms:eu-central-1:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const BASE = {
  name: "logs",
  region: "eu-central-1",
  sources: [
    { name: "web", format: "alb", prefix: "web/" },
    { name: "cdn", format: "cloudfront", prefix: "cdn/" },
  ],
};
const VARIANTS: readonly object[] = [
  BASE,
  { ...BASE, existingLogBucket: "company-logs" },
  { ...BASE, existingLogBucket: "company-logs", existingLogBucketOwner: "444455556666" },
  {
    ...BASE,
    kmsKey: KEY,
    lakeFormation: true,
    lakeFormationLocations: true,
    analystPolicy: true,
    iamPath: "/platform/",
    globalNameSuffix: "-euc1",
    bucketName: "acme-logs",
    forceDestroy: true,
    alarmSubscriptions: [{ protocol: "email", endpoint: "ops@example.com" }],
    vpc: { subnetIds: ["subnet-0a1b"], securityGroupIds: ["sg-0a1b"] },
  },
  {
    ...BASE,
    sources: [
      {
        name: "cdn",
        format: "cloudfront",
        prefix: "cdn/",
        deliverFrom: `arn:aws:cloudfront::${ACCOUNT}:distribution/E2EXAMPLE1SHOP`,
      },
    ],
  },
  {
    ...BASE,
    sources: [
      {
        name: "shop",
        format: "alb",
        prefix: "alb/",
        deliverFrom: `arn:aws:elasticloadbalancing:eu-central-1:${ACCOUNT}:loadbalancer/app/shop/50dc6c495c0c9188`,
      },
    ],
  },
];

const typesOf = ({ resource, data = {} }: TerraformJson): Set<string> =>
  new Set([...Object.keys(resource), ...Object.keys(data).map((type) => `data.${type}`)]);
const policyOf = (settings: object) => {
  const types = typesOf(synthSettings(settings));
  const text = deployerPolicyOf(parseSettings("test.json", settings), types, ACCOUNT);
  return { types, text, statements: JSON.parse(text).Statement as Statement[] };
};

describe("the policy of the deploying role", () => {
  it.each(VARIANTS)("covers every resource type of the stack: %j", (settings) => {
    const known = new Set([...DEPLOYED.flatMap(({ types }) => types), ...WITHOUT_PERMISSION]);
    expect([...policyOf(settings).types].filter((type) => !known.has(type))).toEqual([]);
  });

  it("covers no resource type that no stack has", () => {
    const all = new Set(VARIANTS.flatMap((settings) => [...policyOf(settings).types]));
    expect(DEPLOYED.flatMap(({ types }) => types).filter((type) => !all.has(type))).toEqual([]);
  });

  it.each(VARIANTS)("allows creating and deleting each stack resource by its name: %j", (settings) => {
    const { statements } = policyOf(settings);
    const { resource } = synthSettings(settings);
    const wanted = Object.entries(resource).flatMap(([type, bodies]) =>
      Object.values(bodies).flatMap((body) => requestsFor(type, body)),
    );
    expect(wanted.length).toBeGreaterThan(20);
    const refused = wanted.filter((request) => !isAllowed(statements, request));
    expect(refused).toEqual([]);
  });

  it("allows nothing outside of the pipeline, except actions without resource-level permissions", () => {
    const { statements } = policyOf(BASE);
    for (const request of [
      { action: "iam:PutRolePolicy", resource: `arn:aws:iam::${ACCOUNT}:role/admin` },
      { action: "s3:DeleteBucket", resource: "arn:aws:s3:::company-logs" },
      { action: "s3:GetObject", resource: "arn:aws:s3:::logs-0123/raw/x" },
      { action: "lambda:DeleteFunction", resource: `arn:aws:lambda:eu-central-1:${ACCOUNT}:function:other` },
      { action: "glue:DeleteTable", resource: `arn:aws:glue:eu-central-1:${ACCOUNT}:table/other/t` },
    ])
      expect([request, isAllowed(statements, request)]).toEqual([request, false]);
    const everywhere = statements.filter(({ Resource }) => listOf(Resource).includes("*"));
    expect(everywhere.flatMap(({ Action }) => listOf(Action)).sort()).toEqual([
      "lambda:CreateEventSourceMapping",
      "lambda:DeleteEventSourceMapping",
      "lambda:GetEventSourceMapping",
      "lambda:ListTags",
      "lambda:TagResource",
      "lambda:UntagResource",
      "lambda:UpdateEventSourceMapping",
      "logs:DescribeLogGroups",
      "s3:ListAllMyBuckets",
    ]);
  });

  it("fits in the inline policies of a role", () => {
    for (const settings of VARIANTS) expect(policyOf(settings).text.length).toBeLessThan(10_240);
  });
});

/** For the types that have names: the request that creates and the request that deletes the resource. */
function requestsFor(type: string, body: Record<string, unknown>) {
  const here = (service: string, resource: string) =>
    `arn:aws:${service}:eu-central-1:${ACCOUNT}:${resource}`;
  const vended = (resource: string) => `arn:aws:logs:${body.region ?? "eu-central-1"}:${ACCOUNT}:${resource}`;
  const both = (service: string, kind: string, resource: string) =>
    ["Create", "Delete"].map((verb) => ({ action: `${service}:${verb}${kind}`, resource }));
  const name = String(body.name ?? body.function_name);
  switch (type) {
    case "aws_s3_bucket":
      return both("s3", "Bucket", `arn:aws:s3:::${body.bucket ?? `${body.bucket_prefix}0123`}`);
    case "aws_sqs_queue":
      return both("sqs", "Queue", here("sqs", name));
    case "aws_sns_topic":
      return both("sns", "Topic", here("sns", name));
    case "aws_lambda_function":
      return both("lambda", "Function", here("lambda", `function:${name}`));
    case "aws_iam_role":
      return [
        ...both("iam", "Role", `arn:aws:iam::${ACCOUNT}:role${body.path ?? "/"}${name}`),
        { action: "iam:PassRole", resource: `arn:aws:iam::${ACCOUNT}:role${body.path ?? "/"}${name}` },
      ];
    case "aws_iam_policy":
      return both("iam", "Policy", `arn:aws:iam::${ACCOUNT}:policy${body.path ?? "/"}${name}`);
    case "aws_cloudwatch_log_group":
      return both("logs", "LogGroup", here("logs", `log-group:${name}`));
    case "aws_cloudwatch_log_delivery_source":
      return [
        { action: "logs:PutDeliverySource", resource: vended(`delivery-source:${name}`) },
        {
          action: `${String(body.resource_arn).split(":")[2]}:AllowVendedLogDeliveryForResource`,
          resource: String(body.resource_arn),
        },
      ];
    case "aws_cloudwatch_log_delivery_destination":
      return [{ action: "logs:PutDeliveryDestination", resource: vended(`delivery-destination:${name}`) }];
    case "aws_cloudwatch_log_delivery":
      return both("logs", "Delivery", vended("delivery:a1B2c3"));
    case "aws_scheduler_schedule_group":
      return both("scheduler", "ScheduleGroup", here("scheduler", `schedule-group/${name}`));
    case "aws_athena_workgroup":
      return both("athena", "WorkGroup", here("athena", `workgroup/${name}`));
    case "aws_glue_catalog_database":
      return both("glue", "Database", here("glue", `database/${name}`));
    case "aws_cloudwatch_event_rule":
      return [{ action: "events:PutRule", resource: here("events", `rule/${name}`) }];
    case "aws_cloudwatch_metric_alarm":
      return [
        { action: "cloudwatch:PutMetricAlarm", resource: here("cloudwatch", `alarm:${body.alarm_name}`) },
      ];
    case "aws_cloudwatch_dashboard":
      return [
        {
          action: "cloudwatch:PutDashboard",
          resource: `arn:aws:cloudwatch::${ACCOUNT}:dashboard/${body.dashboard_name}`,
        },
      ];
    default:
      return [];
  }
}
