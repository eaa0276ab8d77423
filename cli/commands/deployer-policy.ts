import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { UserError } from "../../terminal/user-error";
import { write } from "../../terminal/write";
import { examples, matching } from "../command-line";

interface Options {
  readonly account: string;
  readonly settings?: string;
  readonly stack: string;
  readonly json: boolean;
}

const STACK = "cdktf.out/stacks/access-logs";
const STACK_FILE = "cdk.tf.json";

/** Adds `access-logs deployer-policy`. */
export function addDeployerPolicyCommand(program: Command): Command {
  return program
    .command("deployer-policy")
    .description("print the IAM policy that terraform apply and destroy of this stack need")
    .requiredOption(
      "--account <account>",
      "account of the pipeline",
      matching(/^\d{12}$/, "a 12-digit AWS account id"),
    )
    .option("--settings <file>", "settings of the stack (default: access-logs.json)")
    .option("--stack <folder>", "the synthesized stack", STACK)
    .option("--json", "print the policy document on one line", false)
    .addHelpText("after", examples("access-logs deployer-policy --account 111122223333"))
    .action(run);
}

async function run({ account, settings: file, stack, json }: Options): Promise<void> {
  const { deployerPolicyOf } = await import("../../settings/deployer-policy.js");
  const { loadSettings } = await import("../../settings/load.js");
  const policy = deployerPolicyOf(loadSettings(file), typesIn(stack), account);
  await write(`${json ? policy : JSON.stringify(JSON.parse(policy), undefined, 2)}\n`);
}

/** Types of a stack's resources, and of its data sources with the prefix `data.`. */
function typesIn(stack: string): Set<string> {
  const path = join(stack, STACK_FILE);
  if (!existsSync(path))
    throw new UserError(
      `${path}: the file does not exist; run "npm run synth", or set --stack to the folder`,
    );
  const { resource = {}, data = {} }: { readonly resource?: object; readonly data?: object } = JSON.parse(
    readFileSync(path, "utf8"),
  );
  return new Set([...Object.keys(resource), ...Object.keys(data).map((type) => `data.${type}`)]);
}
