import type { NotificationConfiguration, QueueConfiguration } from "@aws-sdk/client-s3";
import { UserError } from "../terminal/user-error";

/** How a bucket reports new objects to the pipeline. */
export type Connection =
  | { readonly kind: "eventbridge" }
  | { readonly kind: "queue"; readonly arn: string; readonly prefixes: readonly string[] };

/** The configuration to write to the bucket, and a description of the changes. */
export interface NotificationPlan {
  readonly next: NotificationConfiguration;
  /** One line for each change, `+ ...` or `- ...`; empty if nothing changes. */
  readonly changes: readonly string[];
}

/** Prefix of the ids of this project's entries. Other entries are never changed. */
const ID_PREFIX = "access-logs:";
const CREATED = "s3:ObjectCreated:*";

/** Any entry, whatever its target is. */
interface Entry {
  readonly Id?: string | undefined;
  readonly Events?: readonly string[] | undefined;
  readonly Filter?: QueueConfiguration["Filter"];
}

/**
 * Adds a connection to a bucket's notification configuration or removes it. The configuration is one document
 * that is always written whole, so all other entries are kept unchanged.
 *
 * @throws UserError if a foreign entry covers the same objects: S3 allows only one
 */
export function planConnection(current: NotificationConfiguration, wanted: Connection): NotificationPlan {
  if (wanted.kind === "eventbridge") {
    return current.EventBridgeConfiguration
      ? { next: current, changes: [] }
      : { next: { ...current, EventBridgeConfiguration: {} }, changes: ["+ every event to EventBridge"] };
  }
  const { arn, prefixes } = wanted;
  const others = (current.QueueConfigurations ?? []).filter((entry) => !isOurs(entry));
  for (const prefix of prefixes) refuseOverlap({ ...current, QueueConfigurations: others }, prefix);
  const own = prefixes.map((prefix) => entryOf(arn, prefix));
  return planOf(current, [...others, ...own]);
}

/**
 * Removes this project's queue entries, or switches EventBridge off, which also affects other rules on its
 * events.
 */
export function planRemoval(current: NotificationConfiguration, wanted: Connection): NotificationPlan {
  if (wanted.kind === "eventbridge") {
    const { EventBridgeConfiguration: events, ...next } = current;
    return { next, changes: events ? ["- every event to EventBridge, for all its consumers"] : [] };
  }
  return planOf(
    current,
    (current.QueueConfigurations ?? []).filter((entry) => !isOurs(entry)),
  );
}

const isOurs = ({ Id }: Entry): boolean => Id?.startsWith(ID_PREFIX) ?? false;

const entryOf = (arn: string, prefix: string): QueueConfiguration => ({
  Id: `${ID_PREFIX}${prefix}`,
  QueueArn: arn,
  Events: [CREATED],
  ...(prefix === "" ? {} : { Filter: { Key: { FilterRules: [{ Name: "prefix", Value: prefix }] } } }),
});

function planOf(current: NotificationConfiguration, queues: readonly QueueConfiguration[]): NotificationPlan {
  const before = (current.QueueConfigurations ?? []).map(textOf);
  const after = queues.map(textOf);
  const changes = [
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ];
  const { QueueConfigurations: _, ...rest } = current;
  const next = queues.length > 0 ? { ...rest, QueueConfigurations: [...queues] } : rest;
  return { next: changes.length > 0 ? next : current, changes };
}

const textOf = (entry: QueueConfiguration): string =>
  `${entry.Events?.join(", ")} below "${filterOf(entry, "prefix")}" to ${entry.QueueArn} (${entry.Id ?? "no id"})`;

const filterOf = ({ Filter }: Entry, name: "prefix" | "suffix"): string =>
  Filter?.Key?.FilterRules?.find((rule) => rule.Name?.toLowerCase() === name)?.Value ?? "";

function refuseOverlap(current: NotificationConfiguration, prefix: string): void {
  const entries: readonly Entry[] = [
    ...(current.TopicConfigurations ?? []),
    ...(current.QueueConfigurations ?? []),
    ...(current.LambdaFunctionConfigurations ?? []),
  ];
  const other = entries.find((entry) => {
    const taken = filterOf(entry, "prefix");
    const isCreation = entry.Events?.some((event) => event.startsWith("s3:ObjectCreated:")) ?? false;
    return isCreation && (taken.startsWith(prefix) || prefix.startsWith(taken));
  });
  if (!other) return;
  throw new UserError(
    `prefix "${prefix}": the notification "${other.Id ?? "without an id"}" already covers "${filterOf(other, "prefix")}", and S3 sends an object's event only once; use --eventbridge, which works in addition to other notifications`,
  );
}

/** Text of a configuration that does not depend on the order of its parts. */
export const normalized = (configuration: NotificationConfiguration): string =>
  JSON.stringify(
    Object.fromEntries(
      (["TopicConfigurations", "QueueConfigurations", "LambdaFunctionConfigurations"] as const).map(
        (list) => [list, (configuration[list] ?? []).map((entry) => JSON.stringify(sorted(entry))).sort()],
      ),
    ),
  ) + String(configuration.EventBridgeConfiguration !== undefined);

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}
