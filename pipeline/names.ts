import type { ScheduledHandler } from "./handler-names";
import { isColumnar, isProjected, type PartitionMode } from "./props";

/** The Glue database of a pipeline. */
export const databaseOf = ({
  database,
  name,
}: {
  readonly name: string;
  readonly database?: string | undefined;
}): string => database ?? name.replaceAll("-", "_");

/** Name of the function that moves logs, and of its role. */
export const moveFunctionNameOf = (pipeline: string): string => `${pipeline}-move-access-logs`;

/** Start of the name of the bucket that logs are delivered to, where it cannot be the one that all else lies in. */
export const landingPrefixOf = (pipeline: string): string => `${pipeline}-landing-`;

/** End of that bucket's name, where the other one's is given. */
export const LANDING_SUFFIX = "-landing";

/** Name of the queue of new objects. */
export const arrivalsNameOf = (pipeline: string): string => `${pipeline}-arrivals`;

/** Name of such a function, of its role, of its schedule and of that one's group. */
export const scheduledNameOf = (pipeline: string, handler: ScheduledHandler): string =>
  `${pipeline}-${handler}`;

/** Name of one of several schedules of a group. */
export const scheduleNameOf = (group: string, run: string): string => `${group}-${run}`;

/** Those that a pipeline has. */
export const scheduledHandlersOf = (props: {
  readonly columnar?: boolean | undefined;
  readonly partitions?: PartitionMode | undefined;
}): ScheduledHandler[] => [
  ...(isProjected(props) ? [] : ["create-partition" as const]),
  ...(isColumnar(props) ? ["transform-partition" as const, "maintain-lake" as const] : []),
];

/** @param id `pipeline` or `analysts` */
export const workgroupNameOf = (pipeline: string, id: WorkgroupId): string => `${pipeline}-${id}`;

export type WorkgroupId = "pipeline" | "analysts";

/** Where a function writes its log. */
export const logGroupNameOf = (functionName: string): string => `/aws/lambda/${functionName}`;

/** @param owner name of the queue or schedule that it stands behind */
export const deadLetterQueueNameOf = (owner: string): string => `${owner}-dead-letters`;

/** Where Athena writes results, one folder per workgroup. */
export const RESULTS_PREFIX = "athena-results/";
