import { type Command, Option } from "commander";
import type { Connection } from "../../operations/notification-plan";
import { confirmed } from "../../terminal/confirm";
import { UserError } from "../../terminal/user-error";
import { write } from "../../terminal/write";
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
  readonly json: boolean;
}

/** Adds `access-logs connect-bucket`. */
export function addConnectBucketCommand(program: Command): Command {
  return program
    .command("connect-bucket")
    .description(
      "have a bucket that exists already tell the pipeline of new objects; nothing else on it changes",
    )
    .requiredOption("--bucket <bucket>", "bucket that the logs arrive in")
    .requiredOption(
      "--owner <account>",
      "account that owns it; another one's bucket is not touched",
      matching(/^\d{12}$/, "a 12-digit AWS account id"),
    )
    .addOption(
      new Option("--eventbridge", "send every event to EventBridge, where the pipeline listens")
        .default(false)
        .conflicts(["queue"]),
    )
    .option(
      "--queue <arn>",
      "send the events of some prefixes to this queue",
      matching(/^arn:[a-z-]+:sqs:[a-z0-9-]+:\d{12}:[\w-]+(?:\.fifo)?$/, "the ARN of an SQS queue"),
    )
    .option("--prefix <prefix...>", "with --queue: what the keys start with", [])
    .option("--remove", "take the connection away again", false)
    .option("--dry-run", "only show what would change", false)
    .option("--yes", "do not ask", false)
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
  const { bucket, owner, remove, dryRun, yes, json } = options;
  const { connectBucket } = await import("../../operations/connect-bucket.js");
  const outcome = await connectBucket({
    bucket,
    owner,
    remove,
    connection: connectionOf(options),
    confirm: async (changes) => {
      if (!json) await write(`bucket ${bucket}\n${changes.map((line) => `  ${line}\n`).join("")}`);
      return !dryRun && (yes || confirmed("write this?"));
    },
  });
  if (json) await write(`${JSON.stringify(outcome)}\n`);
  else if (outcome.kind === "unchanged") await write(`bucket ${bucket}: nothing to change\n`);
  else if (outcome.kind === "written") await write("written, read again, and as it should be\n");
  else await write(dryRun ? "nothing was written: this was a dry run\n" : "nothing was written\n");
}

function connectionOf({ eventbridge, queue, prefix, remove }: Options): Connection {
  if (eventbridge) return { kind: "eventbridge" };
  if (queue === undefined)
    throw new UserError("name how the bucket shall tell: --eventbridge or --queue ARN");
  if (prefix.length === 0 && !remove) {
    throw new UserError("--queue needs --prefix: what the keys of the logs start with, e.g. alb/AWSLogs/");
  }
  return { kind: "queue", arn: queue, prefixes: prefix };
}
