import { METRICS } from "../../formats/metrics";
import { SKIP_REASONS } from "../../formats/object-kind";
import { HOUR_SECONDS } from "../../formats/time";
import { HANDLER_NAMES } from "../../pipeline/handler-names";
import {
  lambdaMetric,
  type Metric,
  ownMetric,
  QUERY_NAMESPACE,
  type QueryMetric,
  queryMetric,
  queueMetric,
} from "./metric";
import { finderOf, skippersOf, type Watched } from "./watched";

/** One line of a graph. */
export type Line =
  | {
      readonly metric: Metric;
      readonly label: string;
      readonly stat: "Sum" | "Maximum";
      /** Id of a hidden metric that an expression uses. */
      readonly hiddenAs?: string;
    }
  | { readonly expression: string; readonly label: string };

/** One graph of the dashboard. */
export interface Graph {
  readonly title: string;
  readonly unit: "Count" | "Bytes" | "Seconds" | "GB-seconds";
  /** Seconds that one point covers. */
  readonly period: number;
  readonly isStacked?: true;
  readonly lines: readonly Line[];
}

const FIVE_MINUTES = 300;

/** The graphs of a pipeline's dashboard, two per row: arrivals, delays, commits, failures, costs. */
export const graphsOf = (pipeline: Watched): readonly Graph[] => [
  perSource(pipeline, "files", "Files per source"),
  perSource(pipeline, "bytes", "Bytes per source"),
  freshness(pipeline),
  ...lakeGraphs(pipeline),
  skipped(pipeline),
  failures(pipeline),
  scanned(pipeline),
  computing(pipeline),
];

const perSource = ({ sources, ...pipeline }: Watched, counted: "files" | "bytes", title: string): Graph => ({
  title,
  unit: METRICS[counted === "files" ? "ObjectsMoved" : "BytesMoved"].unit,
  period: FIVE_MINUTES,
  isStacked: true,
  lines: sources.flatMap((source): Line[] => {
    const finder = finderOf(pipeline, source);
    if (finder === undefined) return [];
    const metric = ownMetric(finder[counted], finder.handler.lambda.functionName, source.name);
    return [{ metric, label: source.name, stat: "Sum" }];
  }),
});

const freshness = ({ move, trigger, lake }: Watched): Graph => ({
  title: "Delay: from delivery to the raw tables, and from there to the typed tables",
  unit: "Seconds",
  period: FIVE_MINUTES,
  lines: [
    ...(move
      ? [
          {
            metric: ownMetric("SecondsToRaw", move.lambda.functionName),
            label: "delivery -> raw table",
            stat: "Maximum" as const,
          },
        ]
      : []),
    ...(lake
      ? [
          {
            metric: ownMetric("SecondsToLake", lake.transform.handler.lambda.functionName),
            label: "raw table -> typed table",
            stat: "Maximum" as const,
          },
        ]
      : []),
    ...(trigger
      ? [
          {
            metric: queueMetric("ApproximateAgeOfOldestMessage", trigger.queue.name),
            label: "oldest in the queue",
            stat: "Maximum" as const,
          },
        ]
      : []),
  ],
});

function lakeGraphs({ lake }: Watched): Graph[] {
  if (!lake) return [];
  const transform = lake.transform.handler.lambda.functionName;
  return [
    {
      title: "Rows added to the typed tables",
      unit: "Count",
      period: HOUR_SECONDS,
      lines: [{ metric: ownMetric("RowsCommitted", transform), label: "rows", stat: "Sum" }],
    },
    {
      title: "Partitions of the typed tables",
      unit: "Count",
      period: HOUR_SECONDS,
      lines: [
        { metric: ownMetric("PartitionsCommitted", transform), label: "committed", stat: "Sum" },
        { metric: ownMetric("PartitionsWaiting", transform), label: "waiting", stat: "Maximum" },
      ],
    },
    {
      title: "Unparsed lines of new files",
      unit: "Count",
      period: HOUR_SECONDS,
      lines: lake.tables.map((table) => ({
        metric: ownMetric("UnparsedRows", transform, table),
        label: table,
        stat: "Sum",
      })),
    },
    {
      title: "Rejected files",
      unit: "Count",
      period: HOUR_SECONDS,
      lines: lake.tables.map((table) => ({
        metric: ownMetric("FilesRejected", transform, table),
        label: table,
        stat: "Sum",
      })),
    },
  ];
}

const skipped = (pipeline: Watched): Graph => ({
  title: "Skipped objects by reason",
  unit: "Count",
  period: HOUR_SECONDS,
  isStacked: true,
  lines: skippersOf(pipeline).flatMap(({ subject, handler }) =>
    SKIP_REASONS.map((reason) => ({
      metric: ownMetric("ObjectsSkipped", handler.lambda.functionName, reason),
      label: [reason, subject].filter(Boolean).join(", "),
      stat: "Sum" as const,
    })),
  ),
});

const failures = ({ functions, move, deadLetterQueues }: Watched): Graph => ({
  title: "Failures",
  unit: "Count",
  period: FIVE_MINUTES,
  lines: [
    ...(move
      ? [
          {
            metric: ownMetric("ObjectsFailed", move.lambda.functionName),
            label: "files to retry",
            stat: "Sum" as const,
          },
        ]
      : []),
    ...functions.map(({ subject, handler }) => ({
      metric: lambdaMetric("Errors", handler.lambda.functionName),
      label: `errors of ${subject}`,
      stat: "Sum" as const,
    })),
    ...deadLetterQueues.map(({ subject, queue }) => ({
      metric: queueMetric("ApproximateNumberOfMessagesVisible", queue.name),
      label: `dead-letter messages of ${subject}`,
      stat: "Maximum" as const,
    })),
  ],
});

/** All types and states of queries: each scanned byte is billed. */
const scanned = ({ workgroup, analystWorkgroup }: Watched): Graph => {
  const dimensions = Object.keys(queryMetric("ProcessedBytes", "", "DML", "SUCCEEDED").dimensions);
  const name: QueryMetric = "ProcessedBytes";
  return {
    title: "Cost: bytes scanned by Athena",
    unit: "Bytes",
    period: HOUR_SECONDS,
    isStacked: true,
    lines: [
      { group: workgroup.name, label: "pipeline" },
      { group: analystWorkgroup.name, label: "questions" },
    ].map(({ group, label }) => ({
      expression: `SUM(SEARCH('{${[QUERY_NAMESPACE, ...dimensions].join(",")}} MetricName="${name}" WorkGroup="${group}"', 'Sum', ${HOUR_SECONDS}))`,
      label,
    })),
  };
};

/** Lambda bills duration times memory. */
const computing = ({ functions }: Watched): Graph => ({
  title: "Cost: computing",
  unit: "GB-seconds",
  period: HOUR_SECONDS,
  isStacked: true,
  lines: functions.flatMap(({ subject, handler }): Line[] => {
    const id = `m${HANDLER_NAMES.indexOf(subject)}`;
    return [
      {
        metric: lambdaMetric("Duration", handler.lambda.functionName),
        label: subject,
        stat: "Sum",
        hiddenAs: id,
      },
      { expression: `${id} / 1000 * ${handler.memoryMiB} / 1024`, label: subject },
    ];
  }),
});
