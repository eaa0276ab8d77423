import { type Command, Option } from "commander";
import { messageOf } from "../../handlers/core/errors";
import type { DeadLetter, RunRequest } from "../../operations/redrive/dead-letter";
import { printRejected, printRejectedOutcome } from "../../operations/redrive/print-rejected";
import type { QueueContents, Redriven, SampleMessage } from "../../operations/redrive/redrive";
import type { DeployedParts } from "../../pipeline/deployed-parts";
import { HANDLER_NAMES } from "../../pipeline/handler-names";
import { confirmed } from "../../terminal/confirm";
import { progressLine } from "../../terminal/progress-line";
import { age, count, counted } from "../../terminal/quantities";
import { wrapped } from "../../terminal/wrapped";
import { write, writeText } from "../../terminal/write";
import { examples, wholeNumber } from "../command-line";
import { addDeploymentOptions, type DeploymentOptions } from "../deployment-options";
import { loadParts } from "../load-parts";

interface Options extends DeploymentOptions {
  readonly queue?: string;
  readonly rate?: number;
  readonly rejected: boolean;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly json: boolean;
}

/** Maximum rate of SQS. */
const MAX_RATE = 500;

/** Adds `access-logs redrive`. */
export const addRedriveCommand = (program: Command): Command =>
  addDeploymentOptions(
    program
      .command("redrive")
      .description("list and retry dead-letter messages, or rejected files")
      .addOption(
        new Option("--queue <function>", "only the dead-letter messages of this function").choices(
          HANDLER_NAMES,
        ),
      )
      .addOption(
        new Option("--rejected", "list the files that Athena could not read, and take replaced files back")
          .default(false)
          .conflicts(["queue", "rate"]),
      ),
  )
    .option(
      "--rate <number>",
      "messages per second to move back, at most 500 (default: SQS chooses)",
      wholeNumber(1, MAX_RATE),
    )
    .option("--dry-run", "only list the messages or files", false)
    .option("--yes", "do not ask for confirmation", false)
    .option("--json", "print the outcome as one JSON document", false)
    .addHelpText(
      "after",
      examples(
        "access-logs redrive --dry-run",
        "access-logs redrive --queue move-access-logs --rate 50",
        "access-logs redrive --rejected --dry-run",
      ),
    )
    .action((options: Options) => (options.rejected ? runRejected(options) : runQueues(options)));

async function runQueues(options: Options): Promise<void> {
  const { queue, rate, dryRun, yes, json } = options;
  const parts = await loadParts(options.settings);
  const { redrive } = await import("../../operations/redrive/redrive.js");
  const progress = progressLine(process.stderr);
  const redriven = await redrive(parts, {
    ...(queue === undefined ? {} : { handler: queue }),
    ...(rate === undefined ? {} : { rate }),
    confirm: async (contents) => {
      progress.clear();
      if (!json) await writeText(printContents(contents));
      return !dryRun && (yes || confirmed(`retry ${counted(contents.messages, "message")}?`));
    },
    onProgress: (done, total) => progress.show("messages", done, total),
  });
  progress.clear();
  if (json) return write(`${JSON.stringify(redriven)}\n`);
  await writeText(redriven.map((item) => printOutcome(item, dryRun)).join(""));
  if (queue === undefined) await writeText(await rejectedLine(parts, options));
}

/** A line about rejected files; empty if there are none. */
async function rejectedLine(parts: DeployedParts, options: DeploymentOptions): Promise<string> {
  const { rejectedContents } = await import("../../operations/redrive/rejected.js");
  try {
    const { files } = await rejectedContents(parts, options);
    if (files.length === 0) return "";
    return `rejected files: ${count(files.length)}; run "access-logs redrive --rejected --dry-run" to list them\n`;
  } catch (error) {
    // The messages of the queues are already redriven, so this error must not fail the command.
    return `rejected files: not checked: ${messageOf(error)}\n`;
  }
}

async function runRejected(options: Options): Promise<void> {
  const { dryRun, yes, json } = options;
  const { redriveRejected } = await import("../../operations/redrive/rejected.js");
  const progress = progressLine(process.stderr);
  const redriven = await redriveRejected(await loadParts(options.settings), {
    ...options,
    confirm: async (contents) => {
      progress.clear();
      if (!json) await writeText(printRejected(contents));
      const replaced = contents.files.filter(({ isReplaced }) => isReplaced).length;
      return !dryRun && replaced > 0 && (yes || confirmed(`take back ${counted(replaced, "file")}?`));
    },
    onProgress: (done, total) => progress.show("files", done, total),
  });
  progress.clear();
  await (json ? write(`${JSON.stringify(redriven)}\n`) : writeText(printRejectedOutcome(redriven, dryRun)));
  const { outcome } = redriven;
  if (outcome.kind === "taken-back" && outcome.failed.length > 0) process.exitCode = 1;
}

function printContents({ queue, messages, inFlight, samples }: QueueContents): string {
  const busy = inFlight > 0 ? `, and ${inFlight} in flight` : "";
  const more = messages - samples.length;
  return [
    `${queue}: ${counted(messages, "message")}${busy}`,
    ...samples.flatMap(sampleLines),
    ...(more > 0 ? [`  and ${more} more`] : []),
    "",
  ].join("\n");
}

function sampleLines({ sentAt, received, letter }: SampleMessage): string[] {
  const since = sentAt ? `${age(Date.now() - sentAt.getTime())} old, ` : "";
  return wrapped(`  ${since}received ${counted(received, "time")}: ${textOf(letter)}`, "    ");
}

function textOf(letter: DeadLetter): string {
  switch (letter.kind) {
    case "objects":
      return letter.objects.length === 0 ? "a test event of S3 without an object" : letter.objects.join(" ");
    case "run": {
      const { request, error } = letter;
      return `${runText(request)}${error === "" ? "" : `; ${error}`}`;
    }
    case "unknown":
      return `not from this pipeline: ${letter.reason}`;
  }
}

function runText(request: RunRequest): string {
  switch (request.kind) {
    case "now":
      return "a run of the schedule";
    case "table":
      return `a run of the schedule for ${request.table}`;
    case "range":
      return `the hours ${request.from} to ${request.to}`;
  }
}

const printOutcome = (item: Redriven, isDryRun: boolean): string =>
  `${wrapped(`${item.queue}: ${outcomeText(item, isDryRun)}`, "  ").join("\n")}\n`;

function outcomeText({ functionName, inFlight, outcome }: Redriven, isDryRun: boolean): string {
  switch (outcome.kind) {
    case "empty":
      return inFlight > 0 ? `${counted(inFlight, "message")} in flight; try again in a few minutes` : "empty";
    case "declined":
      return isDryRun ? "unchanged: this was a dry run" : "unchanged";
    case "moved":
      return `${counted(outcome.moved, "message")} moved back; a message that fails again returns after five attempts`;
    case "invoked": {
      const runs = `${counted(outcome.invoked.length, "run")} of ${functionName} started for ${counted(outcome.done, "message")}`;
      return outcome.left > 0
        ? `${runs}; ${counted(outcome.left, "message")} left, not from this pipeline`
        : runs;
    }
  }
}
