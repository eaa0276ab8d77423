import { identityOfPath } from "../formats/file-identity";
import { type Random, randomFrom } from "../sample/random";
import { type SimulatedAthena, simulateAthena } from "./athena";
import { type Buckets, createBuckets } from "./bucket";
import { type Deployment, drawDeployments } from "./deployments";
import { createFaults, type Faults, type Trace } from "./faults";
import { createQueue, type Queue } from "./queue";
import { createScheduler, type Scheduler } from "./scheduler";

export const LANDING = "landing";
export const BUCKET = "logs";
export const START = Date.parse("2026-11-23T00:00:00Z");
/** Duration of deliveries and faults. */
export const STORM_HOURS = 4;
/** Start of a line of the trace that reports a violated guarantee. */
export const VIOLATION = "VIOLATION: ";

/** The services of one simulation, in one virtual time. */
export interface World {
  readonly random: Random;
  readonly faults: Faults;
  readonly scheduler: Scheduler;
  readonly buckets: Buckets;
  readonly queue: Queue;
  readonly athena: SimulatedAthena;
  readonly trace: Trace;
  /** What is deployed now. */
  deployment(): Deployment;
  /** Guarantees that were violated during the simulation. */
  readonly violations: string[];
  /** True when no new work starts. */
  isOver: boolean;
}

export function createWorld(seed: number, omitted: (fault: number) => boolean, print: Trace): World {
  const random = randomFrom(seed);
  const faults = createFaults(seed, omitted);
  const scheduler = createScheduler(START);
  const trace: Trace = (line) => print(`${new Date(scheduler.now()).toISOString().slice(11, 23)} ${line}`);
  const buckets = createBuckets(faults, scheduler);
  const queue = createQueue(scheduler, faults, random);
  const deploymentAt = drawDeployments(random, LANDING, START, STORM_HOURS);
  const violations: string[] = [];
  const commits = new Map<string, number>();
  const athena = simulateAthena({
    bucket: BUCKET,
    scheduler,
    faults,
    random,
    buckets,
    trace,
    onCommit: (file) => {
      const identity = identityOfPath(BUCKET, file);
      const times = (commits.get(identity) ?? 0) + 1;
      commits.set(identity, times);
      if (times < 2) return;
      violations.push(`${file} is in the table ${times} times`);
      trace(`${VIOLATION}${violations.at(-1)}`);
    },
  });
  const deployment = () => deploymentAt(scheduler.now());
  return { random, faults, scheduler, buckets, queue, athena, trace, deployment, violations, isOver: false };
}
