import { Construct } from "constructs";
import type { AlarmSubscription } from "../../pipeline/alarm-protocols";
import { globalName, type SecurityProps } from "../../pipeline/security-props";
import { AlarmSubscriptions } from "./alarm-subscriptions";
import { AlarmTopic } from "./alarm-topic";
import { Alarms } from "./alarms";
import { Dashboard } from "./dashboard";
import type { Watched } from "./watched";

export interface MonitoringProps extends Pick<SecurityProps, "kmsKey" | "globalNameSuffix"> {
  /** Prefix of the alarms' names, and name of the dashboard. */
  readonly name: string;
  readonly watched: Watched;
  /** AWS account of the deployment. */
  readonly accountId: string;
  /** @default true */
  readonly alarms?: boolean;
  /**
   * ARN of the topic that alarms publish to.
   *
   * @default - a topic is created
   */
  readonly alarmTopic?: string;
  /**
   * Subscribers of the topic.
   *
   * @default - none
   */
  readonly alarmSubscriptions?: readonly AlarmSubscription[];
  /** @default true */
  readonly dashboard?: boolean;
}

/** Alarms and a dashboard for a pipeline. */
export class Monitoring extends Construct {
  /** Created only with alarms and without an existing topic. */
  readonly topic: AlarmTopic | undefined;
  readonly alarms: Alarms | undefined;
  readonly dashboard: Dashboard | undefined;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { name, watched, accountId, kmsKey, alarmTopic } = props;
    const hasAlarms = props.alarms ?? true;
    if (hasAlarms && alarmTopic === undefined) {
      this.topic = new AlarmTopic(this, "alarm_topic", {
        name: `${name}-alarms`,
        accountId,
        ...(kmsKey === undefined ? {} : { kmsKey }),
      });
    }
    const topicArn = alarmTopic ?? this.topic?.topic.arn;
    if (hasAlarms && topicArn !== undefined) {
      this.alarms = new Alarms(this, "alarms", { name, watched, topicArn });
      if (props.alarmSubscriptions !== undefined && props.alarmSubscriptions.length > 0) {
        new AlarmSubscriptions(this, "alarm_subscriptions", {
          topicArn,
          subscriptions: props.alarmSubscriptions,
        });
      }
    }
    if (props.dashboard ?? true) {
      this.dashboard = new Dashboard(this, "dashboard", {
        name: globalName(name, props),
        watched,
        ...(this.alarms === undefined ? {} : { alarms: this.alarms }),
      });
    }
  }
}
