import type { AthenaWorkgroup } from "@cdktf/provider-aws/lib/athena-workgroup";
import type { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { HOUR_SECONDS } from "../../formats/time";
import type { LogSource } from "../../pipeline/log-source";
import type { HandlerFunction } from "../handler-function";
import type { Lake } from "../lake";
import type { ObjectCreatedTrigger } from "../object-created-trigger";
import type { QueryWorkgroup } from "../query-workgroup";
import type { Schedule } from "../schedule";

/** A function, and from when on it is late or busy. */
export interface WatchedFunction {
  /** Its name without the pipeline's. */
  readonly subject: string;
  readonly handler: HandlerFunction;
  readonly schedule?: Schedule;
  /** Hours without a start after which runs are missing. */
  readonly idleHours?: number;
  /** For how long it must be near its timeout. */
  readonly busy: { readonly periodSeconds: number; readonly periods: number };
}

/** The parts of a pipeline that alarms and the dashboard are about. */
export interface Watched {
  readonly sources: readonly LogSource[];
  readonly trigger: ObjectCreatedTrigger;
  readonly move: HandlerFunction;
  readonly functions: readonly WatchedFunction[];
  readonly deadLetterQueues: readonly { readonly subject: string; readonly queue: SqsQueue }[];
  /** Of the pipeline's own statements, and of its users' questions. */
  readonly workgroup: AthenaWorkgroup;
  readonly analystWorkgroup: AthenaWorkgroup;
  readonly lake: Lake | undefined;
}

/** From the last run of a night to the first one of the next it is 21: after so many, a night is missing. */
const MAINTAIN_IDLE_HOURS = 26;
/** One slow batch is no trend. */
const FOR_A_WHILE = { periodSeconds: 300, periods: 3 };
const ONCE = { periodSeconds: HOUR_SECONDS, periods: 1 };
/** A run with much to commit takes all the time it has, on purpose. Six hours of such runs are another matter. */
const FOR_SIX_HOURS = { periodSeconds: HOUR_SECONDS, periods: 6 };

/** What of a pipeline's parts is watched. */
interface PipelineParts {
  readonly trigger: ObjectCreatedTrigger;
  readonly move: HandlerFunction;
  readonly createPartition: HandlerFunction | undefined;
  readonly partitionSchedule: Schedule | undefined;
  readonly lake: Lake | undefined;
  readonly pipelineWorkgroup: QueryWorkgroup;
  readonly analystWorkgroup: QueryWorkgroup;
}

/** Collects what is to be watched. */
export function watchedOf(pipeline: PipelineParts, sources: readonly LogSource[]): Watched {
  const { move, trigger, lake } = pipeline;
  const functions: WatchedFunction[] = [
    { subject: "move-access-logs", handler: move, busy: FOR_A_WHILE },
    ...scheduled("create-partition", pipeline.createPartition, pipeline.partitionSchedule, ONCE, 3),
    ...scheduled("transform-partition", lake?.transform, lake?.transformSchedule, FOR_SIX_HOURS, 1),
    ...scheduled("maintain-lake", lake?.maintain, lake?.maintainSchedule, ONCE, MAINTAIN_IDLE_HOURS),
  ];
  return {
    sources,
    trigger,
    move,
    functions,
    deadLetterQueues: [
      { subject: "arrivals", queue: trigger.deadLetterQueue },
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
  subject: string,
  handler: HandlerFunction | undefined,
  schedule: Schedule | undefined,
  busy: WatchedFunction["busy"],
  idleHours: number,
): WatchedFunction[] {
  if (!handler || !schedule) return [];
  return [{ subject, handler, schedule, busy, idleHours }];
}
