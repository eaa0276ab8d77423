import { type Random, randomFrom } from "../sample/random";
import type { Scheduler } from "./scheduler";

/** Faults of one call to a service. */
export const CALL_FAULTS = [
  /** The service refuses the call, which has no effect. */
  "refused",
  /** No answer, and the call has no effect. */
  "lost request",
  /** No answer, but the call takes effect. */
  "lost answer",
  /** The function ends before the call. */
  "crash before",
  /** The function ends after the call takes effect. */
  "crash after",
] as const;
export type CallFault = (typeof CALL_FAULTS)[number];

/** All faults: of calls, and others. */
export type Fault =
  | CallFault
  | "key not deleted"
  | "duplicate event"
  | "delayed event"
  | "late file"
  | "broken file"
  | "message delivered again"
  | "run started twice"
  | "clock skewed"
  | "query failed"
  | "query failed after its commit"
  | "commit conflict"
  | "query cancelled"
  | "good file misread"
  | "engine out of order"
  | "slow query"
  | "no statistics"
  | "function timed out";

/**
 * Random faults of one simulation: they are drawn one by one and can be omitted one by one, to find the
 * relevant ones.
 */
export interface Faults {
  readonly counts: Readonly<Partial<Record<Fault, number>>>;
  /** Number of faults so far. */
  readonly drawn: number;
  /** True if the fault happens now. */
  strikes(fault: Fault, probability: number): boolean;
  /** The fault of the next call, if any. */
  ofCall(): CallFault | undefined;
  /** Ends all faults. */
  end(): void;
}

/**
 * Each simulation uses one of these rates: high rates stop most work early, low rates allow more concurrency.
 */
const CALL_FAULT_RATES = [0.02, 0.05, 0.16] as const;

/** @param omitted numbers of faults that do not happen */
export function createFaults(seed: number, omitted: (fault: number) => boolean): Faults {
  const random = randomFrom(seed ^ 0x5eed);
  const callFaultRate = random.pick(CALL_FAULT_RATES);
  const counts: Partial<Record<Fault, number>> = {};
  let drawn = 0;
  let isOver = false;
  const happens = (fault: Fault): boolean => {
    if (isOver || omitted(drawn++)) return false;
    counts[fault] = (counts[fault] ?? 0) + 1;
    return true;
  };
  return {
    counts,
    get drawn() {
      return drawn;
    },
    strikes: (fault, probability) => random.chance(probability) && happens(fault),
    ofCall: () => {
      if (!random.chance(callFaultRate)) return undefined;
      const fault = random.pick(CALL_FAULTS);
      return happens(fault) ? fault : undefined;
    },
    end: () => {
      isOver = true;
    },
  };
}

/** The error of a throttling service, with the name that the AWS SDK uses. */
export class ServiceError extends Error {
  constructor(
    override readonly name: string,
    message = `${name} on purpose`,
  ) {
    super(message);
  }
}

/** One run of a function: its calls take time, can fail, and have no effect after its end. */
export interface Invocation {
  readonly name: string;
  /** Ends the function: its later calls have no effect. */
  kill(): void;
  readonly isAlive: boolean;
  /** Executes a call to a service, or fails with a drawn fault. @param refusal name of the service's error */
  call<T>(what: string, refusal: string, effect: () => T | Promise<T>): Promise<T>;
}

export type Trace = (line: string) => void;

export function startInvocation(
  name: string,
  {
    scheduler,
    faults,
    random,
    trace,
  }: { scheduler: Scheduler; faults: Faults; random: Random; trace: Trace },
): Invocation {
  let isAlive = true;
  const ensureAlive = () => {
    if (!isAlive) throw new ServiceError("FunctionIsGone");
  };
  return {
    name,
    get isAlive() {
      return isAlive;
    },
    kill: () => {
      isAlive = false;
    },
    call: async (what, refusal, effect) => {
      ensureAlive();
      await scheduler.sleep(random.integer(5, 200));
      ensureAlive();
      const fault = faults.ofCall();
      trace(`${name}: ${what}${fault ? `  <- ${fault}` : ""}`);
      switch (fault) {
        case "refused":
          throw new ServiceError(refusal);
        case "lost request":
          throw new ServiceError("TimeoutError");
        case "crash before":
          isAlive = false;
          throw new ServiceError("FunctionIsGone");
        case "lost answer":
          effect();
          // An error of the network or of the service: the pipeline retries the second later.
          throw new ServiceError(random.chance(0.5) ? "TimeoutError" : "InternalServerException");
        case "crash after":
          effect();
          isAlive = false;
          throw new ServiceError("FunctionIsGone");
        case undefined:
          return effect();
      }
    },
  };
}
