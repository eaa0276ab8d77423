import {
  type CloudWatchLogsClient,
  type FilteredLogEvent,
  FilterLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { HOUR_MS } from "../../formats/time";
import { isRecord, jsonOf } from "../../handlers/core/json";
import { foundValue } from "../../operations/inspector";
import { type DeployedFunction, functionsOf } from "../../pipeline/deployed-parts";
import { RECENT_ERRORS_MS } from "../thresholds";
import type { Inspection } from "./inspection";

/** An error that a function logged. */
export interface LogError {
  readonly at: Date;
  readonly functionName: string;
  /** Error code of docs/errors.md, if the log line has one. */
  readonly code?: string;
  readonly message: string;
}

/** Errors shown per function: a broken function logs thousands, and the last ones are enough. */
const SHOWN = 5;
/** A page can be empty although more follow. */
const PAGES = 20;

/** The last errors of every function, newest first. */
export async function awsErrors(inspection: Inspection): Promise<readonly LogError[]> {
  const errors = await Promise.all(functionsOf(inspection.parts).map((part) => errorsOf(inspection, part)));
  return errors.flat().sort((a, b) => b.at.getTime() - a.at.getTime());
}

async function errorsOf(
  { clients, inspector, now }: Inspection,
  { name, logGroup }: DeployedFunction,
): Promise<LogError[]> {
  const events = foundValue(
    await inspector.ask("logs:FilterLogEvents", logGroup, async () => {
      // A search starts at the beginning of its span: if the last hour has errors, the whole day is not
      // searched.
      for (const span of [HOUR_MS, RECENT_ERRORS_MS]) {
        const found = await search(clients.logs, logGroup, now.getTime() - span);
        if (found.length > 0) return found;
      }
      return [];
    }),
  );
  return (events ?? [])
    .slice(-SHOWN)
    .map(({ timestamp = 0, message = "" }) => parse(name, timestamp, message));
}

async function search(
  client: CloudWatchLogsClient,
  logGroupName: string,
  startTime: number,
): Promise<FilteredLogEvent[]> {
  const found: FilteredLogEvent[] = [];
  let token: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    const { events = [], nextToken } = await client.send(
      new FilterLogEventsCommand({
        logGroupName,
        startTime,
        // Matches errors that the code logs and Lambda's own reports of failed runs.
        filterPattern: '{ $.level = "ERROR" }',
        ...(token === undefined ? {} : { nextToken: token }),
      }),
    );
    found.push(...events);
    token = nextToken;
    if (token === undefined) break;
  }
  return found;
}

function parse(functionName: string, timestamp: number, text: string): LogError {
  const at = new Date(timestamp);
  const json = jsonOf(text);
  const line = isRecord(json) ? json : {};
  // Lambda logs an uncaught error as the message of the log line.
  const inner = isRecord(line.message) ? line.message : {};
  const pick = (name: string): unknown => line[name] ?? inner[name];
  const code = pick("code");
  const words = [line.message, pick("reason"), pick("errorMessage")].filter(
    (item) => typeof item === "string",
  );
  return {
    at,
    functionName,
    ...(typeof code === "string" ? { code } : {}),
    message: words.length > 0 ? words.join(": ") : text,
  };
}
