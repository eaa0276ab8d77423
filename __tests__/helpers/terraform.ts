import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

/** The environment of Terraform: without the settings of this machine, and without the check for a newer version. */
export function terraformEnvironment(folder: string): NodeJS.ProcessEnv {
  const settings = join(folder, "terraform.rc");
  writeFileSync(settings, "");
  return { ...process.env, CHECKPOINT_DISABLE: "1", TF_CLI_CONFIG_FILE: settings, TF_CLI_ARGS: "-no-color" };
}

/** An error shows its whole rule, so that many errors do not fit in Node's 1 MiB. */
const MAX_OUTPUT_BYTES = 16 * 1024 ** 2;

/** @throws with the output of Terraform if it does not succeed */
export const runTerraform = (
  folder: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<{ readonly stdout: string; readonly stderr: string }> =>
  promisify(execFile)("terraform", args, {
    cwd: folder,
    maxBuffer: MAX_OUTPUT_BYTES,
    env: { ...terraformEnvironment(folder), ...variables },
  });
