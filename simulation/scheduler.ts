/** Virtual time: what sleeps wakes in the order of its time, one at a time, so that a run is a function of its seed. */
export interface Scheduler {
  /** Milliseconds since 1970. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  /** Starts work that goes on beside everything else. */
  start(work: () => Promise<void>): void;
  /**
   * Lets time pass until all that was started has ended.
   *
   * @throws what a piece of work threw, or if it waits for something that is not of this scheduler
   */
  run(): Promise<void>;
}

interface Sleeper {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
}

export function createScheduler(start: number): Scheduler {
  const sleepers: Sleeper[] = [];
  let now = start;
  let order = 0;
  let running = 0;
  let failure: { readonly error: unknown } | undefined;

  return {
    now: () => now,
    sleep: (milliseconds) =>
      new Promise((wake) => {
        insert(sleepers, { at: now + milliseconds, order: order++, wake });
      }),
    start: (work) => {
      running++;
      work()
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => {
          running--;
        });
    },
    run: async () => {
      for (;;) {
        // Everything that can go on without time passing does so first.
        await new Promise((resolve) => setImmediate(resolve));
        if (failure) throw failure.error;
        const next = sleepers.shift();
        if (!next) break;
        now = next.at;
        next.wake();
      }
      if (running > 0) throw new Error(`${running} pieces of work wait for something that never comes`);
    },
  };
}

/** Keeps the sleepers in the order in which they wake. */
function insert(sleepers: Sleeper[], sleeper: Sleeper): void {
  let [low, high] = [0, sleepers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = sleepers[middle];
    const isBefore =
      other && (other.at < sleeper.at || (other.at === sleeper.at && other.order < sleeper.order));
    if (isBefore) low = middle + 1;
    else high = middle;
  }
  sleepers.splice(low, 0, sleeper);
}
