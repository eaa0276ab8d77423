import { existsSync, readFileSync } from "node:fs";
import type * as z from "zod";
import { OWN_PREFIXES } from "../formats/partition-layout";
import { keyPrefixOf } from "../modules/log-source";
import { RESULTS_PREFIX } from "../modules/pipeline-names";
import { DEPENDENT_OPTIONS, expectedOf, isUseless, sharedTableRules } from "../modules/pipeline-rules";
import { type Settings, settingsSchema, toLogSource } from "./schema";

export const SETTINGS_FILE = "access-logs.json";
/** Names another settings file. */
export const SETTINGS_VARIABLE = "ACCESS_LOGS_SETTINGS";

/** Keys that belong to the pipeline itself. */
export const RESERVED_PREFIXES = [...OWN_PREFIXES, RESULTS_PREFIX];

/** A settings file that cannot be used; the message lists every problem. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/**
 * Reads the settings file.
 *
 * @param path default: what `ACCESS_LOGS_SETTINGS` names, else `access-logs.json` in the current folder
 * @throws SettingsError that names the file, and each option that is wrong with what it got and what it must be
 */
export function loadSettings(path = process.env[SETTINGS_VARIABLE] ?? SETTINGS_FILE): Settings {
  if (!existsSync(path)) {
    throw new SettingsError(
      `${path}: no such file; name one with ${SETTINGS_VARIABLE} or run in the folder that holds it`,
    );
  }
  return parseSettings(path, parseJson(path));
}

function parseJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new SettingsError(`${path}: not valid JSON: ${error instanceof Error ? error.message : error}`);
  }
}

/** Checks values against the schema and against each other. @throws SettingsError */
export function parseSettings(path: string, value: unknown): Settings {
  const result = settingsSchema.safeParse(value);
  if (!result.success) {
    throw new SettingsError(result.error.issues.map((issue) => describeIssue(path, value, issue)).join("\n"));
  }
  const problems = [...sourceProblems(result.data.sources), ...uselessOptions(result.data)];
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
  return `${file}: ${place || "settings"}: ${issue.message}, got ${JSON.stringify(valueAt(settings, issue.path))}`;
}

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (current, part) =>
      typeof current === "object" && current !== null ? Reflect.get(current, part) : undefined,
    value,
  );

function sourceProblems(sources: Settings["sources"]): string[] {
  const problems: string[] = [];
  for (const [index, { name }] of sources.entries()) {
    if (sources.findIndex((other) => other.name === name) < index) {
      problems.push(`sources[${index}].name: must be unique, got "${name}" again`);
    }
  }
  for (const { holds, expected } of sharedTableRules(sources.map(toLogSource))) {
    if (!holds) problems.push(`sources: ${expected}`);
  }
  const prefixes = sources.map((item) => keyPrefixOf(toLogSource(item)));
  for (const [index, prefix] of prefixes.entries()) {
    const own = RESERVED_PREFIXES.find((taken) => overlap(prefix, taken));
    if (own)
      problems.push(
        `sources[${index}].prefix: must not overlap "${own}", which the pipeline writes; got "${prefix}"`,
      );
    const other = prefixes.findIndex((taken) => overlap(prefix, taken));
    if (other < index) {
      problems.push(
        `sources[${index}].prefix: must not overlap that of sources[${other}]: S3 cannot tell "${prefix}" from "${prefixes[other]}"; give each source its own prefix`,
      );
    }
  }
  return problems;
}

/** Options that say something about what other options leave out. */
const uselessOptions = (settings: Settings): string[] =>
  DEPENDENT_OPTIONS.filter((dependent) => isUseless(settings, dependent)).map(
    (dependent) => `${dependent.option}: ${expectedOf(dependent)}`,
  );

const overlap = (a: string, b: string): boolean => a.startsWith(b) || b.startsWith(a);
