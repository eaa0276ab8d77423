#!/usr/bin/env node
import { inspect, styleText } from "node:util";
import { CommanderError } from "commander";
import { codeOf } from "../handlers/core/errors";
import { printableError, printableLines } from "../terminal/printable";
import { screenOf } from "../terminal/screen";
import { EXIT_USAGE, UserError } from "../terminal/user-error";
import { writeErrors } from "../terminal/write";
import { explanationOf } from "./explain-error";
import { accessLogs } from "./program";

// Node 20 still works: without this, the SDK prints nine lines of warning before each answer. The README names the
// supported versions.
// See https://github.com/aws/aws-sdk-js-v3/issues/7983
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

const EXIT_FAILED = 1;

main().catch((error: unknown) => {
  // With the stack trace: this is a bug in the program, and a bug report needs the trace.
  writeErrors(...inspect(error).split("\n"));
  process.exitCode = EXIT_FAILED;
});

async function main(): Promise<void> {
  try {
    await accessLogs({ writeErr: (text) => process.stderr.write(printableLines(text)) }).parseAsync();
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
