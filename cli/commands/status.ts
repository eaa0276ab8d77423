import type { Command } from "commander";
import { lakeReport } from "../../inspect/lake-report";
import { type Report, show } from "../../inspect/report";
import { examples } from "../command-line";
import { addLookOptions, type LookOptions } from "../deployment-options";

/** Adds `access-logs status`. */
export const addStatusCommand = (program: Command): Command =>
  addLookOptions(
    program
      .command("status")
      .description("show on one screen whether every log arrives and comes through; exit code 1 if not"),
  )
    .addHelpText(
      "after",
      examples(
        "access-logs status",
        "access-logs status --since 6 --json",
        "access-logs status --lake ./lake",
      ),
    )
    .action(async (options: LookOptions) => {
      const { lake, json } = options;
      await show(lake === undefined ? await ofAws(options) : await lakeReport(lake, options, false), json);
    });

/** What the settings and the SDK rest on is large: a lake does not wait for it. */
const ofAws = async (options: LookOptions): Promise<Report> => {
  const { statusReport } = await import("../../inspect/aws/aws-report.js");
  return statusReport(options);
};
