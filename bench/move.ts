import { join } from "node:path";
import { hourOf } from "../formats/hour";
import { ARRIVALS_PREFIX, CONFIGURATION_KEY } from "../formats/partition-layout";
import { albObjects } from "../sample/objects";
import { randomFrom } from "../sample/random";
import { count } from "../terminal/quantities";
import { CONFIGURED_AT, s3Notification, sqsEvent } from "../testing/events";
import { type S3Server, startS3Server } from "../testing/s3-server";
import type { BenchOptions, Outcome, Table, Target } from "./benchmark";
import { withFolder } from "./data";
import {
  CONFIGURATION,
  type FunctionProcess,
  functionEnvironment,
  lambdaNode,
  moveEnvironment,
  startFunction,
  unpackHandler,
} from "./function-process";
import { alternate, type Contestant, type Measured, ratio, runsOf, spread } from "./measure";

/** S3's latency for a small request within its Region. */
const LATENCY_MS = 25;
const BUCKET = "logs";
const OBVIOUS_HANDLER = join(__dirname, "bench", "obvious-handler.js");
const OBVIOUS = "one object per invocation, copy, then delete";
/** Objects per round, by batch size: more for faster batches. */
const OBJECTS = { 1: 100, 10: 200, 100: 1000, 1000: 2000 } as const;
const LARGEST_BATCH = 1000;
const MEMORY_OBJECTS = [10, 100, 1000, 10_000] as const;

/** Totals of one round. */
interface Moved {
  readonly objects: number;
  readonly invocations: number;
  /** Billed time: each invocation is rounded up to a millisecond. */
  readonly billedMs: number;
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly requests: number;
  readonly notes: number;
}

/** The deployed handler, compared with the obvious one. */
export async function move(options: BenchOptions): Promise<Outcome> {
  const server = await startS3Server(LATENCY_MS);
  try {
    return await withFolder("move", (folder) => moveWith(server, folder, options));
  } finally {
    await server.close();
  }
}

async function moveWith(server: S3Server, folder: string, options: BenchOptions): Promise<Outcome> {
  const node = lambdaNode(options);
  const environment = { ...functionEnvironment(server.endpoint), ...moveEnvironment(BUCKET) };
  const bundled = unpackHandler("move-access-logs", folder);
  const startOurs = () => startFunction(node.path, bundled, environment);
  const ours = await startOurs();
  const obvious = await startFunction(node.path, OBVIOUS_HANDLER, environment);
  try {
    const rounds = options.quick ? 1 : 3;
    const measured = await alternate(rounds, contestants(server, ours, obvious), options.progress);
    const memory: Memory[] = [];
    for (const objects of MEMORY_OBJECTS) {
      options.progress(`memory for ${objects} objects`);
      memory.push(await memoryAfter(server, objects, startOurs));
    }
    return {
      input: `S3 over HTTP on this machine, ${LATENCY_MS} ms per request; the function's zip in a process of its own, already warm, ${node.note}.`,
      tables: [comparison(measured), memoryTable(memory)],
      targets: targets(measured, memory),
      notes: [],
    };
  } finally {
    await Promise.all([ours.stop(), obvious.stop()]);
  }
}

const contestants = (
  server: S3Server,
  ours: FunctionProcess,
  obvious: FunctionProcess,
): Contestant<Moved>[] => [
  {
    name: OBVIOUS,
    run: () =>
      moveObjects(server, OBJECTS[1], 1, ([key = ""]) =>
        obvious.invoke(JSON.parse(s3Notification(BUCKET, key))),
      ),
  },
  ...Object.entries(OBJECTS).map(([batch, objects]) => ({
    name: batchName(Number(batch)),
    run: () => moveObjects(server, objects, Number(batch), (keys) => ours.invoke(queueBatch(keys))),
  })),
];

const batchName = (batch: number): string => `move-access-logs, batches of ${count(batch)}`;
const queueBatch = (keys: readonly string[]) => sqsEvent(...keys.map((key) => s3Notification(BUCKET, key)));

/** Puts objects, moves them in batches, and checks that each is at its target and no longer at its source. */
async function moveObjects(
  server: S3Server,
  count: number,
  batch: number,
  invoke: (
    keys: readonly string[],
  ) => Promise<{ readonly milliseconds: number; readonly cpuMilliseconds: number }>,
): Promise<Moved> {
  server.clear();
  server.put(BUCKET, CONFIGURATION_KEY, JSON.stringify(CONFIGURATION), CONFIGURED_AT);
  const keys = putObjects(server, count);
  const started = performance.now();
  let [billedMs, cpuMs, invocations] = [0, 0, 0];
  for (let start = 0; start < keys.length; start += batch) {
    const { milliseconds, cpuMilliseconds } = await invoke(keys.slice(start, start + batch));
    billedMs += Math.ceil(milliseconds);
    cpuMs += cpuMilliseconds;
    invocations++;
  }
  const wallMs = performance.now() - started;
  const left = server
    .keys(BUCKET)
    .filter((key) => key !== CONFIGURATION_KEY && !key.startsWith(ARRIVALS_PREFIX));
  if (left.length !== count || left.some((key) => key.startsWith("alb/"))) {
    throw new Error(
      `of ${count} objects, ${left.filter((key) => !key.startsWith("alb/")).length} were moved`,
    );
  }
  // Ignores the read of the sources, which happens once per process.
  const requests = server.requests.filter(({ key }) => key !== CONFIGURATION_KEY);
  const notes = requests.filter(({ key }) => key.startsWith(ARRIVALS_PREFIX)).length;
  return { objects: count, invocations, billedMs, cpuMs, wallMs, requests: requests.length, notes };
}

/** Puts `count` files of load balancers. */
function putObjects(server: S3Server, count: number): string[] {
  const hour = hourOf(Date.UTC(2026, 10, 23, 7));
  const keys = [...albObjects(randomFrom(1), count, hour, 1)].map(({ key }) => key);
  for (const key of keys) server.put(BUCKET, key, "text");
  return keys;
}

/** Memory of a process that moved a number of objects. */
interface Memory {
  readonly objects: number;
  readonly peakMiB: number;
  readonly liveMiB: number;
}

async function memoryAfter(
  server: S3Server,
  objects: number,
  start: () => Promise<FunctionProcess>,
): Promise<Memory> {
  const ours = await start();
  try {
    let { peakMiB } = ours.init;
    await moveObjects(server, objects, LARGEST_BATCH, async (keys) => {
      const report = await ours.invoke(queueBatch(keys));
      peakMiB = report.peakMiB;
      return report;
    });
    return { objects, peakMiB, liveMiB: await ours.liveMiB() };
  } finally {
    await ours.stop();
  }
}

const per1000 = (moved: readonly Moved[], value: (item: Moved) => number): number[] =>
  moved.map((item) => (value(item) / item.objects) * 1000);
const billed = (moved: readonly Moved[]) => per1000(moved, ({ billedMs }) => billedMs);

function comparison(measured: Measured<Moved>): Table {
  const obvious = runsOf(measured, OBVIOUS);
  return {
    title: "Per 1,000 objects",
    columns: ["handler", "invocations", "billed ms", "CPU ms", "wall ms", "S3 requests", "fewer billed ms"],
    rows: [...measured.keys()].map((name) => {
      const runs = runsOf(measured, name);
      return [
        name,
        spread(per1000(runs, ({ invocations }) => invocations)),
        spread(billed(runs)),
        spread(per1000(runs, ({ cpuMs }) => cpuMs)),
        spread(per1000(runs, ({ wallMs }) => wallMs)),
        spread(per1000(runs, ({ requests }) => requests)),
        ratio(billed(obvious), billed(runs)),
      ];
    }),
  };
}

const memoryTable = (memory: readonly Memory[]): Table => ({
  title: "Memory of one process, in batches of at most 1,000",
  columns: ["objects", "most, MiB", "heap in use after a collection, MiB"],
  rows: memory.map(({ objects, peakMiB, liveMiB }) => [objects, Math.round(peakMiB), liveMiB]),
});

function targets(measured: Measured<Moved>, memory: readonly Memory[]): Target[] {
  const largest = runsOf(measured, batchName(LARGEST_BATCH));
  const requests = spread(largest.map(({ requests, notes, objects }) => (requests - notes) / objects));
  const faster = ratio(billed(runsOf(measured, OBVIOUS)), billed(largest));
  const [few, many] = [memory[0], memory.at(-1)];
  return [
    {
      kind: "goal",
      name: "fewer billed ms in batches of 1,000",
      value: faster.median,
      bound: { atLeast: 30 },
      unit: "x",
    },
    {
      kind: "limit",
      name: "S3 requests per object, notes aside",
      value: requests.median,
      bound: { atMost: 1.01 + 1 / LARGEST_BATCH },
      unit: "requests",
    },
    {
      kind: "limit",
      name: "most memory for 10,000 objects",
      value: many?.peakMiB ?? Number.NaN,
      bound: { atMost: 512 },
      unit: "MiB",
      detail: "what the function is given",
    },
    {
      kind: "goal",
      name: "heap in use after 10,000 objects against 10",
      value: (many?.liveMiB ?? Number.NaN) / (few?.liveMiB ?? Number.NaN),
      bound: { atMost: 1.5 },
      unit: "x",
    },
  ];
}
