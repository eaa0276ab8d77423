import { HOUR_MS, MINUTE_MS } from "../formats/time";
import { type Delivery, drawDeliveries } from "./deliveries";
import type { Fault, Trace } from "./faults";
import { Functions } from "./functions";
import { judge, leftoversIn } from "./judge";
import { createWorld, LANDING, START, STORM_HOURS, type World } from "./world";

/** Result of one simulation. */
export interface SimulationResult {
  readonly seed: number;
  readonly faults: Readonly<Partial<Record<Fault, number>>>;
  /** Number of drawn faults, including omitted faults. */
  readonly drawn: number;
  /** Violated guarantees of the pipeline. */
  readonly violations: readonly string[];
}

export interface SimulationOptions {
  readonly seed: number;
  /** Numbers of faults that do not happen. */
  readonly omitted?: (fault: number) => boolean;
  readonly trace?: Trace;
}

/** Duration without faults afterwards: the pipeline must process all files in this time. */
const CALM_HOURS = 12;

/**
 * Runs the complete pipeline for some hours of virtual time: the deployed code of the functions, on simulated services
 * that fail.
 */
export async function simulate({
  seed,
  omitted = () => false,
  trace = () => undefined,
}: SimulationOptions): Promise<SimulationResult> {
  const world = createWorld(seed, omitted, trace);
  const functions = new Functions(world);
  const deliveries = drawDeliveries(world.random, world.faults, START, STORM_HOURS);
  const haveCome = deliver(world, deliveries);
  startSchedules(world, functions);
  startQueue(world, functions);
  endInCalm(world, haveCome);
  await world.scheduler.run();
  const violations = [...world.violations, ...judge(world, deliveries, functions)];
  const { counts, drawn } = world.faults;
  return { seed, faults: counts, drawn, violations: [...new Set(violations)] };
}

/** Puts the files into the bucket, each at its time, and sends their events. @returns a function: true if all are sent */
function deliver(
  { scheduler, buckets, queue, faults, random, deployment }: World,
  deliveries: readonly Delivery[],
) {
  let comingEvents = deliveries.length;
  for (const { key, body, at } of deliveries) {
    scheduler.start(async () => {
      await scheduler.sleep(at - START);
      await buckets.put({ bucket: LANDING, key }, body);
      const source = deployment().sources.find(({ prefix }) => key.startsWith(prefix));
      if (source?.asDelivered) {
        comingEvents--;
        return;
      }
      if (faults.strikes("delayed event", 0.1)) await scheduler.sleep(random.integer(1, 180) * MINUTE_MS);
      queue.send(key, at);
      if (faults.strikes("duplicate event", 0.15)) {
        await scheduler.sleep(random.integer(0, 60) * MINUTE_MS);
        queue.send(key, at);
      }
      comingEvents--;
    });
  }
  return (): boolean => comingEvents === 0;
}

/** A schedule retries a failed run, and sometimes starts a run twice. */
function startSchedules(world: World, functions: Functions): void {
  const { scheduler, faults } = world;
  const schedule = (period: number, run: (scheduledTime: string) => Promise<boolean>) =>
    scheduler.start(async () => {
      while (!world.isOver) {
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
  schedule(HOUR_MS, (time) => functions.createPartition(time));
  schedule(HOUR_MS, () => functions.reconcile());
  schedule(10 * MINUTE_MS, (time) => functions.transform(time));
}

/** Receives messages in a loop, and redrives the dead-letter messages every hour. */
function startQueue(world: World, functions: Functions): void {
  const { scheduler, random, queue } = world;
  scheduler.start(async () => {
    while (!world.isOver) {
      await scheduler.sleep(random.integer(20, 60) * 1_000);
      scheduler.start(() => functions.move());
    }
  });
  scheduler.start(async () => {
    while (!world.isOver) {
      await scheduler.sleep(HOUR_MS);
      queue.redrive();
    }
  });
}

/** Ends all faults after their time, then the simulation when all work is done or the time without faults is over. */
function endInCalm(world: World, haveCome: () => boolean): void {
  const { scheduler, faults, queue, trace } = world;
  scheduler.start(async () => {
    await scheduler.sleep((STORM_HOURS + 1) * HOUR_MS);
    trace("from now on, nothing goes wrong");
    faults.end();
    const deadline = scheduler.now() + CALM_HOURS * HOUR_MS;
    const hasSettled = () => haveCome() && queue.isEmpty && leftoversIn(world).length === 0;
    while (scheduler.now() < deadline && !hasSettled()) {
      await scheduler.sleep(10 * MINUTE_MS);
    }
    world.isOver = true;
  });
}
