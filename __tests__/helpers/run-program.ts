import { join } from "node:path";
import { type Outcome, runInHost } from "./run-in-host";

export const PROGRAM = join(__dirname, "../../dist/cli/access-logs.mjs");

/** The environment that the command needs to connect to the servers of this process. */
export const programEnvironment = (
  environment: Readonly<Record<string, string | undefined>>,
): NodeJS.ProcessEnv => ({
  ...process.env,
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
  ...environment,
});

/** An environment in which the SDK finds no credentials. */
export const NO_CREDENTIALS = {
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
};

interface RunOptions {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly input?: string | Buffer;
}

/** Runs the command with the servers of this process. */
export const runProgram = (
  args: readonly string[],
  { cwd = process.cwd(), environment = {}, input = "" }: RunOptions = {},
): Promise<Outcome> =>
  runInHost({
    program: PROGRAM,
    args,
    cwd,
    environment: programEnvironment(environment),
    input: Buffer.from(input),
  });
