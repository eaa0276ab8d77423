#!/usr/bin/env node
import { inspect, styleText } from "node:util";
import { Command, CommanderError } from "commander";
import { codeOf } from "../handlers/core/errors";
import { version } from "../package.json";
import { printableError, printableLines } from "../terminal/printable";
import { screenOf } from "../terminal/screen";
import { EXIT_USAGE, UserError } from "../terminal/user-error";
import { writeErrors } from "../terminal/write";
import { addAskCommand } from "./commands/ask";
import { addBackfillCommand } from "./commands/backfill";
import { addBucketPolicyCommand } from "./commands/bucket-policy";
import { addCompletionCommand } from "./commands/completion";
import { addConnectBucketCommand } from "./commands/connect-bucket";
import { addCostCommand } from "./commands/cost";
import { addDdlCommand } from "./commands/ddl";
import { addDeployerPolicyCommand } from "./commands/deployer-policy";
import { addDoctorCommand } from "./commands/doctor";
import { addIngestCommand } from "./commands/ingest";
import { addQueryCommand } from "./commands/query";
import { addRedriveCommand } from "./commands/redrive";
import { addReportCommand } from "./commands/report";
import { addSampleCommand } from "./commands/sample";
import { addShellCommand } from "./commands/shell";
import { addStatusCommand } from "./commands/status";
import { explanationOf } from "./explain-error";

// Node 20 still works: without this, the SDK prints nine lines of warning before each answer. The README names the
// supported versions.
// See https://github.com/aws/aws-sdk-js-v3/issues/7983
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

const EXIT_FAILED = 1;

const program = new Command("access-logs")
  .description(
    "Ingest and query ALB and CloudFront access logs in a lake, and operate and query the pipeline on AWS",
  )
  .version(version)
  .configureOutput({ writeErr: (text) => process.stderr.write(printableLines(text)) })
  .helpCommand("help [command]", "show the help of a command")
  .exitOverride();

addSampleCommand(program);
addIngestCommand(program);
addQueryCommand(program);
addAskCommand(program);
addShellCommand(program);
addReportCommand(program);
addBackfillCommand(program);
addConnectBucketCommand(program);
addBucketPolicyCommand(program);
addDeployerPolicyCommand(program);
addCostCommand(program);
addStatusCommand(program);
addDoctorCommand(program);
addRedriveCommand(program);
addDdlCommand(program);
addCompletionCommand(program);

for (const command of program.commands) command.exitOverride();

main().catch((error: unknown) => {
  // With the stack trace: this is a bug in the program, and a bug report needs the trace.
  writeErrors(...inspect(error).split("\n"));
  process.exitCode = EXIT_FAILED;
});

async function main(): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE;
    } else if (isReaderGone(error)) {
      process.exitCode = 0;
    } else {
      const explanation = explanationOf(error);
      if (explanation === undefined) throw error;
      process.stderr.write(`${errorPrefix()} ${printableError(explanation)}\n`);
      process.exitCode = error instanceof UserError ? error.exitCode : EXIT_FAILED;
    }
  }
}

/** True if the reader of the output closed it. Windows has two codes for this. */
const isReaderGone = (error: unknown): boolean =>
  error instanceof Error &&
  "syscall" in error &&
  error.syscall === "write" &&
  ["EPIPE", "EOF"].includes(codeOf(error) ?? "");

const errorPrefix = (): string =>
  screenOf(process.stderr).hasColour ? styleText("red", "error:", { validateStream: false }) : "error:";
