import type { Command } from "commander";
import { lakeReport } from "../../inspect/lake-report";
import { type Report, show } from "../../inspect/report";
import { examples } from "../command-line";
import { addLookOptions, type LookOptions } from "../deployment-options";

/** Adds `access-logs doctor`. */
export const addDoctorCommand = (program: Command): Command =>
  addLookOptions(
    program
      .command("doctor")
      .description("check everything that a pipeline or a lake rests on, and say how to mend what is wrong"),
  )
    .addHelpText("after", examples("access-logs doctor", "access-logs doctor --lake ./lake --json"))
    .action(async (options: LookOptions) => {
      const { lake, json } = options;
      await show(lake === undefined ? await ofAws(options) : await lakeReport(lake, options, true), json);
    });

/** What the settings and the SDK rest on is large: a lake does not wait for it. */
const ofAws = async (options: LookOptions): Promise<Report> => {
  const { doctorReport } = await import("../../inspect/aws/aws-report.js");
  return doctorReport(options);
};
