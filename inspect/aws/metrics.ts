import { type MetricDataQuery, paginateGetMetricData } from "@aws-sdk/client-cloudwatch";
import { FORMATS } from "../../formats";
import { METRICS, METRICS_NAMESPACE, SERVICE_DIMENSION } from "../../formats/metrics";
import { HOUR_MS, HOUR_SECONDS } from "../../formats/time";
import { foundValue } from "../../operations/inspector";
import { functionsOf, workgroupsOf } from "../../pipeline/deployed-parts";
import { sum } from "../../terminal/quantities";
import type { Inspection } from "./inspection";

/** Metrics from CloudWatch. */
export interface Metrics {
  readonly functions: ReadonlyMap<string, FunctionMetrics>;
  /** Age of the oldest message of each queue some minutes ago, in seconds. */
  readonly oldestSeconds: ReadonlyMap<string, number>;
  /** Bytes that the queries of each workgroup read in the last day. */
  readonly scannedBytes: ReadonlyMap<string, number>;
  /** Hours since a file of each source was last moved, or found as delivered, by its name; at most a week. */
  readonly hoursSinceFile: ReadonlyMap<string, number>;
  /** Unparsed lines that were counted in the last day, by table. */
  readonly unparsed: ReadonlyMap<string, number>;
}

/** Metrics of the last day, and of the current and the previous hour, which show whether errors continue. */
export interface FunctionMetrics {
  readonly invocations: number;
  readonly milliseconds: number;
  readonly errors: number;
  readonly recentErrors: number;
  readonly throttles: number;
  readonly recentThrottles: number;
}

/** One series of hourly values. */
interface Series {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: "Sum" | "Maximum";
}

const PERIOD_SECONDS = HOUR_SECONDS;
const DAY_HOURS = 24;
/** A source may be allowed to be silent for a week. */
const WINDOW_HOURS = 7 * DAY_HOURS + 1;

/** @returns `undefined` if CloudWatch refuses */
export async function awsMetrics(inspection: Inspection): Promise<Metrics | undefined> {
  const { parts, inspector } = inspection;
  const functions = functionsOf(parts);
  const queues = [
    ...(parts.move?.queue === undefined ? [] : [parts.move.queue]),
    ...functions.map(({ deadLetterQueue }) => deadLetterQueue),
  ];
  const tables = unparsedSeries(inspection);
  const arrivals = arrivalSeries(inspection);
  const series = [
    ...functions.flatMap(({ name }) =>
      (["Invocations", "Duration", "Errors", "Throttles"] as const).map((metric) => ofFunction(metric, name)),
    ),
    ...queues.map(ofQueue),
    ...workgroupsOf(parts).flatMap(ofWorkgroup),
    ...tables.map(({ series: ofTable }) => ofTable),
    ...arrivals.map(({ series: ofSource }) => ofSource),
  ];
  const values = foundValue(
    await inspector.ask("cloudwatch:GetMetricData", "metrics", () => valuesOf(inspection, series)),
  );
  if (!values) return undefined;
  const hours = (wanted: Series) => values.get(keyOf(wanted)) ?? [];
  return {
    functions: new Map(functions.map(({ name }) => [name, functionMetrics(name, hours)])),
    // In the first minutes of an hour, its value does not exist yet.
    oldestSeconds: new Map(
      queues.map((name) => {
        const [now = 0, before = 0] = hours(ofQueue(name));
        return [name, now || before];
      }),
    ),
    scannedBytes: new Map(
      workgroupsOf(parts).map((name) => [
        name,
        sum(ofWorkgroup(name).flatMap((item) => hours(item).slice(0, DAY_HOURS))),
      ]),
    ),
    hoursSinceFile: new Map(
      arrivals.map(({ source, series: ofSource }) => {
        const since = hours(ofSource).findIndex((files) => files > 0);
        return [source, since < 0 ? WINDOW_HOURS : since];
      }),
    ),
    unparsed: new Map(
      tables.map(({ table, series: ofTable }) => [table, sum(hours(ofTable).slice(0, DAY_HOURS))]),
    ),
  };
}

const ofFunction = (name: string, functionName: string): Series => ({
  namespace: "AWS/Lambda",
  name,
  dimensions: { FunctionName: functionName },
  statistic: "Sum",
});
const ofQueue = (queue: string): Series => ({
  namespace: "AWS/SQS",
  name: "ApproximateAgeOfOldestMessage",
  dimensions: { QueueName: queue },
  statistic: "Maximum",
});
/** @see https://docs.aws.amazon.com/athena/latest/ug/query-metrics-viewing.html */
const ofWorkgroup = (workgroup: string): Series[] =>
  ["DML", "DDL"].flatMap((QueryType) =>
    ["SUCCEEDED", "FAILED", "CANCELLED"].map((QueryState) => ({
      namespace: "AWS/Athena",
      name: "ProcessedBytes",
      dimensions: { WorkGroup: workgroup, QueryType, QueryState },
      statistic: "Sum" as const,
    })),
  );
/** One of the metrics that a function publishes itself. */
const ownSeries = (
  name: "ObjectsMoved" | "ObjectsFound" | "UnparsedRows",
  functionName: string,
  value: string,
): Series => ({
  namespace: METRICS_NAMESPACE,
  name,
  dimensions: { [SERVICE_DIMENSION]: functionName, [METRICS[name].per]: value },
  statistic: "Sum",
});

/** Counted by the function that moves the files of a source, or finds them as delivered. */
const arrivalSeries = ({ parts }: Inspection): { readonly source: string; readonly series: Series }[] => {
  const finder = parts.scheduled.find(({ handler }) => handler === "transform-partition");
  return parts.streams
    .flatMap(({ sources }) => sources)
    .flatMap(({ name, isAsDelivered }) => {
      const counter = isAsDelivered ? finder : parts.move;
      const metric = isAsDelivered ? "ObjectsFound" : "ObjectsMoved";
      return counter ? [{ source: name, series: ownSeries(metric, counter.name, name) }] : [];
    });
};

/** Counted by `transform-partition`, for each commit. */
const unparsedSeries = ({ parts }: Inspection): { readonly table: string; readonly series: Series }[] =>
  parts.scheduled
    .filter(({ handler }) => handler === "transform-partition")
    .flatMap(({ name }) =>
      [...new Set(parts.streams.map(({ format }) => FORMATS[format].table))].map((table) => ({
        table,
        series: ownSeries("UnparsedRows", name, table),
      })),
    );

function functionMetrics(name: string, hours: (series: Series) => readonly number[]): FunctionMetrics {
  const day = (metric: string) => hours(ofFunction(metric, name)).slice(0, DAY_HOURS);
  // The current and the previous hour: errors some minutes old can be in either.
  const recent = (metric: string) => sum(day(metric).slice(0, 2));
  return {
    invocations: sum(day("Invocations")),
    milliseconds: sum(day("Duration")),
    errors: sum(day("Errors")),
    recentErrors: recent("Errors"),
    throttles: sum(day("Throttles")),
    recentThrottles: recent("Throttles"),
  };
}

const keyOf = (series: Series): string => JSON.stringify(series);

/** Hourly values, the newest first, 0 for hours without data. */
async function valuesOf(
  { clients, now }: Inspection,
  series: readonly Series[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  const newest = Math.floor(now.getTime() / HOUR_MS) * HOUR_MS;
  const hours = new Map(series.map((item) => [keyOf(item), Array.from({ length: WINDOW_HOURS }, () => 0)]));
  const pages = paginateGetMetricData(
    { client: clients.cloudwatch },
    {
      StartTime: new Date(newest - (WINDOW_HOURS - 1) * HOUR_MS),
      EndTime: new Date(newest + HOUR_MS),
      MetricDataQueries: series.map(queryOf),
    },
  );
  for await (const { MetricDataResults = [] } of pages) {
    for (const { Id = "", Timestamps = [], Values = [] } of MetricDataResults) {
      const ofSeries = hours.get(keyOf(series[Number(Id.slice(1))] ?? ofQueue("")));
      for (const [index, timestamp] of Timestamps.entries()) {
        const hour = Math.round((newest - timestamp.getTime()) / HOUR_MS);
        if (ofSeries && hour >= 0 && hour < WINDOW_HOURS) ofSeries[hour] = Values[index] ?? 0;
      }
    }
  }
  return hours;
}

const queryOf = ({ namespace, name, dimensions, statistic }: Series, index: number): MetricDataQuery => ({
  Id: `m${index}`,
  MetricStat: {
    Metric: {
      Namespace: namespace,
      MetricName: name,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    },
    Period: PERIOD_SECONDS,
    Stat: statistic,
  },
});
