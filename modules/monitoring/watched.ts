import type { AthenaWorkgroup } from "@cdktf/provider-aws/lib/athena-workgroup";
import type { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { HOUR_SECONDS } from "../../formats/time";
import type { HandlerName } from "../../pipeline/handler-names";
import { isAsDelivered, type LogSource } from "../../pipeline/log-source";
import type { HandlerFunction } from "../handler-function";
import type { Lake } from "../lake";
import type { ObjectCreatedTrigger } from "../object-created-trigger";
import type { QueryWorkgroup } from "../query-workgroup";
import type { Schedule } from "../schedule";
import type { ScheduledFunction } from "../scheduled-function";

/** A function, and when it counts as late or busy. */
export interface WatchedFunction {
  /** Its name without the pipeline's. */
  readonly subject: HandlerName;
  readonly handler: HandlerFunction;
  readonly schedule?: Schedule;
  /** Hours without a start after which runs are missing. */
  readonly idleHours?: number;
  /** How long it must run near its timeout to count as busy. */
  readonly busy: { readonly periodSeconds: number; readonly periods: number };
}

/** The parts of a pipeline that alarms and the dashboard are about. */
export interface Watched {
  readonly sources: readonly LogSource[];
  /** True if sources are read as delivered. */
  readonly hasDelivered: boolean;
  /** Only if files are moved. */
  readonly trigger: ObjectCreatedTrigger | undefined;
  readonly move: HandlerFunction | undefined;
  readonly functions: readonly WatchedFunction[];
  readonly deadLetterQueues: readonly { readonly subject: string; readonly queue: SqsQueue }[];
  /** Workgroups of the pipeline's own statements and of the analysts' queries. */
  readonly workgroup: AthenaWorkgroup;
  readonly analystWorkgroup: AthenaWorkgroup;
  readonly lake: Lake | undefined;
}

/**
 * The last run of a night and the first run of the next are 21 hours apart: after 26 hours, a night is
 * missing.
 */
const MAINTAIN_IDLE_HOURS = 26;
/** A day, and time for retries. */
const REPORT_IDLE_HOURS = 26;
/** One slow batch is not a trend. */
const FOR_A_WHILE = { periodSeconds: 300, periods: 3 };
const ONCE = { periodSeconds: HOUR_SECONDS, periods: 1 };
/** A run with many files to commit uses all its time, by design. Six hours of such runs are a problem. */
const FOR_SIX_HOURS = { periodSeconds: HOUR_SECONDS, periods: 6 };

/** Parts of a pipeline that are watched. */
interface PipelineParts {
  readonly trigger: ObjectCreatedTrigger | undefined;
  readonly move: HandlerFunction | undefined;
  readonly createPartition: ScheduledFunction | undefined;
  readonly lake: Lake | undefined;
  readonly makeReport: ScheduledFunction | undefined;
  readonly pipelineWorkgroup: QueryWorkgroup;
  readonly analystWorkgroup: QueryWorkgroup;
}

/** Collects the watched parts. */
export function watchedOf(
  pipeline: PipelineParts,
  { sources, hasDelivered }: Pick<Watched, "sources" | "hasDelivered">,
): Watched {
  const { move, trigger, lake } = pipeline;
  const functions: WatchedFunction[] = [
    ...(move ? [{ subject: "move-access-logs" as const, handler: move, busy: FOR_A_WHILE }] : []),
    ...scheduled("create-partition", pipeline.createPartition, ONCE, 3),
    ...scheduled("transform-partition", lake?.transform, FOR_SIX_HOURS, 1),
    ...scheduled("maintain-lake", lake?.maintain, ONCE, MAINTAIN_IDLE_HOURS),
    ...scheduled("make-report", pipeline.makeReport, ONCE, REPORT_IDLE_HOURS),
  ];
  return {
    sources,
    hasDelivered,
    trigger,
    move,
    functions,
    deadLetterQueues: [
      ...(trigger ? [{ subject: "arrivals", queue: trigger.deadLetterQueue }] : []),
      ...functions.flatMap(({ subject, schedule }) =>
        schedule ? [{ subject, queue: schedule.deadLetterQueue }] : [],
      ),
    ],
    workgroup: pipeline.pipelineWorkgroup.workgroup,
    analystWorkgroup: pipeline.analystWorkgroup.workgroup,
    lake,
  };
}

function scheduled(
  subject: HandlerName,
  scheduledFunction: ScheduledFunction | undefined,
  busy: WatchedFunction["busy"],
  idleHours: number,
): WatchedFunction[] {
  return scheduledFunction ? [{ subject, ...scheduledFunction, busy, idleHours }] : [];
}

/** The function that finds the files of a source, and its metrics; `undefined` if no function counts them. */
export function finderOf(
  { move, lake }: Pick<Watched, "move" | "lake">,
  source: LogSource,
): Finder | undefined {
  if (isAsDelivered(source))
    return lake && { handler: lake.transform.handler, files: "ObjectsFound", bytes: "BytesFound" };
  return move && { handler: move, files: "ObjectsMoved", bytes: "BytesMoved" };
}

export interface Finder {
  readonly handler: HandlerFunction;
  readonly files: "ObjectsMoved" | "ObjectsFound";
  readonly bytes: "BytesMoved" | "BytesFound";
}

/** The functions that skip objects. */
export const skippersOf = ({ move, lake, hasDelivered }: Watched): readonly Skipper[] => [
  ...(move ? [{ subject: "", handler: move }] : []),
  ...(lake && hasDelivered ? [{ subject: "as-delivered", handler: lake.transform.handler }] : []),
];

interface Skipper {
  /** Distinguishes objects of sources that are read as delivered; empty for the others. */
  readonly subject: string;
  readonly handler: HandlerFunction;
}
