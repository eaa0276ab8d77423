import type { NotificationConfiguration } from "@aws-sdk/client-s3";
import { type ConfiguredSource, movedPrefixesOf } from "../../formats/configured-source";
import { CONFIGURATION_KEY } from "../../formats/partition-layout";
import { withDefaults } from "../../formats/privacy";
import { foundValue } from "../../operations/inspector";
import type { QueueState } from "../../operations/queues";
import { type Details, type Finding, finder } from "../finding";
import { CHECK_FINDINGS } from "./check-findings";
import type { CheckFacts, TableFacts } from "./checks";
import type { ScheduleFacts } from "./functions";
import { judgeUnseen } from "./judge-deployment";
import { allowedBy, isAllowed } from "./policy-allows";
import { judgeRejected } from "./rejected";

type Find = (code: keyof typeof CHECK_FINDINGS, where: string, details?: Details) => Finding;

/**
 * Finds errors in the configuration of a pipeline.
 *
 * @param wantedPolicy policy document with all that the landing bucket's policy must allow; `undefined` if
 * the account is not known
 */
export function judgeChecks(facts: CheckFacts, wantedPolicy: string | undefined): Finding[] {
  const { parts, account, bucket, inaccessible } = facts;
  const find = finder(CHECK_FINDINGS, {
    name: parts.name,
    region: parts.region,
    ...(account === undefined ? {} : { account }),
    ...(bucket === undefined ? {} : { bucket }),
  });
  const answers = [...facts.queues, ...facts.functions, ...facts.workgroups];
  if (answers.every(({ answer }) => answer.kind === "missing")) {
    return [find("nothing-deployed", parts.name), ...judgeUnseen(inaccessible, find)];
  }
  return [
    ...(bucket === undefined ? [find("bucket-unknown", parts.name)] : []),
    ...facts.buckets
      .filter(({ answer }) => answer.kind === "missing")
      .map(({ name }) => find("bucket-missing", name)),
    ...judgeLanding(facts, wantedPolicy, find),
    ...judgeQueues(facts, find),
    ...judgeFunctions(facts, find),
    ...judgeConfiguration(facts, find),
    ...judgeMapping(facts, find),
    ...judgeWorkgroups(facts, find),
    ...facts.tables.flatMap((table) => judgeTable(table, parts.database, find)),
    ...judgeRejected(facts.rejected, find),
    ...judgeUnseen(inaccessible, find),
  ];
}

function judgeLanding(facts: CheckFacts, wantedPolicy: string | undefined, find: Find): Finding[] {
  const { landing, parts, queues } = facts;
  const isMissing = facts.buckets.some(
    ({ name, answer }) => name === landing?.bucket && answer.kind === "missing",
  );
  if (!landing || isMissing) return [];
  const { bucket } = landing;
  const configuration = foundValue(landing.notification);
  const queue = arrivalsOf(queues);
  const prefixes = movedPrefixesOf(parts.sources);
  const policy = landing.policy.kind === "missing" ? "{}" : foundValue(landing.policy);
  const undelivered =
    policy === undefined || wantedPolicy === undefined
      ? []
      : allowedBy(wantedPolicy).filter((wanted) => !isAllowed(policy, wanted));
  const isAclOff = foundValue(landing.ownership) === "BucketOwnerEnforced";
  return [
    ...(configuration &&
    parts.move &&
    parts.bucketEvents === "eventbridge" &&
    !configuration.EventBridgeConfiguration
      ? [find("eventbridge-off", bucket, { bucket })]
      : []),
    ...(configuration && queue && parts.bucketEvents === "queue"
      ? prefixes
          .filter((prefix) => !tellsOf(configuration, queue.arn, prefix))
          .map((prefix) =>
            find("notification-missing", bucket, {
              bucket,
              prefix,
              queue: queue.arn,
              prefixes,
            }),
          )
      : []),
    ...undelivered.map(({ principal, action, resource }) =>
      find("delivery-denied", bucket, { who: principal, action, resource }),
    ),
    ...(isAclOff ? parts.deliverersByAcl.map((service) => find("acl-off", bucket, { bucket, service })) : []),
  ];
}

/** The queue of new objects, if it could be inspected. */
const arrivalsOf = (queues: CheckFacts["queues"]): QueueState | undefined =>
  queues.filter(({ isDeadLetters }) => !isDeadLetters).map(({ answer }) => foundValue(answer))[0];

/** True if the queue gets an event for every new object below the prefix. */
const tellsOf = (configuration: NotificationConfiguration, queueArn: string, prefix: string): boolean =>
  (configuration.QueueConfigurations ?? []).some(({ QueueArn, Events = [], Filter }) => {
    const rules = Filter?.Key?.FilterRules ?? [];
    const start = rules.find(({ Name }) => Name?.toLowerCase() === "prefix")?.Value ?? "";
    const hasSuffix = rules.some(({ Name }) => Name?.toLowerCase() === "suffix");
    return (
      QueueArn === queueArn && Events.includes("s3:ObjectCreated:*") && prefix.startsWith(start) && !hasSuffix
    );
  });

function judgeQueues({ parts, queues }: CheckFacts, find: Find): Finding[] {
  const service = parts.bucketEvents === "eventbridge" ? "events.amazonaws.com" : "s3.amazonaws.com";
  return queues.flatMap(({ name, isDeadLetters, answer }) => {
    if (answer.kind === "missing") {
      return [find("part-missing", name, { part: isDeadLetters ? "dead-letter queue" : "queue" })];
    }
    const state = foundValue(answer);
    if (!state || isDeadLetters) return [];
    const wanted = { principal: service, action: "sqs:SendMessage", resource: state.arn };
    return [
      ...(isAllowed(state.policy ?? "{}", wanted) ? [] : [find("queue-closed", name, { service })]),
      ...(state.redrivePolicy === undefined ? [find("queue-without-dead-letters", name)] : []),
    ];
  });
}

function judgeFunctions(facts: CheckFacts, find: Find): Finding[] {
  return facts.functions.flatMap(({ name, answer, schedules }): Finding[] => {
    const state = foundValue(answer);
    const denied = facts.errors.find(
      ({ functionName, message }) => functionName === name && DENIED.test(message),
    );
    return [
      ...(answer.kind === "missing" ? [find("part-missing", name, { part: "function" })] : []),
      ...(state && !/^Active\b/.test(state.state)
        ? [find("function-inactive", name, { state: state.state })]
        : []),
      ...(facts.concurrency.get(name) === 0 ? [find("function-stopped", name)] : []),
      ...(state ? outdated(facts, name, state.environment, find) : []),
      ...(denied ? [find("function-denied", name, { message: denied.message })] : []),
      ...schedules.flatMap((schedule) => judgeSchedule(schedule, state?.arn, find)),
    ];
  });
}

function judgeSchedule(
  { name, answer }: ScheduleFacts,
  functionArn: string | undefined,
  find: Find,
): Finding[] {
  if (answer.kind === "missing") return [find("part-missing", name, { part: "schedule" })];
  const state = foundValue(answer);
  if (state === undefined) return [];
  return [
    ...(state.isEnabled ? [] : [find("schedule-off", name)]),
    ...(functionArn === undefined || state.target === functionArn
      ? []
      : [find("schedule-target", name, { target: state.target })]),
  ];
}

const DENIED = /AccessDenied|not authorized to perform|Access Denied/;

/**
 * Checks variables that depend on the settings. Others depend on the code's version, which `terraform plan`
 * shows.
 */
function outdated(
  { parts, bucket }: CheckFacts,
  name: string,
  environment: Readonly<Record<string, string>>,
  find: Find,
): Finding[] {
  const expected: Readonly<Record<string, string | undefined>> =
    name === parts.move?.name
      ? {
          KEEP_ORIGINALS: String(parts.keepOriginals),
          TARGET_BUCKET: bucket,
        }
      : { DATABASE: parts.database, WORKGROUP: parts.workgroup, BUCKET: bucket };
  return Object.entries(expected)
    .filter(([variable, value]) => value !== undefined && environment[variable] !== value)
    .map(([variable]) =>
      find("function-outdated", name, { variable, got: environment[variable] ?? "not set" }),
    );
}

/** Sources are equal with or without their default values. */
function judgeConfiguration({ parts, bucket, buckets, configuration }: CheckFacts, find: Find): Finding[] {
  const isBucketThere = buckets.some(({ name, answer }) => name === bucket && answer.kind !== "missing");
  if (configuration === undefined || configuration.kind === "inaccessible" || !isBucketThere) return [];
  const told = sourcesIn(foundValue(configuration) ?? "");
  const wanted = comparable(parts.sources);
  const different = [...new Set([...wanted.keys(), ...told.keys()])].filter(
    (name) => wanted.get(name) !== told.get(name),
  );
  return different.length === 0
    ? []
    : [find("sources-outdated", `s3://${bucket}/${CONFIGURATION_KEY}`, { sources: different.join(", ") })];
}

function sourcesIn(text: string): ReadonlyMap<string, string> {
  try {
    const { sources }: { readonly sources?: readonly ConfiguredSource[] } = JSON.parse(text);
    return comparable(sources ?? []);
  } catch {
    return new Map();
  }
}

const comparable = (sources: readonly ConfiguredSource[]): ReadonlyMap<string, string> =>
  new Map(
    sources.map(({ name, format, prefix, partition = false, privacy = {}, asDelivered }) => [
      name,
      JSON.stringify([format, prefix, partition, withDefaults(privacy), asDelivered?.bucket]),
    ]),
  );

function judgeMapping({ parts, mappings, queues }: CheckFacts, find: Find): Finding[] {
  const queue = arrivalsOf(queues);
  const known = mappings && foundValue(mappings);
  if (!queue || !known || !parts.move) return [];
  const ofQueue = known.find(({ queueArn }) => queueArn === queue.arn);
  const { name } = parts.move;
  if (!ofQueue) return [find("mapping-off", name, { state: "missing" })];
  return [
    ...(ofQueue.state === "Enabled" ? [] : [find("mapping-off", name, { state: ofQueue.state })]),
    ...(ofQueue.isByMessage ? [] : [find("mapping-by-batch", name)]),
  ];
}

const ENGINE = "Athena engine version 3";

const judgeWorkgroups = ({ workgroups, bucket }: CheckFacts, find: Find): Finding[] =>
  workgroups.flatMap(({ name, answer }) => {
    if (answer.kind === "missing") return [find("part-missing", name, { part: "workgroup" })];
    const state = foundValue(answer);
    if (!state) return [];
    const expected = `s3://${bucket}/`;
    return [
      ...(state.isEnabled ? [] : [find("workgroup-off", name)]),
      ...(state.isEnforced ? [] : [find("workgroup-open", name)]),
      ...(state.engine === ENGINE ? [] : [find("workgroup-engine", name, { engine: state.engine })]),
      ...(bucket === undefined || state.output.startsWith(expected)
        ? []
        : [find("workgroup-output", name, { got: state.output, expected })]),
    ];
  });

function judgeTable(table: TableFacts, database: string, find: Find): Finding[] {
  const { name, isDeployed, expected, location, answer } = table;
  const where = `${database}.${name}`;
  if (answer.kind === "missing") return [find(isDeployed ? "table-missing" : "typed-table-missing", where)];
  const found = foundValue(answer);
  if (!found) return [];
  const missing = [...expected.keys()].filter((column) => !found.columns.has(column));
  const unknown = [...found.columns.keys()].filter((column) => !expected.has(column));
  return [
    ...(missing.length > 0 ? [find("table-column-missing", where, { columns: missing.join(", ") })] : []),
    ...(unknown.length > 0 ? [find("table-column-unknown", where, { columns: unknown.join(", ") })] : []),
    ...[...expected].flatMap(([column, type]) => {
      const got = found.columns.get(column);
      return got === undefined || got === type
        ? []
        : [find("table-column-type", where, { column, got, expected: type })];
    }),
    ...(location !== undefined && found.location !== undefined && withSlash(found.location) !== location
      ? [find("table-location", where, { got: found.location, expected: location })]
      : []),
  ];
}

const withSlash = (location: string): string => (location.endsWith("/") ? location : `${location}/`);
