import type { Clock } from "../handlers/core/ports";

/** A clock that advances only by sleeping: tests that wait take no time. */
export interface VirtualClock extends Clock {
  /** Total milliseconds slept. */
  readonly slept: number;
}

export function virtualClock(start = "2026-11-23T07:50:00Z"): VirtualClock {
  let now = Date.parse(start);
  let slept = 0;
  return {
    now: () => new Date(now),
    sleep: async (milliseconds) => {
      now += milliseconds;
      slept += milliseconds;
    },
    get slept() {
      return slept;
    },
  };
}
