import type { FormatId } from "../formats";
import { formatsOf, sourceNamesOf } from "../formats/configured-source";
import { type Deployment, deploymentOf } from "../settings/deployment";
import { type Settings, toLogSource } from "../settings/schema";
import { keyPrefixOf, silentAfterHoursOf } from "./log-source";
import {
  arrivalsNameOf,
  deadLetterQueueNameOf,
  landingPrefixOf,
  logGroupNameOf,
  moveFunctionNameOf,
  type ScheduledHandler,
  scheduledHandlersOf,
  scheduledNameOf,
  scheduleNameOf,
  workgroupNameOf,
} from "./names";
import { BUCKET_EVENTS, type BucketEvents, hasLandingBucket, isProjected } from "./props";

/** A function of the pipeline, with what stands around it. */
export interface DeployedFunction {
  readonly handler: "move-access-logs" | ScheduledHandler;
  readonly name: string;
  readonly logGroup: string;
  /** Queue of what it could not do. */
  readonly deadLetterQueue: string;
  /** Queue that it takes its work from. */
  readonly queue?: string;
  /** Schedules that invoke it, and their group. */
  readonly schedules?: { readonly group: string; readonly names: readonly string[] };
}

export interface DeployedSource {
  readonly name: string;
  /** What the keys of its objects start with. */
  readonly prefix: string;
  /** Hours without a file after which something must be wrong; 0 if nobody can say. */
  readonly silentAfterHours: number;
}

/** One table, or one source of a table that is partitioned by source. */
export interface DeployedStream {
  readonly format: FormatId;
  /** Value of the `source` partition key, if the table has one. */
  readonly source?: string;
  /** Sources whose files end there. */
  readonly sources: readonly DeployedSource[];
}

/** What there is to look at, beside what each command knows. */
export interface DeployedParts extends Deployment {
  readonly name: string;
  readonly move: DeployedFunction;
  readonly scheduled: readonly DeployedFunction[];
  readonly streams: readonly DeployedStream[];
  /** Workgroups of the pipeline and of the analysts. */
  readonly workgroups: readonly [pipeline: string, analysts: string];
  /** True if Athena computes the partitions. */
  readonly isProjected: boolean;
  /** Start of the name of the bucket that only deliveries go to, if the pipeline made one. */
  readonly landingPrefix?: string;
  /** How the bucket of the deliveries tells of new objects. */
  readonly bucketEvents: BucketEvents;
}

/** Names are the ones that the constructs give. */
export function partsOf(settings: Settings): DeployedParts {
  const { name, existingLogBucket, existingLogBucketEvents } = settings;
  const sources = settings.sources.map(toLogSource);
  const functionOf = (
    handler: DeployedFunction["handler"],
    functionName: string,
    owner: string,
  ): DeployedFunction => ({
    handler,
    name: functionName,
    logGroup: logGroupNameOf(functionName),
    deadLetterQueue: deadLetterQueueNameOf(owner),
  });
  const arrivals = arrivalsNameOf(name);
  return {
    ...deploymentOf(settings),
    name,
    move: { ...functionOf("move-access-logs", moveFunctionNameOf(name), arrivals), queue: arrivals },
    scheduled: scheduledHandlersOf(settings).map((handler) => {
      const scheduled = scheduledNameOf(name, handler);
      const names =
        handler === "maintain-lake"
          ? formatsOf(sources).map((format) => scheduleNameOf(scheduled, format))
          : [scheduled];
      return { ...functionOf(handler, scheduled, scheduled), schedules: { group: scheduled, names } };
    }),
    streams: formatsOf(sources).flatMap((format): DeployedStream[] => {
      const ofFormat = sources
        .filter((source) => source.format === format)
        .map((source) => ({
          name: source.name,
          prefix: keyPrefixOf(source),
          silentAfterHours: silentAfterHoursOf(source),
        }));
      const isBySource = sourceNamesOf(sources, format).length > 0;
      if (!isBySource) return [{ format, sources: ofFormat }];
      return ofFormat.map((source) => ({ format, source: source.name, sources: [source] }));
    }),
    workgroups: [workgroupNameOf(name, "pipeline"), workgroupNameOf(name, "analysts")],
    isProjected: isProjected(settings),
    ...(hasLandingBucket(settings) ? { landingPrefix: landingPrefixOf(name) } : {}),
    bucketEvents: existingLogBucket === undefined ? "queue" : (existingLogBucketEvents ?? BUCKET_EVENTS[0]),
  };
}
