import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import type { Readable } from "node:stream";

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Run {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  /** What the program reads from its standard input. */
  readonly input: Buffer;
}

/** Processes of this test file that wait for a run. */
const idle: ChildProcess[] = [];
const started: ChildProcess[] = [];
afterAll(() => {
  for (const host of started) host.kill();
});

/** Runs a program in a process that earlier runs used, or in a new one if all of them are busy. */
export async function runInHost(run: Run): Promise<Outcome> {
  const host = idle.pop() ?? start();
  const mark = `\0${randomUUID()} `;
  const outputs = [host.stdout, host.stderr].map((stream) => textUntil(stream, mark));
  host.send({ ...run, input: run.input.toString("base64"), mark });
  const [out, err] = await Promise.all(outputs);
  if (out?.status === undefined || err === undefined) {
    const [status] = host.exitCode === null ? await once(host, "exit") : [host.exitCode];
    return { status, stdout: out?.text ?? "", stderr: err?.text ?? "" };
  }
  idle.push(host);
  return { status: out.status, stdout: out.text, stderr: err.text };
}

function start(): ChildProcess {
  const host = spawn(process.execPath, [join(__dirname, "program-host.cjs")], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  started.push(host);
  return host;
}

/** The output of a run, with its exit code unless the process ended before. */
function textUntil(stream: Readable | null, mark: string): Promise<{ text: string; status?: number }> {
  return new Promise((resolve) => {
    if (!stream) throw new Error("the process has no output");
    const chunks: Buffer[] = [];
    const finish = (result: { text: string; status?: number }) => {
      stream.off("data", onData).off("end", onEnd);
      resolve(result);
    };
    const onEnd = () => finish({ text: Buffer.concat(chunks).toString() });
    const onData = (chunk: Buffer) => {
      chunks.push(chunk);
      if (chunk.at(-1) !== NEWLINE) return;
      const [text = "", status] = Buffer.concat(chunks).toString().split(mark);
      if (status !== undefined) finish({ text, status: Number(status) });
    };
    stream.on("data", onData).on("end", onEnd);
  });
}

const NEWLINE = 10;
