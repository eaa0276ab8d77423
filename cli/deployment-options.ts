import type { Command } from "commander";
import { addHours, hourOf } from "../formats/hour";
import { type HourRange, parseHourRange } from "../handlers/core/add-partitions";
import { UserError } from "../terminal/user-error";
import { wholeNumber } from "./command-line";

/** What `status` and `doctor` are told. */
export interface LookOptions {
  readonly lake?: string;
  readonly settings?: string;
  readonly bucket?: string;
  readonly outputs?: string;
  readonly since?: number;
  readonly from?: string;
  readonly to?: string;
  readonly json: boolean;
}

/** Late files come up to a day late, and a weekend should be seen on Monday. */
export const DEFAULT_HOURS = 48;

export const addLookOptions = (command: Command): Command =>
  addDeploymentOptions(command.option("--lake <folder>", "on this machine: folder of the lake"))
    .option(
      "--since <hours>",
      `only files of the last hours (default: ${DEFAULT_HOURS} on AWS, all in a lake)`,
      wholeNumber(1),
    )
    .option("--from <hour>", "only files of these hours: the first, YYYY-MM-DD or YYYY-MM-DDTHH in UTC")
    .option("--to <hour>", "and the last; a date alone is the whole day")
    .option("--json", "print one JSON document", false);

/** How a command finds the pipeline on AWS. */
export const addDeploymentOptions = (command: Command): Command =>
  command
    .option("--settings <file>", "on AWS: settings of the stack (default: access-logs.json)")
    .option("--bucket <bucket>", "on AWS: bucket of the moved files (default: the one the function moves to)")
    .option("--outputs <file>", "on AWS: what `terraform output -json` printed, to read the bucket from");

type HourOptions = Pick<LookOptions, "since" | "from" | "to">;

/** @returns `undefined` if none is named. @throws UserError if the options exclude each other */
export function rangeOf({ since, from, to }: HourOptions, now: Date): HourRange | undefined {
  if (from === undefined && to === undefined) return since === undefined ? undefined : lastHours(now, since);
  if (since !== undefined)
    throw new UserError("name the hours by --since, or by --from and --to, not by both");
  if (from === undefined || to === undefined) throw new UserError("--from and --to must come together");
  return parseHourRange(from, to);
}

export const lastHours = (now: Date, hours: number): HourRange => ({
  from: addHours(hourOf(now), -hours),
  to: hourOf(now),
});
