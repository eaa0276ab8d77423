import type { Command } from "commander";
import { show } from "../../inspect/report";
import { examples } from "../command-line";
import { addInspectOptions, type InspectOptions, reportOf } from "../deployment-options";

/** Adds `access-logs status`. */
export const addStatusCommand = (program: Command): Command =>
  addInspectOptions(
    program
      .command("status")
      .description("show on one screen whether all logs are delivered and committed; exit code 1 if not"),
  )
    .addHelpText(
      "after",
      examples(
        "access-logs status",
        "access-logs status --since 6 --json",
        "access-logs status --lake ./lake",
      ),
    )
    .action(async (options: InspectOptions) => show(await reportOf("status", options), options.json));
