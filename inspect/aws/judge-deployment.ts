import { FORMATS } from "../../formats";
import { HOUR_MS } from "../../formats/time";
import { type Answer, foundValue, type Inaccessible } from "../../operations/inspector";
import { type DeployedSource, functionsOf } from "../../pipeline/deployed-parts";
import { age, count, counted } from "../../terminal/quantities";
import type { StreamFacts } from "../facts";
import { type Details, type Finding, finder } from "../finding";
import { ends, hoursText } from "../hours-text";
import { judgeStreams, nameOf } from "../judge-streams";
import { MAX_CATALOG_LAG_MS, MAX_LAG_MS, MAX_LANDING_MS, MAX_QUEUE_AGE_MS } from "../thresholds";
import { STATUS_FINDINGS } from "./aws-findings";
import type { DeploymentFacts } from "./facts";
import { judgeRejected } from "./rejected";

type Find = (code: keyof typeof STATUS_FINDINGS, where: string, details?: Details) => Finding;

/** Finds problems of a deployed pipeline. */
export function judgeDeployment(facts: DeploymentFacts): Finding[] {
  const { parts, account = "unknown", bucket } = facts;
  const find = finder(STATUS_FINDINGS, {
    name: parts.name,
    region: parts.region,
    account,
    ...(bucket === undefined ? {} : { bucket }),
  });
  const missing = missingParts(facts);
  if (missing.length > 0 && missing.length === partsOf(facts).length) {
    return [find("nothing-deployed", parts.name), ...judgeUnseen(facts.inaccessible, find)];
  }
  return [
    ...missing.map(({ part, name }) => find("part-missing", name, { part })),
    ...(bucket === undefined ? [find("bucket-unknown", parts.name)] : []),
    ...facts.alarms.map(({ name, description, reason }) =>
      find("alarm-on", name, {
        description: description === "" ? "(no description)" : description,
        reason,
      }),
    ),
    ...judgeQueues(facts, find),
    ...judgeFunctions(facts, find),
    ...judgeCommit(facts, find),
    ...judgeRejected(facts.rejected, find),
    ...facts.streams.flatMap((stream) => judgeArrival(facts, stream, find)),
    ...judgeStreams(
      facts.streams,
      facts.at,
      parts.columnar ? MAX_LAG_MS : MAX_CATALOG_LAG_MS,
      (code, where, details) => find(code, where, { function: committerOf(facts), ...details }),
    ),
    ...judgeUnseen(facts.inaccessible, find),
  ];
}

interface Part {
  readonly part: string;
  readonly name: string;
  readonly answer: Answer<unknown>;
}

const partsOf = ({ queues, functions }: DeploymentFacts): Part[] => [
  ...queues.map(({ name, isDeadLetters, answer }) => ({
    part: isDeadLetters ? "dead-letter queue" : "queue",
    name,
    answer,
  })),
  ...functions.flatMap(({ name, answer, schedules }) => [
    { part: "function", name, answer },
    ...schedules.map((schedule) => ({ part: "schedule", ...schedule })),
  ]),
];

const missingParts = (facts: DeploymentFacts): Part[] =>
  partsOf(facts).filter(({ answer }) => answer.kind === "missing");

/** Groups inaccessible resources: one finding for each denied permission and each reason of a failure. */
export function judgeUnseen(
  inaccessible: readonly Inaccessible[],
  find: (code: "not-allowed" | "not-answered", where: string, details: Details) => Finding,
): Finding[] {
  const kindOf = ({ kind, permission, reason }: Inaccessible) =>
    `${kind} ${kind === "denied" ? permission : reason}`;
  const sorted = [...inaccessible].sort((a, b) => (a.where < b.where ? -1 : 1));
  return [...new Set(sorted.map(kindOf))].flatMap((key) => {
    const ofKind = sorted.filter((item) => kindOf(item) === key);
    const [first] = ofKind;
    if (!first) return [];
    const { where, permission, kind, reason } = first;
    const place = ofKind.length > 1 ? `${where} and ${ofKind.length - 1} more` : where;
    return [find(kind === "denied" ? "not-allowed" : "not-answered", place, { permission, reason })];
  });
}

function judgeQueues({ parts, queues, metrics }: DeploymentFacts, find: Find): Finding[] {
  const functions = functionsOf(parts);
  return queues.flatMap(({ name, isDeadLetters, answer }): Finding[] => {
    const state = foundValue(answer);
    const owner = functions.find(({ queue, deadLetterQueue }) => name === queue || name === deadLetterQueue);
    if (!state || !owner) return [];
    const messages = counted(state.waiting + state.inFlight, "message");
    const details = { messages, function: owner.name, handler: owner.handler };
    if (isDeadLetters) {
      return state.waiting + state.inFlight > 0 ? [find("dead-letters", name, details)] : [];
    }
    const oldest = (metrics?.oldestSeconds.get(name) ?? 0) * 1000;
    // The age is some minutes old, so the queue must also be non-empty now.
    const isOld = oldest > MAX_QUEUE_AGE_MS && state.waiting + state.inFlight > 0;
    return isOld ? [find("queue-old", name, { ...details, age: age(oldest) })] : [];
  });
}

function judgeFunctions({ parts, metrics }: DeploymentFacts, find: Find): Finding[] {
  return functionsOf(parts).flatMap(({ name, logGroup }) => {
    const counts = metrics?.functions.get(name);
    if (!counts) return [];
    const { recentErrors, errors, recentThrottles } = counts;
    return [
      ...(recentErrors > 0
        ? [find("function-failing", name, { errors: count(recentErrors), day: count(errors), logGroup })]
        : []),
      ...(recentThrottles > 0
        ? [find("function-throttled", name, { throttles: count(recentThrottles) })]
        : []),
    ];
  });
}

function judgeCommit(facts: DeploymentFacts, find: Find): Finding[] {
  const { pendingCommit, at } = facts;
  const since = pendingCommit ? at.getTime() - pendingCommit.writtenAt.getTime() : 0;
  if (!pendingCommit || since <= MAX_LAG_MS) return [];
  const details = { age: age(since), function: committerOf(facts) };
  return [find("commit-stuck", pendingCommit.key, details)];
}

function judgeArrival(facts: DeploymentFacts, stream: StreamFacts, find: Find): Finding[] {
  const { at, parts } = facts;
  const { landing, hours, notedElsewhere = [] } = stream;
  const where = nameOf(stream);
  const lying = landing?.waitingSince ? at.getTime() - landing.waitingSince.getTime() : 0;
  const unknown = hours.filter(
    ({ isInCatalog, newest }) =>
      isInCatalog === false && newest && at.getTime() - newest.getTime() > MAX_CATALOG_LAG_MS,
  );
  const partitions = unknown.map(({ partition }) => partition);
  return [
    ...judgeSilence(facts, stream, find),
    ...(notedElsewhere.length > 0
      ? [
          find("backlog", where, {
            hours: hoursText(notedElsewhere),
            function: committerOf(facts),
            ...ends(notedElsewhere),
          }),
        ]
      : []),
    ...(landing && lying > MAX_LANDING_MS
      ? [
          find("not-moved", where, {
            files: `${landing.isCutShort ? "more than " : ""}${counted(landing.waiting, "file")}`,
            age: age(lying),
            function: parts.move?.name ?? "",
            ...ends(landing.partitions),
          }),
        ]
      : []),
    ...(partitions.length > 0
      ? [find("partition-missing", where, { hours: hoursText(partitions), ...ends(partitions) })]
      : []),
  ];
}

function judgeSilence(facts: DeploymentFacts, stream: StreamFacts, find: Find): Finding[] {
  const deployed = facts.parts.streams.find(
    ({ format, source }) => FORMATS[format].table === stream.table && source === stream.source,
  );
  return (deployed?.sources ?? []).flatMap((source) => {
    const { name, silentAfterHours } = source;
    const limit = silentAfterHours * HOUR_MS;
    const silence = silenceOf(facts, stream, source);
    return limit > 0 && silence !== undefined && silence > limit
      ? [find("source-silent", name, { age: age(silence), limit: age(limit) })]
      : [];
  });
}

/** Time since the last file of a source; `undefined` if it is not known. */
function silenceOf(
  facts: DeploymentFacts,
  stream: StreamFacts,
  { name, isAsDelivered }: DeployedSource,
): number | undefined {
  const { at, range, metrics } = facts;
  // After the move, files of several sources cannot be distinguished; files as delivered are not listed.
  if (isAsDelivered || stream.sources.length > 1) {
    const hours = metrics?.hoursSinceFile.get(name);
    return hours === undefined ? undefined : hours * HOUR_MS;
  }
  // For a range in the past, the time of the last delivery is not known.
  const isNow = range.to + HOUR_MS > at.getTime();
  if (stream.isUnseen || !isNow) return undefined;
  return at.getTime() - (stream.lastDelivery?.getTime() ?? range.from);
}

/** The function that consumes the notes. */
const committerOf = ({ parts }: DeploymentFacts): string => {
  const wanted = parts.columnar ? "transform-partition" : "create-partition";
  return parts.scheduled.find(({ handler }) => handler === wanted)?.name ?? wanted;
};
