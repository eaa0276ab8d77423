import type { Command } from "commander";
import { usageError } from "../../terminal/user-error";
import { write, writeErrors } from "../../terminal/write";
import { examples, matching } from "../command-line";

interface Options {
  readonly account: string;
  readonly bucket?: string;
  readonly settings?: string;
  readonly json: boolean;
}

/** Adds `access-logs bucket-policy`. */
export function addBucketPolicyCommand(program: Command): Command {
  return program
    .command("bucket-policy")
    .description(
      "print the statements that the owner of an existing bucket must add to its policy to receive logs",
    )
    .requiredOption(
      "--account <account>",
      "account of the pipeline",
      matching(/^\d{12}$/, "a 12-digit AWS account id"),
    )
    .option("--bucket <bucket>", "bucket that receives the logs (default: existingLogBucket in the settings)")
    .option("--settings <file>", "settings of the stack (default: access-logs.json)")
    .option("--json", "print the policy document on one line, without notes", false)
    .addHelpText(
      "after",
      examples(
        "access-logs bucket-policy --account 111122223333",
        "access-logs bucket-policy --account 111122223333 --bucket company-logs --json",
      ),
    )
    .action(run);
}

async function run({ account, bucket, settings: file, json }: Options): Promise<void> {
  // The modules for settings are large: only commands that need them load them.
  const { aclDeliveriesOf } = await import("../../pipeline/log-delivery.js");
  const { ownersPolicyOf } = await import("../../pipeline/owners-policy.js");
  const { loadPipelineProps } = await import("../../settings/load.js");
  const props = loadPipelineProps(file);
  const name = bucket ?? props.existingLogBucket;
  if (name === undefined) {
    throw usageError("the settings have no existingLogBucket: set --bucket");
  }
  const policy = ownersPolicyOf(props, name, account);
  if (json) return write(`${policy}\n`);
  await write(`${JSON.stringify(JSON.parse(policy), undefined, 2)}\n`);
  for (const { service } of aclDeliveriesOf(props.sources)) {
    writeErrors(
      `${service} needs access control lists, not a policy: set the object ownership of bucket ${name} to "bucket owner preferred"`,
    );
  }
}
