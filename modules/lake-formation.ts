import type { Construct } from "constructs";
import { withoutSlash } from "../pipeline/log-delivery";
import { isAsDelivered, keyPrefixOf, uncoveredSources } from "../pipeline/log-source";
import type { AccessLogPipelineProps } from "../pipeline/props";
import type { Lake } from "./lake";
import { LakeFormationGrants } from "./lake-formation-grants";
import { type LakeLocation, LakeLocations } from "./lake-locations";
import type { PipelineBuckets } from "./pipeline-buckets";
import type { ScheduledFunction } from "./scheduled-function";

/** What Lake Formation controls access to, and the functions that need it. */
export interface GrantedParts {
  readonly buckets: PipelineBuckets;
  /** Name of the Glue database. */
  readonly database: string;
  readonly createPartition: ScheduledFunction | undefined;
  readonly lake: Lake | undefined;
  readonly makeReport: ScheduledFunction | undefined;
}

/** Grants the functions what they need in Lake Formation, and registers the locations if the options ask for it. */
export function grantInLakeFormation(
  scope: Construct,
  props: AccessLogPipelineProps,
  { buckets, database, createPartition, lake, makeReport }: GrantedParts,
): void {
  const functions: readonly (readonly [string, ScheduledFunction | undefined, readonly LakeLocation[]])[] = [
    ["create_partition", createPartition, ["raw"]],
    ["transform_partition", lake?.transform, ["raw", "lake"]],
    ["maintain_lake", lake?.maintain, ["lake"]],
    ["make_report", makeReport, []],
  ];
  // The function that adds the partitions of files as delivered needs their locations.
  const addsDelivered = lake?.transform ?? createPartition;
  const registered = props.lakeFormationLocations
    ? new LakeLocations(scope, "lake_formation", {
        bucketArn: buckets.bucket.bucket.arn,
        hasLake: lake !== undefined,
        delivered: deliveredLocations(props, buckets),
      })
    : undefined;
  for (const [id, scheduled, locations] of functions) {
    if (!scheduled) continue;
    new LakeFormationGrants(scope, `${id}_grants`, {
      role: scheduled.handler.role,
      database,
      locations: registered ? locations.flatMap((location) => registered.arns[location] ?? []) : [],
      delivered: registered && scheduled === addsDelivered ? registered.delivered : {},
      createsTables: scheduled === lake?.transform,
    });
  }
}

/** Locations of files as delivered, by the name of their source. */
const deliveredLocations = (
  { sources }: AccessLogPipelineProps,
  { landingArn }: PipelineBuckets,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    uncoveredSources(sources)
      .filter(isAsDelivered)
      .map((source) => [source.name, `${landingArn}/${withoutSlash(keyPrefixOf(source))}`]),
  );
