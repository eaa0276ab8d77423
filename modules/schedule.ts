import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { LambdaFunctionEventInvokeConfig } from "@cdktf/provider-aws/lib/lambda-function-event-invoke-config";
import { SchedulerSchedule } from "@cdktf/provider-aws/lib/scheduler-schedule";
import { SchedulerScheduleGroup } from "@cdktf/provider-aws/lib/scheduler-schedule-group";
import type { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { SqsQueuePolicy } from "@cdktf/provider-aws/lib/sqs-queue-policy";
import { Construct } from "constructs";
import { scheduleNameOf } from "../pipeline/names";
import { allow, denyPlainText, policyDocument, trustPolicy } from "../pipeline/policy";
import { roleOptions, useOfKey } from "../pipeline/security-props";
import { deadLetterQueue } from "./dead-letter-queue";
import type { HandlerFunction } from "./handler-function";

export interface ScheduleProps {
  readonly name: string;
  readonly description: string;
  /** Cron or rate expression of EventBridge Scheduler, in UTC. */
  readonly expression: string;
  /** Function to invoke; it gets `{ "scheduledTime": "<ISO 8601>" }`. */
  readonly target: HandlerFunction;
  /**
   * Several invocations at the same time, each with its own input.
   *
   * @default - one invocation, with the time only
   */
  readonly runs?: readonly ScheduledRun[];
  /** AWS account of the deployment, to keep other accounts from using the role. */
  readonly accountId: string;
  /**
   * Seconds after which a run that could not start is dropped.
   *
   * @default 3000, shortly before an hourly schedule is due again
   */
  readonly maxEventAgeSeconds?: number;
}

/** One of several invocations at the same time. */
export interface ScheduledRun {
  /** Name of its schedule in the group. */
  readonly name: string;
  /** Input of the function in addition to the time. */
  readonly input: Readonly<Record<string, string>>;
}

/** Retries of the schedule, if it cannot invoke the function, and of Lambda, if the run fails. */
export const RETRIES = 2;
const DEFAULT_MAX_EVENT_AGE_SECONDS = 3000;

/**
 * Invokes a function at fixed times. Failed invocations and failed runs go to one dead-letter queue.
 *
 * @example
 * new Schedule(this, "nightly", {
 *   name: "logs-nightly",
 *   description: "Maintains the tables of access logs",
 *   expression: "cron(15 2 * * ? *)",
 *   target: maintain,
 *   accountId: "111122223333",
 * });
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html
 */
export class Schedule extends Construct {
  readonly schedules: readonly SchedulerSchedule[];
  /** Contains only these schedules, because metrics are per group. */
  readonly group: SchedulerScheduleGroup;
  readonly deadLetterQueue: SqsQueue;

  constructor(scope: Construct, id: string, props: ScheduleProps) {
    super(scope, id);
    const { lambda, role, security } = props.target;
    const maximumEventAgeInSeconds = props.maxEventAgeSeconds ?? DEFAULT_MAX_EVENT_AGE_SECONDS;
    this.deadLetterQueue = deadLetterQueue(this, props.name, security);
    new SqsQueuePolicy(this, "dead_letters_policy", {
      queueUrl: this.deadLetterQueue.url,
      policy: policyDocument([denyPlainText("sqs:*", [this.deadLetterQueue.arn])]),
    });
    // The schedule only sends the event: Lambda retries and reports a failure of the function.
    const report = new IamRolePolicy(this, "report_policy", {
      name: "failed-events",
      role: role.id,
      policy: policyDocument([allow(["sqs:SendMessage"], [this.deadLetterQueue.arn])]),
    });
    new LambdaFunctionEventInvokeConfig(this, "failures", {
      functionName: lambda.functionName,
      maximumRetryAttempts: RETRIES,
      maximumEventAgeInSeconds,
      destinationConfig: { onFailure: { destination: this.deadLetterQueue.arn } },
      dependsOn: [report],
    });
    this.group = new SchedulerScheduleGroup(this, "group", { name: props.name });
    const invoker = new IamRole(this, "role", {
      ...roleOptions(`${props.name}-schedule`, security),
      assumeRolePolicy: trustPolicy("scheduler.amazonaws.com", {
        StringEquals: { "aws:SourceAccount": props.accountId },
        ArnEquals: { "aws:SourceArn": this.group.arn },
      }),
    });
    const invoke = new IamRolePolicy(this, "policy", {
      name: "invoke",
      role: invoker.id,
      policy: policyDocument([
        allow(["lambda:InvokeFunction"], [lambda.arn]),
        allow(["sqs:SendMessage"], [this.deadLetterQueue.arn]),
        ...useOfKey(security),
      ]),
    });
    const create = (id: string, name: string, input: ScheduledRun["input"]): SchedulerSchedule =>
      new SchedulerSchedule(this, id, {
        name,
        groupName: this.group.name,
        description: props.description,
        scheduleExpression: props.expression,
        // Runs need equal intervals: a delayed run could overlap the next one.
        flexibleTimeWindow: { mode: "OFF" },
        ...(security.kmsKey === undefined ? {} : { kmsKeyArn: security.kmsKey }),
        target: {
          arn: lambda.arn,
          roleArn: invoker.arn,
          input: JSON.stringify({ scheduledTime: "<aws.scheduler.scheduled-time>", ...input }),
          retryPolicy: { maximumEventAgeInSeconds, maximumRetryAttempts: RETRIES },
          deadLetterConfig: { arn: this.deadLetterQueue.arn },
        },
        dependsOn: [invoke],
      });
    this.schedules = props.runs
      ? props.runs.map(({ name, input }) => create(name, scheduleNameOf(props.name, name), input))
      : [create("Default", props.name, {})];
  }
}
