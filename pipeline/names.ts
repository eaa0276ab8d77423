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

/** Name prefix of the landing bucket, if it is not the pipeline's bucket. */
export const landingPrefixOf = (pipeline: string): string => `${pipeline}-landing-`;

/** Suffix of the landing bucket's name, if the name of the pipeline's bucket is given. */
export const LANDING_SUFFIX = "-landing";

/** Name of the queue of new objects. */
export const arrivalsNameOf = (pipeline: string): string => `${pipeline}-arrivals`;

/** Name of a scheduled function, its role, its schedule and the schedule's group. */
export const scheduledNameOf = (pipeline: string, handler: ScheduledHandler): string =>
  `${pipeline}-${handler}`;

/** Name of one of several schedules of a group. */
export const scheduleNameOf = (group: string, run: string): string => `${group}-${run}`;

/** The scheduled functions of a pipeline. */
export const scheduledHandlersOf = (props: {
  readonly columnar?: boolean | undefined;
  readonly partitions?: PartitionMode | undefined;
  readonly report?: object | undefined;
}): ScheduledHandler[] => [
  ...(isProjected(props) ? [] : ["create-partition" as const]),
  ...(isColumnar(props) ? ["transform-partition" as const, "maintain-lake" as const] : []),
  ...(props.report === undefined ? [] : ["make-report" as const]),
];

/** @param id `pipeline` or `analysts` */
export const workgroupNameOf = (pipeline: string, id: WorkgroupId): string => `${pipeline}-${id}`;

export type WorkgroupId = "pipeline" | "analysts";

/** Log group of a function. */
export const logGroupNameOf = (functionName: string): string => `/aws/lambda/${functionName}`;

/** @param owner name of its queue or schedule */
export const deadLetterQueueNameOf = (owner: string): string => `${owner}-dead-letters`;

/** Prefix of Athena's results, with one folder per workgroup. */
export const RESULTS_PREFIX = "athena-results/";
