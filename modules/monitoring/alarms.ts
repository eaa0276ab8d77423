import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { Construct } from "constructs";
import { fixLogicalId } from "../logical-id";
import { ALARM_KINDS, type AlarmKind, type Expression } from "./alarm-kinds";
import type { Watched } from "./watched";

export interface AlarmsProps {
  /** Prefix of the alarms' names. */
  readonly name: string;
  readonly watched: Watched;
  /** ARN of the SNS topic that is notified when an alarm starts and when it ends. */
  readonly topicArn: string;
}

const OPERATORS = {
  ">": "GreaterThanThreshold",
  ">=": "GreaterThanOrEqualToThreshold",
  "<": "LessThanThreshold",
} as const satisfies Record<Expression["is"], string>;

/**
 * One alarm for each thing that can go wrong with a pipeline. Each describes its meaning and the first
 * action; docs/operations.md has the details.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
 */
export class Alarms extends Construct {
  /** Alarms on arrivals: one for the queue, and one for each source that must not be silent. */
  readonly ofArrivals: readonly CloudwatchMetricAlarm[];
  readonly others: readonly CloudwatchMetricAlarm[];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const alarms = ALARM_KINDS.flatMap((kind) =>
      kind.expressions(props.watched).map((expression) => ({
        isAboutArrivals: kind.isAboutArrivals ?? false,
        alarm: this.createAlarm(props, kind, expression),
      })),
    );
    this.ofArrivals = alarms.filter(({ isAboutArrivals }) => isAboutArrivals).map(({ alarm }) => alarm);
    this.others = alarms.filter(({ isAboutArrivals }) => !isAboutArrivals).map(({ alarm }) => alarm);
  }

  private createAlarm(
    { name, topicArn }: AlarmsProps,
    kind: AlarmKind,
    { subject, about, metric, ...expression }: Expression,
  ): CloudwatchMetricAlarm {
    const id = subject === "" ? kind.id : `${kind.id}-${subject}`;
    const alarm = new CloudwatchMetricAlarm(this, id, {
      alarmName: `${name}-${id}`,
      alarmDescription: `${kind.means(about)} First: ${kind.firstThing(about)} More: docs/operations.md#${kind.id}`,
      namespace: metric.namespace,
      metricName: metric.name,
      dimensions: { ...metric.dimensions },
      statistic: expression.statistic,
      period: expression.periodSeconds,
      evaluationPeriods: expression.periods,
      datapointsToAlarm: expression.periods,
      comparisonOperator: OPERATORS[expression.is],
      threshold: expression.threshold,
      treatMissingData: expression.missing,
      alarmActions: [topicArn],
      okActions: [topicArn],
    });
    fixLogicalId(alarm, id);
    return alarm;
  }
}
