import type { Message } from "@aws-sdk/client-sqs";
import { systemClock } from "../../handlers/core/ports";
import { type DeployedFunction, type DeployedParts, functionsOf } from "../../pipeline/deployed-parts";
import { awsClients, type Clients } from "../clients";
import { type QueueState, stateOf } from "../queues";
import { type DeadLetter, readArrival, readRun } from "./dead-letter";
import { moveBack } from "./move-back";
import { peek } from "./peek";
import { type RanAgain, runAgain } from "./run-again";

export interface RedriveOptions {
  /** Redrives only the dead letters of this function. */
  readonly handler?: string;
  /** Messages per second. */
  readonly rate?: number;
  /** Called with the content of a queue; the queue is redriven only if this returns true. */
  readonly confirm: (contents: QueueContents) => Promise<boolean>;
  readonly onProgress: (done: number, total: number) => void;
}

/** Content of a dead-letter queue. */
export interface QueueContents {
  readonly queue: string;
  readonly functionName: string;
  readonly messages: number;
  /** Messages that another consumer has received. */
  readonly inFlight: number;
  /** Some of the messages. */
  readonly samples: readonly SampleMessage[];
}

export interface SampleMessage {
  readonly sentAt?: Date;
  readonly received: number;
  readonly letter: DeadLetter;
}

/** Outcome for a queue. */
export type Redriven = QueueContents & {
  readonly outcome:
    | { readonly kind: "empty" }
    | { readonly kind: "declined" }
    | { readonly kind: "moved"; readonly moved: number }
    | ({ readonly kind: "invoked" } & RanAgain);
};

/** Redrives the dead-letter queues, one after another. @throws error of AWS, or UserError */
export async function redrive(parts: DeployedParts, options: RedriveOptions): Promise<Redriven[]> {
  const clients = awsClients(parts.region);
  const redriven: Redriven[] = [];
  for (const part of functionsOf(parts)) {
    if (options.handler !== undefined && options.handler !== part.handler) continue;
    redriven.push(await redriveQueue(clients, part, options));
  }
  return redriven;
}

async function redriveQueue(
  clients: Clients,
  part: DeployedFunction,
  options: RedriveOptions,
): Promise<Redriven> {
  const state = await stateOf(clients.sqs, part.deadLetterQueue);
  const { waiting: messages, inFlight } = state;
  const read = part.queue === undefined ? readRun : readArrival;
  const samples = messages > 0 ? await peek(clients.sqs, state.url) : [];
  const contents: QueueContents = {
    queue: part.deadLetterQueue,
    functionName: part.name,
    messages,
    inFlight,
    samples: samples.map((message) => sampleOf(message, read)),
  };
  if (messages === 0) return { ...contents, outcome: { kind: "empty" } };
  if (!(await options.confirm(contents))) return { ...contents, outcome: { kind: "declined" } };
  return { ...contents, outcome: await redriveAll(clients, part, state, options) };
}

function sampleOf(message: Message, read: (message: Message) => DeadLetter): SampleMessage {
  const { SentTimestamp: sent, ApproximateReceiveCount: received } = message.Attributes ?? {};
  return {
    ...(sent === undefined ? {} : { sentAt: new Date(Number(sent)) }),
    received: Number(received ?? 0),
    letter: read(message),
  };
}

async function redriveAll(
  { sqs, lambda }: Clients,
  { name, queue }: DeployedFunction,
  state: QueueState,
  { rate, onProgress }: RedriveOptions,
): Promise<Redriven["outcome"]> {
  if (queue === undefined) {
    const { url: queueUrl, waiting: messages } = state;
    return {
      kind: "invoked",
      ...(await runAgain(sqs, lambda, { functionName: name, queueUrl, messages, onProgress })),
    };
  }
  const { arn: to } = await stateOf(sqs, queue);
  const moved = await moveBack(sqs, systemClock, {
    from: state.arn,
    to,
    ...(rate === undefined ? {} : { rate }),
    onProgress,
  });
  return { kind: "moved", moved };
}
