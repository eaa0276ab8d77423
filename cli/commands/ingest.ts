import { type Command, Option } from "commander";
import { ADDRESS_MODES, type PrivacyOptions, TEXT_MODES } from "../../formats/privacy";
import { progressLine } from "../../terminal/progress-line";
import { write, writeText } from "../../terminal/write";
import { examples } from "../command-line";
import { printSummary } from "../print-summary";

interface Options extends PrivacyOptions {
  readonly lake: string;
  readonly move: boolean;
  readonly json: boolean;
}

/** Adds `access-logs ingest`. */
export const addIngestCommand = (program: Command): Command =>
  program
    .command("ingest")
    .description("run the pipeline on a folder: copy its logs to LAKE/raw and add them to the typed tables")
    .argument("<dir>", "folder that is used as the bucket; the path of a file in it is its key")
    .requiredOption("--lake <folder>", "folder of the lake; created if it does not exist")
    .option("--move", "delete the originals after their rows are in the tables", false)
    .addOption(
      new Option("--client-ips <mode>", "how a new lake stores client addresses").choices(ADDRESS_MODES),
    )
    .addOption(
      new Option("--query-strings <mode>", "how a new lake stores query strings, also in URLs").choices(
        TEXT_MODES,
      ),
    )
    .addOption(new Option("--cookies <mode>", "how a new lake stores cookies").choices(TEXT_MODES))
    .option("--json", "print the summary as one JSON document", false)
    .addHelpText(
      "after",
      examples(
        "access-logs ingest ./logs --lake ./lake",
        "access-logs ingest ./logs --lake ./lake --json",
        "access-logs ingest ./logs --lake ./lake --client-ips truncate --query-strings drop --cookies drop",
      ),
    )
    .action(async (directory: string, options: Options) => {
      // The modules for ingest are large: only this command loads them.
      const { ingest } = await import("../../lake/ingest.js");
      const progress = progressLine(process.stderr);
      const summary = await ingest({
        directory,
        lake: options.lake,
        deleteOriginals: options.move,
        privacy: options,
        onProgress: ({ phase, done, total }) =>
          progress.show(phase === "move" ? "moving files" : "adding hours to the tables", done, total),
      });
      progress.clear();
      if (summary.lost.length > 0) process.exitCode = 1;
      await (options.json
        ? write(`${JSON.stringify(summary)}\n`)
        : writeText(printSummary(summary, options.lake)));
    });
