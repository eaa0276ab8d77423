import { type Random, randomFrom } from "../sample/random";
import type { Scheduler } from "./scheduler";

/** What can go wrong with one call to a service. */
export const CALL_FAULTS = [
  /** The service refuses: nothing happened. */
  "refused",
  /** No answer came, and nothing happened. */
  "lost request",
  /** No answer came, but it happened. */
  "lost answer",
  /** The function ends before the call. */
  "crash before",
  /** The function ends after the call took effect. */
  "crash after",
] as const;
export type CallFault = (typeof CALL_FAULTS)[number];

/** What else goes wrong. */
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
  | "function timed out";

/** The dice of one simulation: faults are drawn one by one and can be left out one by one, to find those that matter. */
export interface Faults {
  readonly counts: Readonly<Partial<Record<Fault, number>>>;
  /** Number of faults so far. */
  readonly drawn: number;
  /** True if the fault is to happen now. */
  strikes(fault: Fault, probability: number): boolean;
  /** The fault that the next call meets, if any. */
  ofCall(): CallFault | undefined;
  /** From now on nothing goes wrong any more. */
  end(): void;
}

/** One of them for each simulation: where much fails, little gets far; where little fails, much happens at once. */
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

/** The error of a service that is too busy, by the name that the AWS SDK gives it. */
export class ServiceError extends Error {
  constructor(
    override readonly name: string,
    message = `${name} on purpose`,
  ) {
    super(message);
  }
}

/** One run of a function: its calls take time, fail, and stop when it is gone. */
export interface Invocation {
  readonly name: string;
  /** Ends the function: none of its calls has any effect from now on. */
  kill(): void;
  readonly isAlive: boolean;
  /** Carries a call to a service out, or fails as the dice say. @param refusal name of the service's own error */
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
          // Either the network or the service itself: the pipeline takes the second for "later".
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
