import type { Clock } from "./ports";

/** Waits until this many more requests keep the rate. */
export type Pace = (requests: number) => Promise<void>;

/** @param perSecond requests per second, on average; a pause is not made up for by a burst */
export function paceOf(clock: Clock, perSecond: number): Pace {
  let free = clock.now().getTime();
  return async (requests) => {
    const now = clock.now().getTime();
    const start = Math.max(free, now);
    free = start + (requests * 1000) / perSecond;
    if (start > now) await clock.sleep(start - now);
  };
}
