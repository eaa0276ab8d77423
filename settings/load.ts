import { existsSync, readFileSync } from "node:fs";
import type * as z from "zod";
import type { RegionalProps } from "../pipeline/props";
import { partitionOf } from "../pipeline/regions";
import {
  DEPENDENT_OPTIONS,
  expectedOf,
  isIneffective,
  isTooLong,
  lengthExpected,
  NAME_LENGTHS,
} from "../pipeline/rules";
import { placeOfSources, problemsOfSources } from "../pipeline/source-problems";
import { jsonMistake } from "./json-mistake";
import { messageOf, shown } from "./messages";
import { pipelinePropsOf, toLogSource } from "./pipeline-props";
import { type Settings, settingsSchema } from "./schema";
import { SETTINGS_VARIABLE, settingsPath } from "./settings-file";

/** An invalid settings file; the message lists every problem. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/** The props of the pipeline from a settings file. @throws SettingsError, see `loadSettings` */
export const loadPipelineProps = (path?: string): RegionalProps => pipelinePropsOf(loadSettings(path));

/**
 * Reads the settings file.
 *
 * @param path default: the value of `ACCESS_LOGS_SETTINGS`, else `access-logs.json` in the current folder
 * @throws SettingsError that names the file, and each invalid option with its given and its expected value
 */
export function loadSettings(path = settingsPath()): Settings {
  if (!existsSync(path)) {
    throw new SettingsError(
      `${path}: the file does not exist; set ${SETTINGS_VARIABLE} to another file, or run this in the folder of the file`,
    );
  }
  return parseSettings(path, parseJson(path));
}

/** Editors of Windows write it. */
const BYTE_ORDER_MARK = /^\uFEFF/;
/** Far more than the settings need, and far less than exhausts the stack. */
const MAX_DEPTH = 100;

function isTooDeep(json: string): boolean {
  let depth = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token === "[" || token === "{") depth++;
    else if (token === "]" || token === "}") depth--;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

/** A property with this name would be lost when the settings are copied. */
function refuseProto(name: string, value: unknown): unknown {
  if (name === "__proto__") throw new Error('"__proto__" cannot be a name');
  return value;
}

function parseJson(path: string): unknown {
  let text: string | undefined;
  try {
    text = readFileSync(path, "utf8").replace(BYTE_ORDER_MARK, "");
    if (isTooDeep(text)) throw new Error(`the values are nested more than ${MAX_DEPTH} levels deep`);
    return JSON.parse(text, refuseProto);
  } catch (error) {
    const mistake = text === undefined || isTooDeep(text) ? undefined : jsonMistake(text);
    throw new SettingsError(
      mistake
        ? `${path}:${mistake.line}:${mistake.column}: not valid JSON: ${mistake.hint}`
        : `${path}: cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** Checks values against the schema and against each other. @throws SettingsError */
export function parseSettings(path: string, value: unknown): Settings {
  const result = settingsSchema.safeParse(value, { error: messageOf });
  if (!result.success) {
    throw new SettingsError(result.error.issues.map((issue) => describeIssue(path, value, issue)).join("\n"));
  }
  const problems = [
    ...sourceProblems(result.data),
    ...ineffectiveOptions(result.data),
    ...tooLongNames(result.data),
    ...foreignArns(result.data),
  ];
  if (problems.length > 0)
    throw new SettingsError(problems.map((problem) => `${path}: ${problem}`).join("\n"));
  return result.data;
}

function describeIssue(file: string, settings: unknown, issue: z.core.$ZodIssue): string {
  const place = issue.path.reduce<string>(
    (text, part) => (typeof part === "number" ? `${text}[${part}]` : `${text}${text && "."}${String(part)}`),
    "",
  );
  if (issue.code === "unrecognized_keys") {
    return `${file}: ${place || "settings"}: unknown option ${issue.keys.map((key) => `"${key}"`).join(", ")}; see access-logs.schema.json`;
  }
  return `${file}: ${place || "settings"}: ${issue.message}, got ${shown(valueAt(settings, issue.path))}`;
}

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (current, part) =>
      typeof current === "object" && current !== null ? Reflect.get(current, part) : undefined,
    value,
  );

const sourceProblems = ({ sources, ...settings }: Settings): string[] =>
  problemsOfSources(sources.map(toLogSource), placeOfSources(settings));

const tooLongNames = (settings: Settings): string[] =>
  NAME_LENGTHS.filter((length) => isTooLong(settings, length)).map(
    (length) => `${length.option}: ${lengthExpected(length)}, got ${shown(settings[length.option])}`,
  );

/** Keys and topics work only in their own Region, policies and roles only in their own partition. */
function foreignArns({
  region,
  kmsKey,
  existingLogBucketKey,
  alarmTopic,
  permissionsBoundary,
  provider,
}: Settings): string[] {
  const regional = { kmsKey, existingLogBucketKey, alarmTopic };
  const partitioned = { permissionsBoundary, "provider.assumeRole.roleArn": provider?.assumeRole?.roleArn };
  const partition = partitionOf(region);
  return [
    ...Object.entries(regional)
      .filter(([, arn]) => arn !== undefined && arn.split(":")[3] !== region)
      .map(([option, arn]) => `${option}: must be in the Region ${region}, got ${shown(arn)}`),
    ...Object.entries({ ...regional, ...partitioned })
      .filter(([, arn]) => arn !== undefined && arn.split(":")[1] !== partition)
      .map(
        ([option, arn]) =>
          `${option}: must be in the partition ${partition} of the Region ${region}, got ${shown(arn)}`,
      ),
  ];
}

/** Messages for options that have no effect with the other options. */
const ineffectiveOptions = (settings: Settings): string[] =>
  DEPENDENT_OPTIONS.filter((dependent) => isIneffective(settings, dependent)).map(
    (dependent) => `${dependent.option}: ${expectedOf(dependent)}`,
  );
