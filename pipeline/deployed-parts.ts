import type { FormatId } from "../formats";
import { type ConfiguredSource, formatsOf, sourceNamesOf } from "../formats/configured-source";
import type { HandlerName } from "./handler-names";
import { aclDeliveriesOf } from "./log-delivery";
import { configuredSourcesOf, isAsDelivered, keyPrefixOf, silentAfterHoursOf } from "./log-source";
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
  isMoving,
  isProjected,
  type RegionalProps,
} from "./props";

/** A function of the pipeline, with its queues and schedules. */
export interface DeployedFunction {
  readonly handler: HandlerName;
  readonly name: string;
  readonly logGroup: string;
  /** Queue of its failed messages or runs. */
  readonly deadLetterQueue: string;
  /** Queue that invokes it. */
  readonly queue?: string;
  /** Schedules that invoke it, and their group. */
  readonly schedules?: { readonly group: string; readonly names: readonly string[] };
}

export interface DeployedSource {
  readonly name: string;
  /** Key prefix of its objects. */
  readonly prefix: string;
  /** Hours without a file that indicate a problem; 0 if there is no such limit. */
  readonly silentAfterHours: number;
  /** True if its files are read where AWS delivers them. */
  readonly isAsDelivered: boolean;
}

/** One table, or one source of a table that is partitioned by source. */
export interface DeployedStream {
  readonly format: FormatId;
  /** Value of the `source` partition key, if the table has one. */
  readonly source?: string;
  /** Sources of its files. */
  readonly sources: readonly DeployedSource[];
}

/** A deployed pipeline: the names that the constructs give, and other values that commands need. */
export interface DeployedParts {
  readonly name: string;
  readonly region: string;
  readonly database: string;
  /** Athena workgroup of the pipeline's statements. */
  readonly workgroup: string;
  /** Athena workgroup of the analysts. */
  readonly analystWorkgroup: string;
  /** The bucket of files as delivered is empty if the pipeline creates it: see `withLanding`. */
  readonly sources: readonly ConfiguredSource[];
  /** The services that deliver by the bucket's access control list. */
  readonly deliverersByAcl: readonly string[];
  /** Bucket that logs are delivered to, if the pipeline did not create it. */
  readonly logBucket?: string;
  /** True if logs are delivered to a separate bucket that the pipeline creates. */
  readonly hasLandingBucket: boolean;
  readonly keepOriginals: boolean;
  readonly columnar: boolean;
  /** The function that moves files, if sources need it. */
  readonly move?: DeployedFunction;
  readonly scheduled: readonly DeployedFunction[];
  readonly streams: readonly DeployedStream[];
  /** True if Athena computes the partitions. */
  readonly isProjected: boolean;
  /** Name prefix of the landing bucket, if the pipeline created one. */
  readonly landingPrefix?: string;
  /** How the landing bucket reports new objects. */
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
    sources: configuredSourcesOf(sources, existingLogBucket ?? ""),
    deliverersByAcl: aclDeliveriesOf(sources).map(({ service }) => service),
    ...(existingLogBucket === undefined ? {} : { logBucket: existingLogBucket }),
    hasLandingBucket: hasLandingBucket(props),
    keepOriginals: props.keepOriginals ?? false,
    columnar: isColumnar(props),
    ...(isMoving(props)
      ? { move: { ...functionOf("move-access-logs", moveFunctionNameOf(name), arrivals), queue: arrivals } }
      : {}),
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
          isAsDelivered: isAsDelivered(source),
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

/** The same parts with the bucket that logs are delivered to: the name of a bucket may be known only after the apply. */
export const withLanding = (parts: DeployedParts, landing: string): DeployedParts => ({
  ...parts,
  sources: parts.sources.map((source) =>
    source.asDelivered ? { ...source, asDelivered: { bucket: landing } } : source,
  ),
});

/** Every function. */
export const functionsOf = ({
  move,
  scheduled,
}: Pick<DeployedParts, "move" | "scheduled">): readonly DeployedFunction[] =>
  move ? [move, ...scheduled] : scheduled;

/** The workgroups of the pipeline and of the analysts. */
export const workgroupsOf = ({
  workgroup,
  analystWorkgroup,
}: Pick<DeployedParts, "workgroup" | "analystWorkgroup">): readonly string[] => [workgroup, analystWorkgroup];
