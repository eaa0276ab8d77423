#!/usr/bin/env node
import { Command, CommanderError, Option } from "commander";
import { FORMATS } from "../formats";
import { rawTableOf } from "../formats/log-format";
import { ADDRESS_MODES, type PrivacyOptions, TEXT_MODES } from "../formats/privacy";
import {
  athenaDdlFile,
  athenaDdlStatements,
  DDL_BUCKET,
  DDL_DATABASE,
} from "../formats/render/athena-ddl-file";
import { IDENTIFIER } from "../formats/render/sql-text";
import { codeOf, messageOf, OperationError } from "../handlers/core/errors";
import { version } from "../package.json";
import { addAskCommand } from "./ask-command";
import { addBackfillCommand } from "./backfill-command";
import { addBucketPolicyCommand } from "./bucket-policy-command";
import { examples, matching, wholeNumber } from "./command-line";
import { addConnectBucketCommand } from "./connect-bucket-command";
import { addCostCommand } from "./cost-command";
import { addDoctorCommand } from "./doctor-command";
import { ingest } from "./ingest";
import { printSummary } from "./print-summary";
import { progressLine } from "./progress-line";
import { addQueryCommand } from "./query-command";
import { addRedriveCommand } from "./redrive-command";
import { SAMPLE_DEFAULTS, writeSample } from "./sample/write-sample";
import { addStatusCommand } from "./status-command";
import { UserError } from "./user-error";
import { write } from "./write";

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

interface IngestCommandOptions extends PrivacyOptions {
  readonly lake: string;
  readonly move: boolean;
  readonly json: boolean;
}

const program = new Command("access-logs")
  .description(
    "ALB and CloudFront access logs: ingest and query them here, operate and query the pipeline on AWS",
  )
  .version(version)
  .helpCommand(false)
  .exitOverride();

program
  .command("sample")
  .description("write made-up but realistic access logs, under the keys that AWS would use")
  .argument("<dir>", "folder to write to; made if it is missing")
  .option(
    "--seed <number>",
    "the same seed and sizes give the same bytes",
    wholeNumber(0),
    SAMPLE_DEFAULTS.seed,
  )
  .option("--files <number>", "log files in all", wholeNumber(1), SAMPLE_DEFAULTS.files)
  .option("--lines <number>", "lines per file, on average", wholeNumber(1), SAMPLE_DEFAULTS.lines)
  .option("--hours <number>", "hours that the files cover", wholeNumber(1), SAMPLE_DEFAULTS.hours)
  .option("--json", "print the summary as one JSON document", false)
  .addHelpText(
    "after",
    examples("access-logs sample ./logs", "access-logs sample ./big --files 600 --lines 3000 --hours 24"),
  )
  .action(async (directory: string, { json, ...options }: typeof SAMPLE_DEFAULTS & { json: boolean }) => {
    const progress = progressLine(process.stderr);
    const summary = await writeSample(directory, options, (done, total) =>
      progress.show("writing files", done, total),
    );
    progress.clear();
    const { files, bytes } = summary;
    await write(
      json
        ? `${JSON.stringify(summary)}\n`
        : `wrote ${files} log files, ${(bytes / 1e6).toFixed(1)} MB of text, to ${directory}\n`,
    );
  });

program
  .command("ingest")
  .description("run the pipeline on a folder: move its logs to LAKE/raw and add them to the typed tables")
  .argument("<dir>", "folder that is treated as the bucket; the path of a file below it is its key")
  .requiredOption("--lake <folder>", "folder of the lake; made if it is missing")
  .option("--move", "delete the originals once they are copied (default: they stay)", false)
  .addOption(
    new Option("--client-ips <mode>", "what a new lake's rows hold of clients' addresses").choices(
      ADDRESS_MODES,
    ),
  )
  .addOption(new Option("--query-strings <mode>", "... of query strings, also in URLs").choices(TEXT_MODES))
  .addOption(new Option("--cookies <mode>", "... of cookies").choices(TEXT_MODES))
  .option("--json", "print the summary as one JSON document", false)
  .addHelpText(
    "after",
    examples(
      "access-logs ingest ./logs --lake ./lake",
      "access-logs ingest ./logs --lake ./lake --json",
      "access-logs ingest ./logs --lake ./lake --client-ips truncate --query-strings drop --cookies drop",
    ),
  )
  .action(async (directory: string, options: IngestCommandOptions) => {
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
    await write(options.json ? `${JSON.stringify(summary)}\n` : printSummary(summary, options.lake));
  });

addQueryCommand(program);
addAskCommand(program);
addBackfillCommand(program);
addConnectBucketCommand(program);
addBucketPolicyCommand(program);
addCostCommand(program);
addStatusCommand(program);
addDoctorCommand(program);
addRedriveCommand(program);

program
  .command("ddl")
  .description("print the Athena DDL of the raw tables, for those who create them by hand")
  .addOption(new Option("--table <table>", "only this one").choices(Object.values(FORMATS).map(rawTableOf)))
  .option(
    "--database <database>",
    "database that holds the tables",
    matching(IDENTIFIER, "lower-case letters, digits and _"),
    DDL_DATABASE,
  )
  .option(
    "--bucket <bucket>",
    "bucket that holds the moved files",
    matching(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "the name of an S3 bucket"),
    DDL_BUCKET,
  )
  .option("--json", "print an object of table names and statements", false)
  .addHelpText(
    "after",
    examples(
      "access-logs ddl --bucket my-logs",
      "access-logs ddl --table alb_access_logs_raw --database logs",
    ),
  )
  .action(
    async ({ json, ...options }: { table?: string; database: string; bucket: string; json: boolean }) => {
      await write(json ? `${JSON.stringify(athenaDdlStatements(options))}\n` : athenaDdlFile(options));
    },
  );

for (const command of program.commands) command.exitOverride();

main().catch((error: unknown) => {
  // A stack trace: this is a mistake of the program, and the trace is what a report of it needs.
  console.error(error);
  process.exitCode = EXIT_FAILED;
});

async function main(): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE;
    } else if (codeOf(error) === "EPIPE") {
      // Whoever read the output has seen enough.
      process.exitCode = 0;
    } else if (error instanceof UserError || error instanceof OperationError || isRefusal(error)) {
      console.error(`access-logs: ${messageOf(error).split("\n\n")[0]}`);
      process.exitCode = error instanceof UserError ? error.exitCode : EXIT_FAILED;
    } else {
      throw error;
    }
  }
}

/** The refusals of the file system, of AWS and of the settings say what and why. */
const isRefusal = (error: unknown): boolean =>
  error instanceof Error &&
  (("syscall" in error && "path" in error) ||
    "$metadata" in error ||
    ["CredentialsProviderError", "SettingsError"].includes(error.name));
