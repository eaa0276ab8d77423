import type { Command } from "commander";
import { SAMPLE_DEFAULTS, type SampleOptions, writeSample } from "../../sample/write-sample";
import { progressLine } from "../../terminal/progress-line";
import { byteText, counted } from "../../terminal/quantities";
import { write, writeText } from "../../terminal/write";
import { examples, wholeNumber } from "../command-line";

interface Options extends SampleOptions {
  readonly json: boolean;
}

/** Adds `access-logs sample`. */
export const addSampleCommand = (program: Command): Command =>
  program
    .command("sample")
    .description("write generated, realistic access logs under the keys that AWS would use")
    .argument("<dir>", "target folder; created if it does not exist")
    .option(
      "--seed <number>",
      "the same seed and sizes give the same logs",
      wholeNumber(0),
      SAMPLE_DEFAULTS.seed,
    )
    .option("--files <number>", "total number of log files", wholeNumber(1), SAMPLE_DEFAULTS.files)
    .option("--lines <number>", "lines per file, on average", wholeNumber(1), SAMPLE_DEFAULTS.lines)
    .option("--hours <number>", "number of hours with files", wholeNumber(1), SAMPLE_DEFAULTS.hours)
    .option("--json", "print the summary as one JSON document", false)
    .addHelpText(
      "after",
      examples("access-logs sample ./logs", "access-logs sample ./big --files 600 --lines 3000 --hours 24"),
    )
    .action(async (directory: string, { json, ...options }: Options) => {
      const progress = progressLine(process.stderr);
      const summary = await writeSample(directory, options, (done, total) =>
        progress.show("writing files", done, total),
      );
      progress.clear();
      const { files, bytes } = summary;
      await (json
        ? write(`${JSON.stringify(summary)}\n`)
        : writeText(`wrote ${counted(files, "log file")}, ${byteText(bytes)} of text, to ${directory}\n`));
    });
