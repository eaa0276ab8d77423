import type { FormatId } from "../formats";
import { type ConfiguredSource, formatsOf, sourceNamesOf } from "../formats/configured-source";
import type { HandlerName } from "./handler-names";
import { configuredSourcesOf, keyPrefixOf, silentAfterHoursOf } from "./log-source";
import {
  arrivalsNameOf,
  databaseOf,
  deadLetterQueueNameOf,
  landingPrefixOf,
  logGroupNameOf,
  moveFunctionNameOf,
  scheduledHandlersOf,
  scheduledNameOf,
  scheduleNameOf,
  workgroupNameOf,
} from "./names";
import {
  BUCKET_EVENTS,
  type BucketEvents,
  hasLandingBucket,
  isColumnar,
  isProjected,
  type RegionalProps,
} from "./props";

/** A function of the pipeline, with what stands around it. */
export interface DeployedFunction {
  readonly handler: HandlerName;
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

/** A pipeline as it is deployed: the names that the constructs give, and what commands need to know of it. */
export interface DeployedParts {
  readonly name: string;
  readonly region: string;
  readonly database: string;
  /** Athena workgroup of the pipeline's statements. */
  readonly workgroup: string;
  /** Athena workgroup of the analysts. */
  readonly analystWorkgroup: string;
  readonly sources: readonly ConfiguredSource[];
  /** Bucket that logs are delivered to, if the pipeline did not create it. */
  readonly logBucket?: string;
  /** True if logs are delivered to a bucket of their own, which the pipeline creates. */
  readonly hasLandingBucket: boolean;
  readonly keepOriginals: boolean;
  readonly columnar: boolean;
  readonly move: DeployedFunction;
  readonly scheduled: readonly DeployedFunction[];
  readonly streams: readonly DeployedStream[];
  /** True if Athena computes the partitions. */
  readonly isProjected: boolean;
  /** Start of the name of the bucket that only deliveries go to, if the pipeline made one. */
  readonly landingPrefix?: string;
  /** How the bucket of the deliveries tells of new objects. */
  readonly bucketEvents: BucketEvents;
}

export function deployedPartsOf(props: RegionalProps): DeployedParts {
  const { name, region, sources, existingLogBucket, existingLogBucketEvents } = props;
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
    name,
    region,
    database: databaseOf(props),
    workgroup: workgroupNameOf(name, "pipeline"),
    analystWorkgroup: workgroupNameOf(name, "analysts"),
    sources: configuredSourcesOf(sources),
    ...(existingLogBucket === undefined ? {} : { logBucket: existingLogBucket }),
    hasLandingBucket: hasLandingBucket(props),
    keepOriginals: props.keepOriginals ?? false,
    columnar: isColumnar(props),
    move: { ...functionOf("move-access-logs", moveFunctionNameOf(name), arrivals), queue: arrivals },
    scheduled: scheduledHandlersOf(props).map((handler) => {
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
    isProjected: isProjected(props),
    ...(hasLandingBucket(props) ? { landingPrefix: landingPrefixOf(name) } : {}),
    bucketEvents: existingLogBucket === undefined ? "queue" : (existingLogBucketEvents ?? BUCKET_EVENTS[0]),
  };
}
