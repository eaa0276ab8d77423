import type { Command } from "commander";
import { show } from "../../inspect/report";
import { examples } from "../command-line";
import { addInspectOptions, type InspectOptions, reportOf } from "../deployment-options";

/** Adds `access-logs doctor`. */
export const addDoctorCommand = (program: Command): Command =>
  addInspectOptions(
    program
      .command("doctor")
      .description("check the configuration of a pipeline, or all files of a lake, and suggest fixes"),
  )
    .addHelpText("after", examples("access-logs doctor", "access-logs doctor --lake ./lake --json"))
    .action(async (options: InspectOptions) => show(await reportOf("doctor", options), options.json));
