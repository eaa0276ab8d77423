import { type Command, Option } from "commander";
import type { Connection } from "../../operations/notification-plan";
import { confirmed } from "../../terminal/confirm";
import { usageError } from "../../terminal/user-error";
import { write, writeText } from "../../terminal/write";
import { examples, matching } from "../command-line";

interface Options {
  readonly bucket: string;
  readonly owner: string;
  readonly eventbridge: boolean;
  readonly queue?: string;
  readonly prefix: readonly string[];
  readonly remove: boolean;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly region?: string;
  readonly json: boolean;
}

/** Adds `access-logs connect-bucket`. */
export function addConnectBucketCommand(program: Command): Command {
  return program
    .command("connect-bucket")
    .description(
      "make an existing bucket notify the pipeline about new objects; nothing else on the bucket changes",
    )
    .requiredOption("--bucket <bucket>", "bucket that receives the logs")
    .requiredOption(
      "--owner <account>",
      "account that owns the bucket; a bucket of another account is not changed",
      matching(/^\d{12}$/, "a 12-digit AWS account id"),
    )
    .addOption(
      new Option("--eventbridge", "send all events to EventBridge, where the pipeline has rules")
        .default(false)
        .conflicts(["queue"]),
    )
    .option(
      "--queue <arn>",
      "send the events of these prefixes to this queue",
      matching(/^arn:[a-z-]+:sqs:[a-z0-9-]+:\d{12}:[\w-]+(?:\.fifo)?$/, "the ARN of an SQS queue"),
    )
    .option("--prefix <prefix...>", "with --queue: prefixes of the keys", [])
    .option("--region <region>", "Region of the bucket (default: your environment's)")
    .option("--remove", "remove the connection", false)
    .option("--dry-run", "only show the changes", false)
    .option("--yes", "do not ask for confirmation", false)
    .option("--json", "print the outcome as one JSON document", false)
    .addHelpText(
      "after",
      examples(
        "access-logs connect-bucket --bucket company-logs --owner 111122223333 --eventbridge --dry-run",
        "access-logs connect-bucket --bucket company-logs --owner 111122223333 --eventbridge",
        "access-logs connect-bucket --bucket company-logs --owner 111122223333 --queue arn:aws:sqs:eu-central-1:111122223333:arrivals --prefix alb/AWSLogs/",
      ),
    )
    .action(run);
}

async function run(options: Options): Promise<void> {
  const { bucket, owner, remove, dryRun, yes, json, region } = options;
  const { connectBucket } = await import("../../operations/connect-bucket.js");
  const outcome = await connectBucket({
    bucket,
    owner,
    ...(region === undefined ? {} : { region }),
    remove,
    connection: connectionOf(options),
    confirm: async (changes) => {
      if (!json) await writeText(`bucket ${bucket}\n${changes.map((line) => `  ${line}\n`).join("")}`);
      return !dryRun && (yes || confirmed("apply these changes?"));
    },
  });
  if (json) await write(`${JSON.stringify(outcome)}\n`);
  else if (outcome.kind === "unchanged") await writeText(`bucket ${bucket}: nothing to change\n`);
  else if (outcome.kind === "written") await writeText("written and verified\n");
  else await writeText(dryRun ? "nothing was written: this was a dry run\n" : "nothing was written\n");
}

function connectionOf({ eventbridge, queue, prefix, remove }: Options): Connection {
  if (eventbridge) return { kind: "eventbridge" };
  if (queue === undefined)
    throw usageError("choose how the bucket notifies the pipeline: --eventbridge or --queue ARN");
  if (prefix.length === 0 && !remove) {
    throw usageError("--queue needs --prefix: the prefix of the logs' keys, e.g. alb/AWSLogs/");
  }
  return { kind: "queue", arn: queue, prefixes: prefix };
}
