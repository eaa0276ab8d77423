import { existsSync } from "node:fs";
import type { Command } from "commander";
import { addHours, hourOf } from "../formats/hour";
import type { HourRange } from "../handlers/core/add-partitions";
import type { Report } from "../inspect/report";
import { DEFAULT_HOURS } from "../inspect/thresholds";
import type { LocateOptions } from "../operations/locate-pipeline";
import { settingsPath } from "../settings/settings-file";
import { UserError, usageError } from "../terminal/user-error";
import { wholeNumber } from "./command-line";
import { defaultLake, LAKE_HELP, LAKE_VARIABLE } from "./default-lake";
import { explanationOf, isWithoutCredentials } from "./explain-error";
import { addRangeOptions, hoursOf, NEEDS_FROM, type TimeOptions } from "./time-range";

/** How a command finds the pipeline on AWS. */
export interface DeploymentOptions extends LocateOptions {
  readonly settings?: string;
}

/** Options of `status` and `doctor`. */
export interface InspectOptions extends DeploymentOptions, Pick<TimeOptions, "from" | "to"> {
  readonly lake?: string;
  readonly since?: number;
  readonly json: boolean;
}

export const addInspectOptions = (command: Command): Command =>
  addRangeOptions(
    addDeploymentOptions(
      command.option("--lake <folder>", `lake: ${LAKE_HELP}, without settings of a stack`),
    ),
    "see --since",
    NEEDS_FROM,
  )
    .option(
      "--since <hours>",
      `only files of this number of past hours (default: ${DEFAULT_HOURS} on AWS, all in a lake)`,
      wholeNumber(1),
    )
    .option("--json", "print one JSON document", false);

/** Adds the options of `DeploymentOptions`. */
export const addDeploymentOptions = (command: Command): Command =>
  command
    .option("--settings <file>", "AWS: settings of the stack (default: access-logs.json)")
    .option(
      "--bucket <bucket>",
      "AWS: bucket of the moved files (default: from the configuration of move-access-logs)",
    )
    .option(
      "--outputs <file>",
      "AWS: file with the output of `terraform output -json`, which contains the bucket",
    );

type HourOptions = Pick<InspectOptions, "since" | "from" | "to">;

/** @returns `undefined` if the options name no hours. @throws UserError if the options exclude each other */
export function rangeOf({ since, from, to }: HourOptions, now: Date): HourRange | undefined {
  if (from === undefined && to === undefined) {
    return since === undefined ? undefined : { from: addHours(hourOf(now), -since), to: hourOf(now) };
  }
  if (since !== undefined) throw usageError("use either --since or --from and --to, not both");
  return hoursOf({ ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }, now);
}

/** The default lake, where nothing names a stack. */
const lakeWithoutSettings = ({ settings, bucket, outputs }: DeploymentOptions): string | undefined =>
  (settings ?? bucket ?? outputs) === undefined && !existsSync(settingsPath()) ? defaultLake() : undefined;

/**
 * Runs a report with the options that these commands share. The modules for settings and the SDK are large: only a
 * report about AWS loads them.
 */
export async function reportOf(kind: "status" | "doctor", options: InspectOptions): Promise<Report> {
  const { settings, bucket, outputs } = options;
  const lake = options.lake ?? lakeWithoutSettings(options);
  const range = rangeOf(options, new Date());
  if (lake !== undefined) {
    const { lakeReport } = await import("../inspect/lake-report.js");
    return lakeReport(lake, { isDeep: kind === "doctor", ...(range ? { range } : {}) });
  }
  const { loadPipelineProps } = await import("../settings/load.js");
  const { statusReport, doctorReport } = await import("../inspect/aws/aws-report.js");
  const report = kind === "status" ? statusReport : doctorReport;
  const located = {
    ...(bucket === undefined ? {} : { bucket }),
    ...(outputs === undefined ? {} : { outputs }),
    ...(range ? { range } : {}),
  };
  return report(loadPipelineProps(settings), located).catch((error: unknown) => {
    throw isWithoutCredentials(error) && process.env[LAKE_VARIABLE] ? lakeNotAsked(error) : error;
  });
}

/** Settings of a stack come before the lake of the environment, which was possibly meant. */
const lakeNotAsked = (error: unknown): UserError =>
  new UserError(`${explanationOf(error)}; for the lake on this machine, use --lake`, undefined, {
    cause: error,
  });
