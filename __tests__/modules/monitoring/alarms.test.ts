import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ALARM_KINDS } from "../../../modules/monitoring/alarm-kinds";
import { HANDLER_NAMES } from "../../../pipeline/handler-names";
import { type Alarm, alarmsOf, ONE_OF_EACH } from "../../helpers/stack-metrics";
import { onlyResource, resourcesOf, synthSettings } from "../../helpers/synth";

const SCHEDULED = HANDLER_NAMES.slice(1);

/** With every function. */
const json = synthSettings({ ...ONE_OF_EACH, report: {} });
const alarms = alarmsOf(json);
const alarm = (name: string): Alarm => {
  const found = alarms.get(`logs-${name}`);
  if (!found) throw new Error(`no alarm ${name}; there are ${[...alarms.keys()].join(", ")}`);
  return found;
};
const named = (kind: string) =>
  [...alarms.keys()].filter((name) => name.startsWith(`logs-${kind}`)).map((name) => name.slice(5));
/** The condition of the alarm, in one line. */
const expressionOf = (item: Alarm): string => {
  const dimensions = Object.entries(item.dimensions).map(([key, value]) => `${key}=${value}`);
  return `${item.statistic} ${item.namespace} ${item.metric_name} ${dimensions.sort().join(" ")} ${item.comparison_operator} ${item.threshold}, ${item.evaluation_periods} x ${item.period} s, ${item.treat_missing_data}`;
};

describe("alarms", () => {
  it.each([
    [
      "errors-move-access-logs",
      "Sum AWS/Lambda Errors FunctionName=logs-move-access-logs GreaterThanOrEqualToThreshold 3, 1 x 3600 s, notBreaching",
    ],
    [
      "throttles-create-partition",
      "Sum AWS/Lambda Throttles FunctionName=logs-create-partition GreaterThanThreshold 0, 3 x 900 s, notBreaching",
    ],
    [
      "duration-move-access-logs",
      "Maximum AWS/Lambda Duration FunctionName=logs-move-access-logs GreaterThanThreshold 144000, 3 x 300 s, notBreaching",
    ],
    [
      "duration-transform-partition",
      "Maximum AWS/Lambda Duration FunctionName=logs-transform-partition GreaterThanThreshold 432000, 6 x 3600 s, notBreaching",
    ],
    [
      "not-running-create-partition",
      "Sum AWS/Lambda Invocations FunctionName=logs-create-partition LessThanThreshold 1, 3 x 3600 s, breaching",
    ],
    [
      "schedule-errors-maintain-lake",
      "Sum AWS/Scheduler TargetErrorCount ScheduleGroup=logs-maintain-lake GreaterThanOrEqualToThreshold 3, 1 x 3600 s, notBreaching",
    ],
    [
      "schedule-dropped-maintain-lake",
      "Sum AWS/Scheduler InvocationDroppedCount ScheduleGroup=logs-maintain-lake GreaterThanThreshold 0, 1 x 300 s, notBreaching",
    ],
    [
      "dead-letters-arrivals",
      "Maximum AWS/SQS ApproximateNumberOfMessagesVisible QueueName=logs-arrivals-dead-letters GreaterThanThreshold 0, 1 x 300 s, notBreaching",
    ],
    [
      "queue-age",
      "Maximum AWS/SQS ApproximateAgeOfOldestMessage QueueName=logs-arrivals GreaterThanThreshold 3300, 3 x 300 s, notBreaching",
    ],
    [
      "athena-failures-dml",
      "SampleCount AWS/Athena TotalExecutionTime QueryState=FAILED QueryType=DML WorkGroup=logs-pipeline GreaterThanThreshold 0, 3 x 3600 s, notBreaching",
    ],
    [
      "unparsed-rows-alb_access_logs",
      "Sum AccessLogs UnparsedRows Table=alb_access_logs service=logs-transform-partition GreaterThanThreshold 0, 1 x 86400 s, notBreaching",
    ],
    [
      "rejected-files-alb_access_logs",
      "Sum AccessLogs FilesRejected Table=alb_access_logs service=logs-transform-partition GreaterThanThreshold 0, 1 x 3600 s, notBreaching",
    ],
    [
      "unmatched-keys",
      "Sum AccessLogs ObjectsSkipped Reason=unmatched-key service=logs-move-access-logs GreaterThanThreshold 0, 1 x 3600 s, notBreaching",
    ],
    [
      "lake-delay",
      "Maximum AccessLogs SecondsToLake service=logs-transform-partition GreaterThanThreshold 10800, 1 x 3600 s, notBreaching",
    ],
    [
      "no-logs-shop",
      "Sum AccessLogs ObjectsMoved Source=shop service=logs-move-access-logs LessThanThreshold 1, 2 x 3600 s, breaching",
    ],
  ])("%s is raised when %s", (name, expression) => {
    expect(expressionOf(alarm(name))).toBe(expression);
  });

  it("watch every function, schedule and dead-letter queue", () => {
    for (const kind of ["errors", "throttles", "duration"])
      expect(named(kind).sort()).toEqual(HANDLER_NAMES.map((name) => `${kind}-${name}`).sort());
    for (const kind of ["schedule-errors", "schedule-dropped"])
      expect(named(kind).sort()).toEqual(SCHEDULED.map((name) => `${kind}-${name}`).sort());
    const queues = Object.values(resourcesOf(json, "aws_sqs_queue")).map(({ name }) => name);
    const watched = named("dead-letters").map((name) => alarm(name).dimensions.QueueName);
    expect(watched.sort()).toEqual(queues.filter((name) => String(name).endsWith("dead-letters")).sort());
  });

  it("give each source its configured silence or that of its format, and no alarm if the silence is 0", () => {
    const sources = [
      { name: "busy", format: "alb", prefix: "a/", silentAfterHours: 1 },
      { name: "quiet", format: "alb", prefix: "b/", silentAfterHours: 0 },
      { name: "weekly", format: "cloudfront", prefix: "c/", silentAfterHours: 168 },
      { name: "cdn", format: "cloudfront", prefix: "d/" },
    ];
    const found = [...alarmsOf(synthSettings({ ...ONE_OF_EACH, sources })).values()].filter(
      ({ metric_name }) => metric_name === "ObjectsMoved",
    );
    expect(
      found.map(({ dimensions, evaluation_periods }) => [dimensions.Source, evaluation_periods]).sort(),
    ).toEqual([
      ["busy", 1],
      ["cdn", 24],
      ["weekly", 168],
    ]);
  });

  it("exist only for existing parts: no alarm on typed tables without typed tables, no alarm on a missing function", () => {
    const kindsWithout = (options: object) => {
      const rest = [...alarmsOf(synthSettings({ ...ONE_OF_EACH, ...options })).keys()];
      return [...alarms.keys()].filter((name) => !rest.includes(name)).join(" ");
    };
    expect(kindsWithout({ columnar: false })).toMatch(/lake-delay/);
    expect(kindsWithout({ columnar: false })).not.toMatch(/create-partition|move|arrivals|no-logs/);
    expect(kindsWithout({ partitions: "projection" })).not.toMatch(/transform|maintain|lake-delay|arrivals/);
  });

  it("stay within the limits of CloudWatch, also with the longest names", () => {
    const long = "x".repeat(31);
    const sources = [{ name: "s".repeat(63), format: "alb", prefix: "a/", silentAfterHours: 168 }];
    const items = [...alarmsOf(synthSettings({ ...ONE_OF_EACH, name: long, sources })).values()];
    expect(items.length).toBeGreaterThan(20);
    for (const { alarm_name, alarm_description, period, evaluation_periods } of items) {
      expect(alarm_name.length).toBeLessThanOrEqual(255);
      expect(alarm_description.length).toBeLessThanOrEqual(1024);
      expect(period % 60).toBe(0);
      // A week, and for periods under an hour a day.
      expect(period * evaluation_periods).toBeLessThanOrEqual(period < 3600 ? 86_400 : 604_800);
    }
  });

  it("are raised only if all of their periods breach the threshold", () => {
    for (const item of alarms.values()) expect(item.datapoints_to_alarm).toBe(item.evaluation_periods);
  });

  it("describe their meaning and the first step, and link to the runbook", () => {
    for (const { alarm_name, alarm_description } of alarms.values()) {
      expect([alarm_name, alarm_description]).toEqual([
        alarm_name,
        expect.stringMatching(/^\S.{30,}\. First: .{30,}\. More: docs\/operations\.md#[a-z-]+$/),
      ]);
      expect(alarm_description).not.toContain("${");
    }
  });
});

describe("the runbook", () => {
  const page = readFileSync(join(__dirname, "../../../docs/operations.md"), "utf8");
  const entries = [...page.matchAll(/^### ([a-z-]+)\n([\s\S]*?)(?=^##|(?![\s\S]))/gm)];

  it("has an entry and a row for every kind of alarm, in their order, and no other", () => {
    const kinds = ALARM_KINDS.map(({ id }) => id);
    expect(entries.map(([, id]) => id)).toEqual(kinds);
    expect([...page.matchAll(/^\| \[([a-z-]+)\]\(#\1\)/gm)].map(([, id]) => id)).toEqual(kinds);
    expect(
      new Set([...alarms.values()].map(({ alarm_description }) => alarm_description.split("#").at(-1))),
    ).toEqual(new Set(kinds));
  });

  it.each(entries.map(([, id, text]) => [id, text]))(
    "explains for %s the meaning, the fix, and when it clears",
    (_, text) => {
      expect(text).toMatch(
        /^\n\*\*Means\.\*\* [\s\S]{40,}\n\n\*\*First\.\*\*[\s\S]{40,}\n\n\*\*Clears\*\* [\s\S]{10,}/,
      );
    },
  );
});

describe("the topic", () => {
  it("lets only the alarms of this account publish, over TLS only, and every alarm publishes to it", () => {
    const { policy } = onlyResource(json, "aws_sns_topic_policy");
    const topic = "${aws_sns_topic.alarm_topic.arn}";
    expect(policy).toMatchObject({
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "cloudwatch.amazonaws.com" },
          Action: "sns:Publish",
          Resource: topic,
          Condition: { StringEquals: { "aws:SourceAccount": expect.stringMatching(/account_id\}$/) } },
        },
        { Effect: "Deny", Principal: "*", Action: "sns:Publish", Resource: [topic] },
      ],
    });
    for (const { alarm_actions, ok_actions } of alarms.values())
      expect([alarm_actions, ok_actions]).toEqual([[topic], [topic]]);
  });

  it("is not encrypted with a key that CloudWatch cannot use, but with the configured key if there is one", () => {
    expect(onlyResource(json, "aws_sns_topic").kms_master_key_id).toBeUndefined();
    const kmsKey = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    const encrypted = synthSettings({ ...ONE_OF_EACH, kmsKey });
    expect(onlyResource(encrypted, "aws_sns_topic").kms_master_key_id).toBe(kmsKey);
  });

  it("can be an existing topic, in any partition of AWS", () => {
    const alarmTopic = "arn:aws-us-gov:sns:us-gov-west-1:111122223333:ops";
    const sources = ONE_OF_EACH.sources.filter(({ format }) => format === "alb");
    const others = synthSettings({ ...ONE_OF_EACH, sources, region: "us-gov-west-1", alarmTopic });
    expect(resourcesOf(others, "aws_sns_topic")).toEqual({});
    expect(new Set([...alarmsOf(others).values()].flatMap(({ alarm_actions }) => alarm_actions))).toEqual(
      new Set([alarmTopic]),
    );
    expect(others.output).not.toHaveProperty("alarm_topic_arn");
  });

  it("notifies the addresses in the settings, also if the topic already exists", () => {
    const alarmSubscriptions = [
      { protocol: "email", endpoint: "ops@example.com" },
      { protocol: "https", endpoint: "https://events.example.com/x" },
    ];
    const subscribed = synthSettings({ ...ONE_OF_EACH, alarmSubscriptions });
    expect(resourcesOf(subscribed, "aws_sns_topic_subscription")).toEqual({
      alarm_subscriptions: expect.objectContaining({
        for_each: Object.fromEntries(alarmSubscriptions.map((each) => [each.endpoint, each])),
        protocol: "${each.value.protocol}",
        endpoint: "${each.value.endpoint}",
        topic_arn: "${aws_sns_topic.alarm_topic.arn}",
      }),
    });
    const alarmTopic = "arn:aws:sns:eu-central-1:111122223333:ops";
    const elsewhere = synthSettings({ ...ONE_OF_EACH, alarmSubscriptions, alarmTopic });
    expect(onlyResource(elsewhere, "aws_sns_topic_subscription").topic_arn).toBe(alarmTopic);
  });

  it("is left out together with the alarms, and the dashboard remains", () => {
    const silent = synthSettings({ ...ONE_OF_EACH, alarms: false });
    expect(alarmsOf(silent).size).toBe(0);
    expect(resourcesOf(silent, "aws_sns_topic")).toEqual({});
    expect(onlyResource(silent, "aws_cloudwatch_dashboard").dashboard_name).toBe("logs");
  });
});
