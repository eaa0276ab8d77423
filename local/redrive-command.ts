import { type Command, Option } from "commander";
import type { DeployedFunction } from "../deployed-parts";
import { examples, wholeNumber } from "./command-line";
import { confirmed } from "./confirm";
import { progressLine } from "./progress-line";
import { age, counted } from "./quantities";
import type { DeadLetter } from "./redrive/dead-letter";
import type { QueueContents, Redriven, SampleMessage } from "./redrive/redrive";
import { wrapped } from "./status/print-findings";
import { write } from "./write";

interface Options {
  readonly queue?: string;
  readonly settings?: string;
  readonly rate?: number;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly json: boolean;
}

const HANDLERS = [
  "move-access-logs",
  "create-partition",
  "transform-partition",
  "maintain-lake",
] as const satisfies readonly DeployedFunction["handler"][];
/** SQS moves no faster. */
const MAX_RATE = 500;

/** Adds `access-logs redrive`. */
export const addRedriveCommand = (program: Command): Command =>
  program
    .command("redrive")
    .description("show what lies in the dead-letter queues, and have it done again")
    .addOption(new Option("--queue <function>", "only what this function could not do").choices(HANDLERS))
    .option("--settings <file>", "settings of the stack (default: access-logs.json)")
    .option(
      "--rate <number>",
      "messages a second that are moved back, up to 500 (default: SQS chooses)",
      wholeNumber(1, MAX_RATE),
    )
    .option("--dry-run", "only show what is there; nothing is taken out", false)
    .option("--yes", "do not ask", false)
    .option("--json", "print the outcome as one JSON document", false)
    .addHelpText(
      "after",
      examples("access-logs redrive --dry-run", "access-logs redrive --queue move-access-logs --rate 50"),
    )
    .action(run);

async function run({ queue, settings, rate, dryRun, yes, json }: Options): Promise<void> {
  // What the settings and the SDK rest on is large: other commands do not wait for it.
  const { redrive } = await import("./redrive/redrive.js");
  const progress = progressLine(process.stderr);
  const redriven = await redrive({
    ...(settings === undefined ? {} : { settings }),
    ...(queue === undefined ? {} : { handler: queue }),
    ...(rate === undefined ? {} : { rate }),
    confirm: async (contents) => {
      progress.clear();
      if (!json) await write(printContents(contents));
      return !dryRun && (yes || confirmed(`have ${counted(contents.messages, "message")} done again?`));
    },
    onProgress: (done, total) => progress.show("messages", done, total),
  });
  progress.clear();
  await write(
    json ? `${JSON.stringify(redriven)}\n` : redriven.map((item) => printOutcome(item, dryRun)).join(""),
  );
}

function printContents({ queue, messages, inFlight, samples }: QueueContents): string {
  const busy = inFlight > 0 ? `, and ${inFlight} that someone looks at just now` : "";
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
      return letter.objects.length === 0 ? "a test of S3, about no object" : letter.objects.join(" ");
    case "run": {
      const { request, error } = letter;
      const run =
        request.kind === "now" ? "a run of the schedule" : `the hours ${request.from} to ${request.to}`;
      return `${run}${error === "" ? "" : `; ${error}`}`;
    }
    case "unknown":
      return `not of this pipeline: ${letter.reason}`;
  }
}

const printOutcome = (item: Redriven, isDryRun: boolean): string =>
  `${wrapped(`${item.queue}: ${outcomeText(item, isDryRun)}`, "  ").join("\n")}\n`;

function outcomeText({ functionName, inFlight, outcome }: Redriven, isDryRun: boolean): string {
  switch (outcome.kind) {
    case "empty":
      return inFlight > 0
        ? `${counted(inFlight, "message")} that someone looks at just now; try again in some minutes`
        : "nothing in it";
    case "declined":
      return isDryRun ? "left as it is: this was a dry run" : "left as it is";
    case "moved":
      return `${counted(outcome.moved, "message")} moved back; what fails again is here again after five tries`;
    case "invoked": {
      const runs = `${counted(outcome.invoked.length, "run")} of ${functionName} begun for ${counted(outcome.done, "message")}`;
      return outcome.left > 0
        ? `${runs}; ${counted(outcome.left, "message")} left, not of this pipeline`
        : runs;
    }
  }
}
