import { FORMATS } from "../formats";
import { ARRIVALS_PREFIX, COMMITS_PREFIX, RAW_PREFIX, REJECTED_PREFIX } from "../formats/partition-layout";
import { HOUR_MS, MINUTE_MS } from "../formats/time";
import { athenaLake } from "../handlers/adapters/athena-lake";
import { athenaPartitionCatalog } from "../handlers/adapters/athena-partition-catalog";
import { athenaQueryEngine } from "../handlers/adapters/athena-query-engine";
import { addPartitions, windowAround } from "../handlers/core/add-partitions";
import { pendingKeys } from "../handlers/core/commit-records";
import { commitTables } from "../handlers/core/commit-tables";
import { moveObjects } from "../handlers/core/move-objects";
import type { Clock } from "../handlers/core/ports";
import { randomFrom } from "../sample/random";
import { simulateAthena } from "./athena";
import { type Buckets, createBuckets } from "./bucket";
import { BROKEN, drawDeliveries, SOURCES } from "./deliveries";
import { createFaults, type Fault, type Invocation, startInvocation, type Trace } from "./faults";
import { createQueue } from "./queue";
import { createScheduler } from "./scheduler";

/** Result of one simulation. */
export interface SimulationResult {
  readonly seed: number;
  readonly faults: Readonly<Partial<Record<Fault, number>>>;
  /** Number of drawn faults, including omitted ones. */
  readonly drawn: number;
  /** Broken promises of the pipeline. */
  readonly violations: readonly string[];
}

export interface SimulationOptions {
  readonly seed: number;
  /** Selects faults, by number, that do not happen. */
  readonly omitted?: (fault: number) => boolean;
  readonly trace?: Trace;
}

/** Start of a trace line that reports a broken promise. */
export const VIOLATION = "VIOLATION: ";
const START = Date.parse("2026-11-23T00:00:00Z");
/** Time with deliveries and faults. */
const STORM_HOURS = 4;
/** Time without faults afterwards: at its end, the pipeline must have caught up. */
const CALM_HOURS = 12;
const LANDING = "landing";
const BUCKET = "logs";
const TABLES = Object.values(FORMATS).map(({ table }) => ({ table }));
const MOVE_TIMEOUT_MS = MINUTE_MS;
const TRANSFORM_TIMEOUT_MS = 9 * MINUTE_MS;
/** Time that functions reserve for their last steps. */
const RESERVE_MS = 15_000;

/**
 * Runs the whole pipeline for some hours of virtual time: the functions' deployed code, on simulated services
 * that fail.
 */
export async function simulate({
  seed,
  omitted = () => false,
  trace = () => undefined,
}: SimulationOptions): Promise<SimulationResult> {
  const random = randomFrom(seed);
  const faults = createFaults(seed, omitted);
  const scheduler = createScheduler(START);
  const stamped: Trace = (line) => trace(`${new Date(scheduler.now()).toISOString().slice(11, 23)} ${line}`);
  const buckets = createBuckets(faults, scheduler);
  const queue = createQueue(scheduler, faults, random);
  const violations: string[] = [];
  const athena = simulateAthena({
    bucket: BUCKET,
    scheduler,
    faults,
    random,
    buckets,
    trace: stamped,
    onCommit: (file, commits) => {
      if (commits < 2) return;
      violations.push(`${file} is in the table ${commits} times`);
      stamped(`${VIOLATION}${violations.at(-1)}`);
    },
  });
  const deliveries = drawDeliveries(random, faults, START, STORM_HOURS);
  let isOver = false;
  let invocations = 0;

  /** Runs a function once; the caller handles its errors. */
  const invoke = async (
    name: string,
    timeoutMs: number,
    work: (invocation: Invocation, clock: Clock) => Promise<void>,
  ): Promise<boolean> => {
    const invocation = startInvocation(`${name}-${++invocations}`, {
      scheduler,
      faults,
      random,
      trace: stamped,
    });
    const skew = faults.strikes("clock skewed", 0.05) ? random.integer(-5 * MINUTE_MS, 5 * MINUTE_MS) : 0;
    const clock: Clock = { now: () => new Date(scheduler.now() + skew), sleep: scheduler.sleep };
    const timeout = faults.strikes("function timed out", 0.03) ? random.integer(1_000, timeoutMs) : timeoutMs;
    scheduler.start(async () => {
      await scheduler.sleep(timeout);
      invocation.kill();
    });
    try {
      await work(invocation, clock);
      return invocation.isAlive;
    } catch (error) {
      stamped(`${invocation.name}: failed: ${error instanceof Error ? error.message : error}`);
      return false;
    }
  };

  const deadlineOf = (clock: Clock, timeoutMs: number) =>
    new Date(clock.now().getTime() + timeoutMs - RESERVE_MS);
  let rowsCounted = 0;

  const move = async () => {
    const messages = queue.receive();
    if (messages.length === 0) return;
    let failed: ReadonlySet<string> = new Set();
    const succeeded = await invoke("move", MOVE_TIMEOUT_MS, async (invocation, clock) => {
      const outcomes = await moveObjects(
        { store: buckets.seenBy(invocation), clock },
        {
          sources: SOURCES,
          targetBucket: BUCKET,
          keepOriginals: false,
          deadline: deadlineOf(clock, MOVE_TIMEOUT_MS),
        },
        messages.map(({ key }) => ({ bucket: LANDING, key })),
      );
      failed = new Set(
        messages
          .filter((_, index) => ["failed", "postponed"].includes(outcomes[index]?.kind ?? ""))
          .map(({ key }) => key),
      );
    });
    if (succeeded) queue.acknowledge(messages.filter(({ key }) => !failed.has(key)));
  };

  const portsOf = (invocation: Invocation, clock: Clock, runToken: string) => {
    const store = buckets.seenBy(invocation);
    const client = athena.clientOf(invocation);
    const engine = athenaQueryEngine({ client, clock, database: "logs", workgroup: "pipeline" });
    const options = { engine, database: "logs", bucket: BUCKET, runToken };
    const catalog = athenaPartitionCatalog({ ...options, withLines: false });
    return { store, engine, clock, catalog, lake: athenaLake({ ...options, client, tables: TABLES }) };
  };

  const createPartition = (scheduledTime: string) =>
    invoke("create", 5 * MINUTE_MS, async (invocation, clock) => {
      const ports = portsOf(invocation, clock, scheduledTime);
      const range = windowAround(new Date(scheduledTime));
      await addPartitions(ports, { bucket: BUCKET, tables: TABLES, range, keepNotes: true }, () => undefined);
    });

  const transform = (scheduledTime: string) =>
    invoke("transform", TRANSFORM_TIMEOUT_MS, async (invocation, clock) => {
      const deadline = deadlineOf(clock, TRANSFORM_TIMEOUT_MS);
      const ports = portsOf(invocation, clock, scheduledTime);
      const committed = await commitTables(
        ports,
        { bucket: BUCKET, tables: TABLES, deadline },
        () => undefined,
      );
      rowsCounted += committed.reduce((sum, { rows }) => sum + rows, 0);
    });

  /** A schedule retries a failed run, and sometimes starts a run twice. */
  const schedule = (period: number, run: (scheduledTime: string) => Promise<boolean>) =>
    scheduler.start(async () => {
      while (!isOver) {
        await scheduler.sleep(period);
        const scheduledTime = new Date(scheduler.now()).toISOString();
        const times = faults.strikes("run started twice", 0.15) ? 2 : 1;
        for (let time = 0; time < times; time++) {
          scheduler.start(async () => {
            if (!(await run(scheduledTime))) await run(scheduledTime);
          });
        }
      }
    });

  let comingEvents = deliveries.length;
  for (const { key, body, at } of deliveries) {
    scheduler.start(async () => {
      await scheduler.sleep(at - START);
      await buckets.put({ bucket: LANDING, key }, body);
      if (faults.strikes("delayed event", 0.1)) await scheduler.sleep(random.integer(1, 180) * MINUTE_MS);
      queue.send(key);
      if (faults.strikes("duplicate event", 0.15)) {
        await scheduler.sleep(random.integer(0, 60) * MINUTE_MS);
        queue.send(key);
      }
      comingEvents--;
    });
  }
  schedule(HOUR_MS, createPartition);
  schedule(10 * MINUTE_MS, transform);
  scheduler.start(async () => {
    while (!isOver) {
      await scheduler.sleep(random.integer(20, 60) * 1_000);
      scheduler.start(move);
    }
  });
  scheduler.start(async () => {
    while (!isOver) {
      await scheduler.sleep(HOUR_MS);
      queue.redrive();
    }
  });
  const keysBelow = (bucket: string, prefix: string) =>
    [...buckets.objects.keys()]
      .filter((path) => path.startsWith(`${bucket}/${prefix}`))
      .map((path) => path.slice(bucket.length + 1));
  const leftovers = () => [
    ...keysBelow(LANDING, ""),
    ...keysBelow(BUCKET, ARRIVALS_PREFIX),
    ...pendingKeys(keysBelow(BUCKET, COMMITS_PREFIX)),
  ];
  scheduler.start(async () => {
    await scheduler.sleep((STORM_HOURS + 1) * HOUR_MS);
    stamped("from now on, nothing goes wrong");
    faults.end();
    const deadline = scheduler.now() + CALM_HOURS * HOUR_MS;
    const hasSettled = () => comingEvents === 0 && queue.isEmpty && leftovers().length === 0;
    while (scheduler.now() < deadline && !hasSettled()) {
      await scheduler.sleep(10 * MINUTE_MS);
    }
    isOver = true;
  });
  await scheduler.run();

  for (const path of leftovers()) violations.push(`${path} is left over`);
  if (!queue.isEmpty) violations.push("events are left over");
  const bodies = deliveries.map(({ body }) => body).sort();
  const [expected, broken] = [bodies.filter(isReadable), bodies.filter((body) => !isReadable(body))];
  const found = [...athena.lake.values()].flat().sort();
  for (const body of expected.filter((item) => !found.includes(item))) violations.push(`${body} are missing`);
  if (found.length > expected.length)
    violations.push(`${found.length} files are in the table, not ${expected.length}`);
  if (rowsCounted > expected.length)
    violations.push(`${rowsCounted} rows are counted as committed, not ${expected.length}`);
  violations.push(...judgeRejected(buckets.objects, broken));
  return { seed, faults: faults.counts, drawn: faults.drawn, violations: [...new Set(violations)] };
}

const isReadable = (body: string): boolean => !body.startsWith(BROKEN);

/**
 * Checks that exactly the broken files are in `rejected/`, unchanged and with a reason, and no longer in the
 * text.
 */
function judgeRejected(objects: Buckets["objects"], broken: readonly string[]): string[] {
  const below = (prefix: string) => [...objects].filter(([path]) => path.startsWith(`${BUCKET}/${prefix}`));
  const rejected = below(REJECTED_PREFIX);
  const reasons = rejected.filter(([path]) => path.endsWith(".reason.json"));
  const files = rejected.filter(([path]) => !path.endsWith(".reason.json")).map(([, { body }]) => body);
  return [
    ...broken.filter((body) => !files.includes(body)).map((body) => `${body} is not set aside`),
    ...files.filter(isReadable).map((body) => `${body} are set aside`),
    ...(reasons.length === files.length ? [] : [`${reasons.length} reasons for ${files.length} files`]),
    ...below(RAW_PREFIX).flatMap(([path, { body }]) =>
      isReadable(body) ? [] : [`${path} is among the text`],
    ),
  ];
}
