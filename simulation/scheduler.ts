/** Virtual time: sleepers wake in order of time, one at a time, so that a run depends only on its seed. */
export interface Scheduler {
  /** Milliseconds since 1970. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  /** Starts concurrent work. */
  start(work: () => Promise<void>): void;
  /**
   * Lets time pass until all started work has ended.
   *
   * @throws the error of any work, or an error if work waits for something outside of this scheduler
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
        // First runs all work that does not need time to pass.
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

/** Inserts a sleeper in order of its wake-up time. */
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
