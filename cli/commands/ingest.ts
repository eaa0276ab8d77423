import { type Command, Option } from "commander";
import { FORMAT_IDS, type FormatId } from "../../formats";
import { ADDRESS_MODES, type PrivacyOptions, TEXT_MODES } from "../../formats/privacy";
import type { Progress } from "../../lake/ingest";
import { progressLine } from "../../terminal/progress-line";
import { UserError } from "../../terminal/user-error";
import { write, writeErrors, writeText } from "../../terminal/write";
import { examples } from "../command-line";
import { NEW_LAKE_HELP, newLake } from "../default-lake";
import { printIgnored, printSummary } from "../print-summary";

interface Options extends PrivacyOptions {
  readonly lake?: string;
  readonly move: boolean;
  readonly format?: FormatId;
  readonly json: boolean;
}

const PHASES = {
  move: "moving files",
  lines: "reading lines",
  commit: "adding hours to the tables",
} as const satisfies Record<Progress["phase"], string>;

/** Adds `access-logs ingest`. */
export const addIngestCommand = (program: Command): Command =>
  program
    .command("ingest")
    .description("run the pipeline on your logs: copy them to LAKE/raw and add them to the typed tables")
    .argument(
      "<paths...>",
      'folders, files, patterns such as "logs/*.gz", or "-" for standard input; plain, gzip, zstd, zip or tar. A file without AWS\'s name is recognised by its lines',
    )
    .option("--lake <folder>", NEW_LAKE_HELP)
    .addOption(
      new Option("--format <name>", "format of files without AWS's names (default: by their lines)").choices(
        FORMAT_IDS,
      ),
    )
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
        "access-logs ingest ./logs",
        "access-logs ingest web1.log.gz june.zip --lake ./lake",
        "zcat *.gz | access-logs ingest - --lake ./lake --json",
        "access-logs ingest ./logs --lake ./lake --client-ips truncate --query-strings drop --cookies drop",
      ),
    )
    .action(run);

async function run(inputs: readonly string[], options: Options): Promise<void> {
  // The modules for ingest are large: only this command loads them.
  const { ingest } = await import("../../lake/ingest.js");
  const lake = options.lake ?? newLake();
  const progress = progressLine(process.stderr);
  process.once("SIGINT", () => {
    progress.clear();
    writeErrors("interrupted; run the same command again to continue");
    // Without this listener, the signal ends the process as it would have.
    process.kill(process.pid, "SIGINT");
  });
  const summary = await ingest({
    inputs,
    lake,
    deleteOriginals: options.move,
    privacy: options,
    ...(options.format === undefined ? {} : { format: options.format }),
    onProgress: (now) =>
      progress.show(PHASES[now.phase], now.done, now.phase === "commit" ? now.total : undefined),
  });
  progress.clear();
  await (options.json ? write(`${JSON.stringify(summary)}\n`) : writeText(printSummary(summary, lake)));
  writeErrors(...printIgnored(summary.ignored));
  if (summary.lost.length > 0) process.exitCode = 1;
  if (summary.moved === 0) throw new UserError(NOTHING_FOUND);
}

const NOTHING_FOUND = `no access log was found; expected files with AWS's names, or files whose lines have one of these formats: ${FORMAT_IDS.join(", ")}; if their first lines are damaged, name the format with --format`;
