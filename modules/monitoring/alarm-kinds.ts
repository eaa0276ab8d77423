import type { SkipReason } from "../../formats/object-kind";
import { silentAfterHoursOf } from "../../pipeline/log-source";
import type { Lake } from "../lake";
import { RETRIES } from "../schedule";
import {
  lambdaMetric,
  type Metric,
  ownMetric,
  QUERY_TYPES,
  queryMetric,
  queueMetric,
  scheduleMetric,
} from "./metric";
import type { Watched, WatchedFunction } from "./watched";

/** When an alarm rings: in each of the last `periods` the statistic of the metric is so. */
export interface Expression {
  /** What tells it from others of its kind, e.g. a function or a source; empty if there is only one. */
  readonly subject: string;
  /** Name in AWS of what it is about, for the texts. */
  readonly about: string;
  readonly metric: Metric;
  readonly statistic: "Sum" | "Maximum" | "SampleCount";
  readonly periodSeconds: number;
  readonly periods: number;
  readonly is: ">" | ">=" | "<";
  readonly threshold: number;
  /** What a period without data counts as; `ignore` leaves the alarm as it is. */
  readonly missing: "breaching" | "notBreaching" | "ignore";
}

/** Alarms that mean the same and ask for the same. */
export interface AlarmKind {
  /** Heading of its entry in docs/operations.md, and part of the alarms' names. */
  readonly id: string;
  readonly means: (about: string) => string;
  readonly firstThing: (about: string) => string;
  /** True for those that the sources are watched by: the dashboard shows them apart, for there may be many. */
  readonly isAboutArrivals?: true;
  readonly expressions: (pipeline: Watched) => readonly Expression[];
}

const MINUTE = 60;
const HOUR = 3600;
/** A run or message that failed is tried again by itself. So many failures within an hour: that did not help. */
const TRIES = 1 + RETRIES;
/** Where the time that is left would no longer do for a day with a little more. */
const TIMEOUT_SHARE = 0.8;
/** A message that fails is seen again after each visibility timeout. One that is older than three was waited for. */
const VISIBILITY_TIMEOUTS = 3;
/** A commit is tried every ten minutes: eighteen times. */
const LAKE_DELAY_HOURS = 3;
const UNMATCHED: SkipReason = "unmatched-key";

const once = (periodSeconds: number) => ({ periodSeconds, periods: 1 });
const anyOf = (statistic: Expression["statistic"]) =>
  ({ statistic, is: ">", threshold: 0, missing: "notBreaching" }) as const;

type Measured = Omit<Expression, "subject" | "about">;

/** One alarm for each function. */
const ofFunctions =
  (measure: (name: string, watched: WatchedFunction) => Measured | undefined) =>
  ({ functions }: Watched): readonly Expression[] =>
    functions.flatMap((watched) => {
      const about = watched.handler.lambda.functionName;
      const measured = measure(about, watched);
      return measured ? [{ subject: watched.subject, about, ...measured }] : [];
    });

/** One alarm for each schedule: its metrics are counted by its group. */
const ofSchedules =
  (measure: (group: string) => Measured) =>
  ({ functions }: Watched): readonly Expression[] =>
    functions.flatMap(({ subject, schedule }) =>
      schedule ? [{ subject, about: schedule.group.name, ...measure(schedule.group.name) }] : [],
    );

/** One alarm for each typed table. */
const ofTables =
  (measure: (table: string, lake: Lake) => Measured) =>
  ({ lake }: Watched): readonly Expression[] =>
    lake === undefined
      ? []
      : lake.tables.map((table) => ({ subject: table, about: table, ...measure(table, lake) }));

/** Every kind of alarm of a pipeline. What they say is kept together with what they measure. */
export const ALARM_KINDS: readonly AlarmKind[] = [
  {
    id: "errors",
    means: (name) => `${name} failed or timed out ${TRIES} times within an hour: trying again does not help.`,
    firstThing: (name) =>
      `read its log (aws logs tail /aws/lambda/${name} --since 2h) and look the code up in docs/errors.md.`,
    expressions: ofFunctions((name) => ({
      metric: lambdaMetric("Errors", name),
      statistic: "Sum",
      ...once(HOUR),
      is: ">=",
      threshold: TRIES,
      missing: "notBreaching",
    })),
  },
  {
    id: "throttles",
    means: (name) =>
      `${name} was refused capacity in each of three quarters of an hour, so its work waits or is given up.`,
    firstThing: (name) =>
      `see whether someone stopped it (aws lambda get-function-concurrency --function-name ${name}: 0 is a stop) or the account is at its limit (aws lambda get-account-settings).`,
    expressions: ofFunctions((name) => ({
      metric: lambdaMetric("Throttles", name),
      ...anyOf("Sum"),
      periodSeconds: 15 * MINUTE,
      periods: 3,
    })),
  },
  {
    id: "duration",
    means: (name) =>
      `${name} needed more than ${TIMEOUT_SHARE * 100} % of the time it may take: soon it will not end in time, or it cannot keep up.`,
    firstThing: () =>
      "run access-logs status to see whether files or partitions wait; a backfill explains it, and ends it.",
    expressions: ofFunctions((name, { handler, busy }) => ({
      metric: lambdaMetric("Duration", name),
      statistic: "Maximum",
      ...busy,
      is: ">",
      threshold: TIMEOUT_SHARE * handler.timeoutSeconds * 1000,
      missing: "notBreaching",
    })),
  },
  {
    id: "not-running",
    means: (name) => `${name} was not even started for so long that several runs in a row are missing.`,
    firstThing: (name) =>
      `run access-logs doctor, and see whether its schedule is there and enabled (aws scheduler list-schedules --name-prefix ${name}).`,
    expressions: ofFunctions((name, { idleHours }) =>
      idleHours === undefined
        ? undefined
        : {
            metric: lambdaMetric("Invocations", name),
            statistic: "Sum",
            periodSeconds: HOUR,
            periods: idleHours,
            is: "<",
            threshold: 1,
            missing: "breaching",
          },
    ),
  },
  {
    id: "schedule-errors",
    means: (group) =>
      `EventBridge Scheduler could not hand over runs of ${group}: Lambda refused ${TRIES} times within an hour.`,
    firstThing: () =>
      "run access-logs doctor: it compares the schedule, its role and the function with what was deployed.",
    expressions: ofSchedules((group) => ({
      metric: scheduleMetric("TargetErrorCount", group),
      statistic: "Sum",
      ...once(HOUR),
      is: ">=",
      threshold: TRIES,
      missing: "notBreaching",
    })),
  },
  {
    id: "schedule-dropped",
    means: (group) => `EventBridge Scheduler gave up a run of ${group}: it did not happen and will not.`,
    firstThing: () =>
      "run access-logs doctor; then access-logs redrive shows the run in the dead-letter queue, with the reason.",
    expressions: ofSchedules((group) => ({
      metric: scheduleMetric("InvocationDroppedCount", group),
      ...anyOf("Sum"),
      ...once(5 * MINUTE),
    })),
  },
  {
    id: "dead-letters",
    means: (queue) =>
      `Something is in ${queue}: it failed every time it was tried, and will not be tried again.`,
    firstThing: () => "run access-logs redrive: it shows what is in there and why, before it tries again.",
    expressions: ({ deadLetterQueues }) =>
      deadLetterQueues.map(({ subject, queue }) => ({
        subject,
        about: queue.name,
        metric: queueMetric("ApproximateNumberOfMessagesVisible", queue.name),
        ...anyOf("Maximum"),
        ...once(5 * MINUTE),
      })),
  },
  {
    id: "queue-age",
    means: (queue) =>
      `Files arrive faster than they are moved: the oldest message in ${queue} has waited long.`,
    firstThing: () =>
      "run access-logs status: if nothing is moved at all, look at the alarms on errors and throttles of move-access-logs first.",
    isAboutArrivals: true,
    expressions: ({ trigger }) => [
      {
        subject: "",
        about: trigger.queue.name,
        metric: queueMetric("ApproximateAgeOfOldestMessage", trigger.queue.name),
        statistic: "Maximum",
        periodSeconds: 5 * MINUTE,
        periods: 3,
        is: ">",
        threshold: VISIBILITY_TIMEOUTS * trigger.visibilityTimeoutSeconds,
        missing: "notBreaching",
      },
    ],
  },
  {
    id: "athena-failures",
    means: (workgroup) =>
      `Statements failed in the workgroup ${workgroup} in each of three hours: partitions or commits are not done.`,
    firstThing: (workgroup) =>
      `read Athena's reason: aws athena list-query-executions --work-group ${workgroup} --max-items 20, then aws athena get-query-execution.`,
    // Three hours, because every night a few may fail within minutes: so Athena asks for OPTIMIZE to be run again. The
    // hours slide, and a minute can lie in two of them.
    expressions: ({ workgroup }) =>
      QUERY_TYPES.map((type) => ({
        subject: type.toLowerCase(),
        about: workgroup.name,
        metric: queryMetric("TotalExecutionTime", workgroup.name, type, "FAILED"),
        ...anyOf("SampleCount"),
        periodSeconds: HOUR,
        periods: 3,
      })),
  },
  {
    id: "unparsed-rows",
    means: (table) => `Lines of a finished day are no rows of ${table}: they have a form that is not known.`,
    firstThing: (table) =>
      `look at them: SELECT log_file, line FROM ${table}_unparsed WHERE dt = 'YYYY-MM-DD' LIMIT 20, with the day before yesterday.`,
    expressions: ofTables((table, { maintain }) => ({
      metric: ownMetric("UnparsedRows", maintain.lambda.functionName, table),
      ...anyOf("Maximum"),
      ...once(HOUR),
      // They are counted once a day. In between, the last count holds.
      missing: "ignore",
    })),
  },
  {
    id: "unmatched-keys",
    means: () =>
      "Objects below a source's prefix have names that AWS gives to no access log. They were left where they are.",
    firstThing: (name) =>
      `see which: aws logs filter-log-events --log-group-name /aws/lambda/${name} --filter-pattern '{ $.reason = "${UNMATCHED}" }'.`,
    expressions: ({ move }) => [
      {
        subject: "",
        about: move.lambda.functionName,
        metric: ownMetric("ObjectsSkipped", move.lambda.functionName, UNMATCHED),
        ...anyOf("Sum"),
        ...once(HOUR),
      },
    ],
  },
  {
    id: "rejected-files",
    means: (table) =>
      `Files of ${table} could not be read by Athena. They were set aside; what they hold is in no table.`,
    firstThing: () =>
      "run access-logs status: it names a file and the reason; access-logs redrive --rejected takes files back in that were replaced by whole copies.",
    expressions: ofTables((table, { transform }) => ({
      metric: ownMetric("FilesRejected", transform.lambda.functionName, table),
      ...anyOf("Sum"),
      ...once(HOUR),
    })),
  },
  {
    id: "lake-delay",
    means: () =>
      `Files have been waiting for more than ${LAKE_DELAY_HOURS} hours to be committed to the typed tables.`,
    firstThing: () =>
      "run access-logs status: it names the partitions that wait and the last error; during a backfill this is as it should be.",
    expressions: ({ lake }) =>
      lake === undefined
        ? []
        : [
            {
              subject: "",
              about: lake.transform.lambda.functionName,
              metric: ownMetric("SecondsToLake", lake.transform.lambda.functionName),
              statistic: "Maximum",
              ...once(HOUR),
              is: ">",
              threshold: LAKE_DELAY_HOURS * HOUR,
              missing: "notBreaching",
            },
          ],
  },
  {
    id: "no-logs",
    means: (source) => `No file of the source "${source}" arrived for as long as it may be silent.`,
    firstThing: () =>
      "see whether it has requests at all, and whether logging is still switched on with the right bucket and prefix; then run access-logs doctor.",
    isAboutArrivals: true,
    expressions: ({ sources, move }) =>
      sources
        // Not "> 0": what Terraform alone knows stands in for its number as a negative one.
        .filter((source) => silentAfterHoursOf(source) !== 0)
        .map((source) => ({
          subject: source.name,
          about: source.name,
          metric: ownMetric("ObjectsMoved", move.lambda.functionName, source.name),
          statistic: "Sum",
          periodSeconds: HOUR,
          periods: silentAfterHoursOf(source),
          is: "<",
          threshold: 1,
          missing: "breaching",
        })),
  },
];
