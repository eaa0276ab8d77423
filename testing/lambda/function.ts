import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import type { Answer, Invocation } from "./messages";

export interface FunctionOptions {
  /** Name in messages. */
  readonly name: string;
  /** Program of `runtime.ts`, built. */
  readonly runtime: string;
  /** File in the zip, and its export. */
  readonly file: string;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
}

/** The process of a function ended before its answer. */
export class FunctionKilled extends Error {}
/** A function threw. */
export class FunctionError extends Error {}

/**
 * A function as Lambda runs it: in processes that are reused for later invocations, one for each concurrent
 * invocation.
 */
export class LambdaFunction {
  private readonly idle: ChildProcess[] = [];
  private readonly busy = new Set<ChildProcess>();
  private output = "";

  constructor(private readonly options: FunctionOptions) {
    if (!existsSync(options.runtime)) throw new Error(`${options.runtime} is missing: run "npm run build"`);
  }

  /** Its log over all invocations. */
  get log(): string {
    return this.output;
  }

  /**
   * @param remainingSeconds remaining time of the invocation. Default: its timeout
   * @throws FunctionError if the function threw, FunctionKilled if its process ended
   */
  async invoke(event: unknown, remainingSeconds = this.options.timeoutSeconds): Promise<unknown> {
    const child = this.idle.pop() ?? this.start();
    this.busy.add(child);
    const invocation: Invocation = { event, remainingMs: remainingSeconds * 1000 };
    const answer = answerOf(child, this.options.name);
    child.send(invocation);
    try {
      const result = await answer;
      this.idle.push(child);
      if (result.kind === "returned") return result.value;
      throw new FunctionError(`${this.options.name}: ${result.name}: ${result.message}`);
    } finally {
      this.busy.delete(child);
    }
  }

  /** Kills every running invocation. */
  kill(): void {
    for (const child of this.busy) child.kill("SIGKILL");
  }

  /** Ends all of its processes; a later invocation starts a new one, as after a deployment. */
  async close(): Promise<void> {
    const children = [...this.idle.splice(0), ...this.busy].filter(
      ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
    );
    await Promise.all(
      children.map(async (child) => {
        const exit = once(child, "exit");
        child.kill("SIGKILL");
        await exit;
      }),
    );
  }

  private start(): ChildProcess {
    const { runtime, file, handler, environment } = this.options;
    const child = fork(runtime, [file, handler], {
      // The options and variables of this process must not reach the function.
      execArgv: [],
      env: { NODE_NO_WARNINGS: "1", ...environment },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.output += text;
      });
    }
    return child;
  }
}

function answerOf(child: ChildProcess, name: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null, signal: string | null) => {
      child.off("message", onMessage);
      reject(new FunctionKilled(`${name}: its process ended with ${signal ?? code}`));
    };
    const onMessage = (answer: Answer) => {
      child.off("exit", onExit);
      resolve(answer);
    };
    child.once("exit", onExit);
    child.once("message", onMessage);
  });
}
