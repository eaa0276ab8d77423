import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { App } from "cdktf";
import { InvalidPropsError } from "./modules/validate-props";
import { loadSettings, SettingsError } from "./settings/load";
import { AccessLogsStack } from "./stacks/access-logs-stack";
import { dropTraces } from "./stacks/faster-tokens";
import { writeErrors, writeText } from "./terminal/write";

dropTraces();

/** Start of CDKTF's list of validation errors, and its advice after the list. */
const VALIDATION_FAILED = "Validation failed with the following errors:\n";
const ADVICE = /\s+If you wish to ignore these validations[\s\S]*$/;

/** The message about invalid settings, if they are the cause of an error. */
function mistakeOf(error: unknown): string | undefined {
  if (error instanceof SettingsError || error instanceof InvalidPropsError) return error.message;
  if (!(error instanceof Error && error.message.startsWith(VALIDATION_FAILED))) return undefined;
  return error.message
    .slice(VALIDATION_FAILED.length)
    .replace(ADVICE, "")
    .replaceAll(/^ {2}\[[^\]]*\] /gm, "");
}

/** Creates the parent folders: CDKTF creates only the last one. */
function makeOutputFolder(): void {
  const folder = process.env.CDKTF_OUTDIR;
  if (folder === undefined) return;
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new SettingsError(
      `CDKTF_OUTDIR: must be a folder that is there or can be made, got "${folder}": ${error instanceof Error ? error.message : error}`,
    );
  }
}

try {
  makeOutputFolder();
  const app = new App();
  const stack = new AccessLogsStack(app, loadSettings());
  app.synth();
  const folder = join(app.outdir, "stacks", stack.node.id);
  // The stack is written, also if nobody reads this.
  writeText(`wrote ${folder}\n`).catch(() => undefined);
} catch (error) {
  const mistake = mistakeOf(error);
  if (mistake === undefined) throw error;
  writeErrors(...mistake.split("\n"));
  process.exitCode = 2;
}
