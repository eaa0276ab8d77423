import type { SkipReason } from "../../formats/object-kind";
import { DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS } from "../../formats/time";
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
import { finderOf, skippersOf, type Watched, type WatchedFunction } from "./watched";

/** Condition of an alarm: it must hold for the metric's statistic in each of the last `periods`. */
export interface Expression {
  /** Distinguishes alarms of one kind, e.g. a function or a source; empty if there is only one. */
  readonly subject: string;
  /** Name in AWS of the watched resource, for the texts. */
  readonly about: string;
  readonly metric: Metric;
  readonly statistic: "Sum" | "Maximum" | "SampleCount";
  readonly periodSeconds: number;
  readonly periods: number;
  readonly is: ">" | ">=" | "<";
  readonly threshold: number;
  /** How a period without data is treated. */
  readonly missing: "breaching" | "notBreaching";
}

/** Alarms of one meaning, which need the same action. */
export interface AlarmKind {
  /** Heading of its entry in docs/operations.md, and part of the alarms' names. */
  readonly id: string;
  readonly means: (about: string) => string;
  readonly firstThing: (about: string) => string;
  /** True for alarms on sources: the dashboard shows them separately, because there may be many. */
  readonly isAboutArrivals?: true;
  readonly expressions: (pipeline: Watched) => readonly Expression[];
}

/**
 * A failed run or message is retried automatically. This many failures within an hour: the retries failed,
 * too.
 */
const TRIES = 1 + RETRIES;
/** Above this share, the function would time out on a slightly busier day. */
const TIMEOUT_SHARE = 0.8;
/**
 * A failed message is visible again after each visibility timeout. A message older than three was not
 * processed.
 */
const VISIBILITY_TIMEOUTS = 3;
/** A commit is tried every ten minutes: eighteen tries. */
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

/** One alarm for each schedule: metrics of schedules are per schedule group. */
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

/** Every kind of alarm of a pipeline, with its texts and its metrics. */
export const ALARM_KINDS: readonly AlarmKind[] = [
  {
    id: "errors",
    means: (name) => `${name} failed or timed out ${TRIES} times within an hour: retries do not help.`,
    firstThing: (name) =>
      `read its log (aws logs tail /aws/lambda/${name} --since 2h) and find the code in docs/errors.md.`,
    expressions: ofFunctions((name) => ({
      metric: lambdaMetric("Errors", name),
      statistic: "Sum",
      ...once(HOUR_SECONDS),
      is: ">=",
      threshold: TRIES,
      missing: "notBreaching",
    })),
  },
  {
    id: "throttles",
    means: (name) =>
      `${name} was throttled in each of three 15-minute periods, so its work waits or is dropped.`,
    firstThing: (name) =>
      `check whether its reserved concurrency is 0 (aws lambda get-function-concurrency --function-name ${name}) or the account has reached its limit (aws lambda get-account-settings).`,
    expressions: ofFunctions((name) => ({
      metric: lambdaMetric("Throttles", name),
      ...anyOf("Sum"),
      periodSeconds: 15 * MINUTE_SECONDS,
      periods: 3,
    })),
  },
  {
    id: "duration",
    means: (name) =>
      `${name} used more than ${TIMEOUT_SHARE * 100} % of its timeout: it may soon time out, or it cannot process all files.`,
    firstThing: () =>
      "run access-logs status to see whether files or partitions wait; during a backfill this is normal.",
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
    means: (name) => `${name} missed several runs in a row: it was not started.`,
    firstThing: (name) =>
      `run access-logs doctor, and check whether its schedule exists and is enabled (aws scheduler list-schedules --name-prefix ${name}).`,
    expressions: ofFunctions((name, { idleHours }) =>
      idleHours === undefined
        ? undefined
        : {
            metric: lambdaMetric("Invocations", name),
            statistic: "Sum",
            periodSeconds: HOUR_SECONDS,
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
      `EventBridge Scheduler could not start runs of ${group}: Lambda refused ${TRIES} times within an hour.`,
    firstThing: () =>
      "run access-logs doctor: it compares the schedule, its role and the function with the settings.",
    expressions: ofSchedules((group) => ({
      metric: scheduleMetric("TargetErrorCount", group),
      statistic: "Sum",
      ...once(HOUR_SECONDS),
      is: ">=",
      threshold: TRIES,
      missing: "notBreaching",
    })),
  },
  {
    id: "schedule-dropped",
    means: (group) => `EventBridge Scheduler dropped a run of ${group}: it will not be retried.`,
    firstThing: () =>
      "run access-logs doctor; then run access-logs redrive to see the run in the dead-letter queue, with the reason.",
    expressions: ofSchedules((group) => ({
      metric: scheduleMetric("InvocationDroppedCount", group),
      ...anyOf("Sum"),
      ...once(5 * MINUTE_SECONDS),
    })),
  },
  {
    id: "dead-letters",
    means: (queue) =>
      `${queue} contains messages that failed every retry and will not be retried automatically.`,
    firstThing: () => "run access-logs redrive: it lists the messages with reasons before it retries them.",
    expressions: ({ deadLetterQueues }) =>
      deadLetterQueues.map(({ subject, queue }) => ({
        subject,
        about: queue.name,
        metric: queueMetric("ApproximateNumberOfMessagesVisible", queue.name),
        ...anyOf("Maximum"),
        ...once(5 * MINUTE_SECONDS),
      })),
  },
  {
    id: "queue-age",
    means: (queue) =>
      `Files arrive faster than they are moved: the oldest message in ${queue} has waited too long.`,
    firstThing: () =>
      "run access-logs status: if no file is moved at all, check the alarms on errors and throttles of move-access-logs first.",
    isAboutArrivals: true,
    expressions: ({ trigger }) =>
      trigger === undefined
        ? []
        : [
            {
              subject: "",
              about: trigger.queue.name,
              metric: queueMetric("ApproximateAgeOfOldestMessage", trigger.queue.name),
              statistic: "Maximum",
              periodSeconds: 5 * MINUTE_SECONDS,
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
      `Statements failed in the workgroup ${workgroup} in each of three hours: partitions or commits are missing.`,
    firstThing: (workgroup) =>
      `read Athena's reason: aws athena list-query-executions --work-group ${workgroup} --max-items 20, then aws athena get-query-execution.`,
    // Three hours, because a few queries may fail within minutes every night: Athena reports in this way that
    // OPTIMIZE must run again. The hours slide, so that a minute can be in two of them.
    expressions: ({ workgroup }) =>
      QUERY_TYPES.map((type) => ({
        subject: type.toLowerCase(),
        about: workgroup.name,
        metric: queryMetric("TotalExecutionTime", workgroup.name, type, "FAILED"),
        ...anyOf("SampleCount"),
        periodSeconds: HOUR_SECONDS,
        periods: 3,
      })),
  },
  {
    id: "unparsed-rows",
    means: (table) => `New files of ${table} have unparsed lines: their form is unknown.`,
    firstThing: (table) =>
      `query them: SELECT log_file, line FROM ${table}_unparsed WHERE dt = 'YYYY-MM-DD' LIMIT 20, with today or yesterday.`,
    expressions: ofTables((table, { transform: { handler } }) => ({
      metric: ownMetric("UnparsedRows", handler.lambda.functionName, table),
      ...anyOf("Sum"),
      ...once(DAY_SECONDS),
    })),
  },
  {
    id: "unmatched-keys",
    means: () =>
      "Objects below a source's prefix do not have names of access logs, or are Parquet files that cannot be read. They were not moved.",
    firstThing: (name) =>
      `list them: aws logs filter-log-events --log-group-name /aws/lambda/${name} --filter-pattern '{ $.reason = "${UNMATCHED}" }'.`,
    expressions: (watched) =>
      skippersOf(watched).map(({ subject, handler: { lambda } }) => ({
        subject,
        about: lambda.functionName,
        metric: ownMetric("ObjectsSkipped", lambda.functionName, UNMATCHED),
        ...anyOf("Sum"),
        ...once(HOUR_SECONDS),
      })),
  },
  {
    id: "rejected-files",
    means: (table) =>
      `Athena could not read files of ${table}. They were moved to rejected/; their rows are in no table.`,
    firstThing: () =>
      "run access-logs status: it names a file and the reason. Replace rejected files with intact copies, then run access-logs redrive --rejected.",
    expressions: ofTables((table, { transform: { handler } }) => ({
      metric: ownMetric("FilesRejected", handler.lambda.functionName, table),
      ...anyOf("Sum"),
      ...once(HOUR_SECONDS),
    })),
  },
  {
    id: "lake-delay",
    means: () =>
      `Files have waited for more than ${LAKE_DELAY_HOURS} hours for their commit to the typed tables.`,
    firstThing: () =>
      "run access-logs status: it names the waiting partitions and the last error; during a backfill this is normal.",
    expressions: ({ lake }) =>
      lake === undefined
        ? []
        : [
            {
              subject: "",
              about: lake.transform.handler.lambda.functionName,
              metric: ownMetric("SecondsToLake", lake.transform.handler.lambda.functionName),
              statistic: "Maximum",
              ...once(HOUR_SECONDS),
              is: ">",
              threshold: LAKE_DELAY_HOURS * HOUR_SECONDS,
              missing: "notBreaching",
            },
          ],
  },
  {
    id: "no-logs",
    means: (source) => `No file of the source "${source}" arrived for the hours in its silentAfterHours.`,
    firstThing: () =>
      "check whether the source has requests, and whether logging is still enabled with the right bucket and prefix; then run access-logs doctor.",
    isAboutArrivals: true,
    expressions: ({ sources, ...watched }) =>
      sources.flatMap((source) => {
        const finder = finderOf(watched, source);
        const hours = silentAfterHoursOf(source);
        // Not "> 0": what Terraform alone knows stands in for its number as a negative one.
        if (finder === undefined || hours === 0) return [];
        return {
          subject: source.name,
          about: source.name,
          metric: ownMetric(finder.files, finder.handler.lambda.functionName, source.name),
          statistic: "Sum" as const,
          periodSeconds: HOUR_SECONDS,
          periods: hours,
          is: "<" as const,
          threshold: 1,
          missing: "breaching" as const,
        };
      }),
  },
];
