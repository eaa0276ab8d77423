import { foundValue } from "../../operations/inspector";
import { type PrintedColumn, printTable } from "../../terminal/print-table";
import { age, byteText, compact, counted, sum } from "../../terminal/quantities";
import { SCREEN_WIDTH } from "../../terminal/wrapped";
import { filesOf } from "../judge-streams";
import { printStreams, streamJson } from "../print-streams";
import { dayCost } from "./day-cost";
import type { DeploymentFacts } from "./facts";
import type { ScheduleFacts } from "./functions";
import { reconciledJson, reconciledTable } from "./print-reconciled";

const UNKNOWN = "-";
const SHOWN_ERRORS = 5;

const QUEUE_COLUMNS: readonly PrintedColumn[] = [
  { title: "QUEUE", align: "left" },
  { title: "MESSAGES", align: "right" },
  { title: "IN FLIGHT", align: "right" },
  { title: "OLDEST", align: "right" },
];
const FUNCTION_COLUMNS: readonly PrintedColumn[] = [
  { title: "FUNCTION, LAST DAY", align: "left" },
  { title: "RUNS", align: "right" },
  { title: "ERRORS", align: "right" },
  { title: "THROTTLED", align: "right" },
  { title: "SCHEDULE", align: "right" },
];

/** The tables of a deployed pipeline for people. */
export const deploymentTables = (facts: DeploymentFacts): string[] => [
  printStreams(facts.streams, facts.at),
  reconciledTable(facts),
  queueTable(facts),
  functionTable(facts),
  errorLines(facts),
  costLine(facts),
];

const queueTable = ({ queues, metrics }: DeploymentFacts): string =>
  printTable(
    QUEUE_COLUMNS,
    queues.map(({ name, answer }) => {
      const state = foundValue(answer);
      const oldest = metrics?.oldestSeconds.get(name) ?? 0;
      const isEmpty = !state || state.waiting + state.inFlight === 0;
      return [
        name,
        state ? compact(state.waiting) : answer.kind === "missing" ? "missing" : UNKNOWN,
        state ? compact(state.inFlight) : UNKNOWN,
        isEmpty || oldest === 0 ? UNKNOWN : age(oldest * 1000),
      ];
    }),
  );

const functionTable = ({ functions, metrics }: DeploymentFacts): string =>
  printTable(
    FUNCTION_COLUMNS,
    functions.map(({ name, answer, schedules }) => {
      const counts = metrics?.functions.get(name);
      return [
        name,
        answer.kind === "missing" ? "missing" : counts ? compact(counts.invocations) : UNKNOWN,
        counts ? compact(counts.errors) : UNKNOWN,
        counts ? compact(counts.throttles) : UNKNOWN,
        scheduleText(schedules),
      ];
    }),
  );

/** Text of the worst of several schedules. */
function scheduleText(schedules: readonly ScheduleFacts[]): string {
  if (schedules.some(({ answer }) => answer.kind === "missing")) return "missing";
  const states = schedules.map(({ answer }) => foundValue(answer));
  if (states.some((state) => state?.isEnabled === false)) return "off";
  return states.length === 0 || states.includes(undefined) ? UNKNOWN : "on";
}

/** Errors, the newest first, each on one line. */
function errorLines({ errors, at }: DeploymentFacts): string {
  if (errors.length === 0) return "";
  const lines = errors.slice(0, SHOWN_ERRORS).map((error) => {
    const text = `  ${age(at.getTime() - error.at.getTime())} ago  ${error.functionName}: ${error.code ? `${error.code} ` : ""}${error.message}`;
    const plain = text.replaceAll(/[\p{Cc}\s]+/gu, " ").replace(/^ /, "  ");
    return `${plain.length > SCREEN_WIDTH ? `${plain.slice(0, SCREEN_WIDTH - 3)}...` : plain}\n`;
  });
  return `LAST ERRORS\n${lines.join("")}`;
}

function costLine(facts: DeploymentFacts): string {
  if (!facts.metrics) return "";
  const items = dayCost(facts);
  const usd = sum(items.map((item) => item.usd));
  const scanned = sum([...facts.metrics.scannedBytes.values()]);
  return `COST of the last day, without storage: USD ${usd.toFixed(2)} (${byteText(scanned)} scanned by Athena)\n`;
}

/** The same as values. */
export function deploymentValues(facts: DeploymentFacts) {
  const { parts, account, bucket, range, streams, queues, functions, metrics, alarms, errors, inaccessible } =
    facts;
  return {
    name: parts.name,
    region: parts.region,
    account: account ?? null,
    bucket: bucket ?? null,
    range: { from: new Date(range.from), to: new Date(range.to) },
    streams: streams.map((stream) => streamJson(stream, facts.at)),
    reconciled: reconciledJson(facts),
    queues: queues.map(({ name, isDeadLetters, answer }) => {
      const state = foundValue(answer);
      return {
        name,
        isDeadLetters,
        state: answer.kind,
        messages: state?.waiting ?? null,
        inFlight: state?.inFlight ?? null,
        oldestSeconds: metrics?.oldestSeconds.get(name) ?? null,
      };
    }),
    functions: functions.map(({ name, answer, schedules }) => ({
      name,
      state: answer.kind,
      lastDay: metrics?.functions.get(name) ?? null,
      schedules: schedules.map((schedule) => ({
        name: schedule.name,
        state: schedule.answer.kind,
        isEnabled: foundValue(schedule.answer)?.isEnabled ?? null,
      })),
    })),
    alarms,
    errors,
    costOfLastDay: metrics ? dayCost(facts) : null,
    inaccessible,
  };
}

/** Summary if nothing is wrong. */
export function deploymentWell({ streams, range, at }: DeploymentFacts): string {
  const files = filesOf(streams);
  return `${counted(files, "file")} of the last ${age(at.getTime() - range.from)}, all committed`;
}
