import { type ChildProcess, fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Configuration } from "../handlers/configuration";
import type { MoveEnvironment } from "../handlers/environment";
import { handlerCode } from "../modules/handler-code";
import type { HandlerName } from "../pipeline/handler-names";
import { configuredSourcesOf } from "../pipeline/log-source";
import { RUNTIME_NODES } from "../pipeline/runtime";
import { unpack } from "../testing/lambda/unpack";
import type { BenchOptions } from "./benchmark";
import { type FunctionReport, LIVE_MEMORY } from "./function-report";
import { npmPeer } from "./peers";

/** A function in a separate process, as Lambda runs it. */
export interface FunctionProcess {
  readonly init: FunctionReport;
  /** @throws Error that the handler threw */
  invoke(event: object): Promise<FunctionReport>;
  /** MiB of the heap after a garbage collection. */
  liveMiB(): Promise<number>;
  stop(): Promise<void>;
}

/** Node of Lambda's newest runtime, published on npm for every platform. */
const LAMBDA_NODE = String(Math.max(...RUNTIME_NODES));

/** The Node that runs the functions: Lambda's version if installed, else that of this process. */
export function lambdaNode(options: BenchOptions): { readonly path: string; readonly note: string } {
  const name = `node-${process.platform}-${process.arch}`;
  const peer = npmPeer(name, LAMBDA_NODE, "bin/node", options);
  return "path" in peer
    ? {
        path: peer.path,
        note: `Node ${spawnSync(peer.path, ["-p", "process.versions.node"], { encoding: "utf8" }).stdout.trim()}`,
      }
    : { path: process.execPath, note: `Node ${process.versions.node} (${peer.skipped})` };
}

/** Loads a module like a new Lambda environment. @throws Error if it cannot be loaded */
export async function startFunction(
  node: string,
  file: string,
  environment: Readonly<Record<string, string>>,
): Promise<FunctionProcess> {
  const child = fork(join(__dirname, "bench", "lambda.js"), [file], {
    execPath: node,
    // The options of this process must not reach the function.
    execArgv: [],
    env: { NODE_NO_WARNINGS: "1", ...environment },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const init = await nextReport(child);
  const send = (message: string | object) => {
    const report = nextReport(child);
    child.send(message);
    return report;
  };
  return {
    init,
    invoke: send,
    liveMiB: async () => (await send(LIVE_MEMORY)).heapMiB,
    stop: async () => {
      if (child.exitCode !== null) return;
      const exit = once(child, "exit");
      child.kill();
      await exit;
    },
  };
}

async function nextReport(child: ChildProcess): Promise<FunctionReport> {
  const report = await new Promise<FunctionReport>((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`the function's process ended with ${code}`));
    child.once("exit", onExit);
    child.once("message", (message: FunctionReport) => {
      child.off("exit", onExit);
      resolve(message);
    });
  });
  if (report.error !== undefined) throw new Error(report.error);
  return report;
}

/** Unpacks the deployed code. @returns the file to load */
export function unpackHandler(name: HandlerName, folder: string): string {
  unpack(handlerCode(name).path, join(folder, name));
  return join(folder, name, "index.js");
}

/** Variables that Lambda sets for every function, and the endpoints of the services. */
export const functionEnvironment = (endpoint: string): Readonly<Record<string, string>> => ({
  AWS_REGION: "eu-central-1",
  AWS_ACCESS_KEY_ID: "bench",
  AWS_SECRET_ACCESS_KEY: "bench",
  AWS_ENDPOINT_URL: endpoint,
  POWERTOOLS_SERVICE_NAME: "bench",
  POWERTOOLS_METRICS_NAMESPACE: "AccessLogs",
});

/** The stack's configuration object for a load balancer that delivers below `alb/`. */
export const CONFIGURATION: Configuration = {
  sources: [...configuredSourcesOf([{ name: "web", format: "alb", prefix: "alb/" }], "logs")],
};

/** The stack's variables for `move-access-logs`. */
export const moveEnvironment = (bucket: string): MoveEnvironment => ({
  LANDING_BUCKET: bucket,
  TARGET_BUCKET: bucket,
  KEEP_ORIGINALS: "false",
});
