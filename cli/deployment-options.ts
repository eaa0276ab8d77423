import type { Command } from "commander";
import { addHours, hourOf } from "../formats/hour";
import { type HourRange, parseHourRange } from "../handlers/core/add-partitions";
import type { Report } from "../inspect/report";
import { DEFAULT_HOURS } from "../inspect/thresholds";
import type { LocateOptions } from "../operations/locate-pipeline";
import { UserError } from "../terminal/user-error";
import { wholeNumber } from "./command-line";

/** How a command finds the pipeline on AWS. */
export interface DeploymentOptions extends LocateOptions {
  readonly settings?: string;
}

/** Options of `status` and `doctor`. */
export interface InspectOptions extends DeploymentOptions {
  readonly lake?: string;
  readonly since?: number;
  readonly from?: string;
  readonly to?: string;
  readonly json: boolean;
}

export const addInspectOptions = (command: Command): Command =>
  addDeploymentOptions(command.option("--lake <folder>", "on this machine: folder of the lake"))
    .option(
      "--since <hours>",
      `only files of the last hours (default: ${DEFAULT_HOURS} on AWS, all in a lake)`,
      wholeNumber(1),
    )
    .option("--from <hour>", "only files of these hours: the first, YYYY-MM-DD or YYYY-MM-DDTHH in UTC")
    .option("--to <hour>", "and the last; a date alone is the whole day")
    .option("--json", "print one JSON document", false);

/** Adds the options of `DeploymentOptions`. */
export const addDeploymentOptions = (command: Command): Command =>
  command
    .option("--settings <file>", "on AWS: settings of the stack (default: access-logs.json)")
    .option("--bucket <bucket>", "on AWS: bucket of the moved files (default: the one the function moves to)")
    .option("--outputs <file>", "on AWS: what `terraform output -json` printed, to read the bucket from");

type HourOptions = Pick<InspectOptions, "since" | "from" | "to">;

/** @returns `undefined` if none is named. @throws UserError if the options exclude each other */
export function rangeOf({ since, from, to }: HourOptions, now: Date): HourRange | undefined {
  if (from === undefined && to === undefined) {
    return since === undefined ? undefined : { from: addHours(hourOf(now), -since), to: hourOf(now) };
  }
  if (since !== undefined)
    throw new UserError("name the hours by --since, or by --from and --to, not by both");
  if (from === undefined || to === undefined) throw new UserError("--from and --to must come together");
  return parseHourRange(from, to);
}

/**
 * Runs a report with the options that these commands share. What the settings and the SDK rest on is large: only a report on
 * AWS waits for it.
 */
export async function reportOf(kind: "status" | "doctor", options: InspectOptions): Promise<Report> {
  const { lake, settings, bucket, outputs } = options;
  const range = rangeOf(options, new Date());
  if (lake !== undefined) {
    const { lakeReport } = await import("../inspect/lake-report.js");
    return lakeReport(lake, { isDeep: kind === "doctor", ...(range ? { range } : {}) });
  }
  const { loadPipelineProps } = await import("../settings/load.js");
  const { statusReport, doctorReport } = await import("../inspect/aws/aws-report.js");
  const report = kind === "status" ? statusReport : doctorReport;
  return report(loadPipelineProps(settings), {
    ...(bucket === undefined ? {} : { bucket }),
    ...(outputs === undefined ? {} : { outputs }),
    ...(range ? { range } : {}),
  });
}
