import { moveSeconds } from "../cost/function-time";
import { DAY_SECONDS, HOUR_SECONDS } from "../formats/time";
import { type Random, randomFrom } from "../sample/random";
import { sum } from "../terminal/quantities";
import { FACTS, readSeconds } from "./scale-facts";

export interface Simulated {
  /** Seconds from a file's delivery to its copy, and to its rows: infinite if never, NaN without files. */
  readonly movedP50: number;
  readonly movedP99: number;
  readonly committedP50: number;
  readonly committedP99: number;
  /** Delivered files that were not in the table at the end of the outage, or of the run. */
  readonly backlog: number;
  /** Hours from the end of the outage until no file waits longer than usual; infinite if never. */
  readonly hoursToCatchUp: number;
  /** Commits per day. */
  readonly commitsPerDay: number;
}

/** `move-access-logs` does not run from `from` to `to`, in hours. */
export interface Outage {
  readonly from: number;
  readonly to: number;
}

/** Files that were delivered at about the same time, with the times of their steps. */
interface Cohort {
  readonly at: number;
  readonly count: number;
  readonly hour: number;
  movedAt: number;
  committedAt: number;
}

/** Files delivered within this many seconds are one cohort. */
const SLICE_SECONDS = 5;
/** Files older than this are a backlog: a window, a run and its delay, and a commit. */
const USUAL_SECONDS = 1800;

/**
 * Simulates the two queues of the pipeline in virtual time: files wait for the move, in a limited number of
 * concurrent batches, and then for the commit, by one statement at a time.
 */
export function simulateScale(filesPerDay: number, days: number, seed: number, outage?: Outage): Simulated {
  const random = randomFrom(seed);
  const end = days * DAY_SECONDS;
  const cohorts = drawDeliveries(random, filesPerDay, end);
  moveAll(cohorts, outage && { from: outage.from * HOUR_SECONDS, to: outage.to * HOUR_SECONDS });
  const commits = commitAll(cohorts, end);
  // Files of the last hour may not be committed yet.
  const settled = cohorts.filter(({ at }) => at < end - HOUR_SECONDS);
  const moved = quantiles(settled, ({ at, movedAt }) => movedAt - at);
  const committed = quantiles(settled, ({ at, committedAt }) => committedAt - at);
  const seen = outage ? outage.to * HOUR_SECONDS : end;
  return {
    movedP50: moved(0.5),
    movedP99: moved(0.99),
    committedP50: committed(0.5),
    committedP99: committed(0.99),
    backlog: filesOf(cohorts.filter(({ at, committedAt }) => at <= seen && committedAt > seen)),
    hoursToCatchUp: outage ? catchUpHours(settled, seen) : 0,
    commitsPerDay: commits / days,
  };
}

/** Load balancers deliver after every interval, with random delays. */
function drawDeliveries(random: Random, filesPerDay: number, end: number): Cohort[] {
  const { deliveryIntervalSeconds: interval, deliverySpreadSeconds: spread, moveBatch } = FACTS;
  const draw = poisson(random, (filesPerDay * interval.value * SLICE_SECONDS) / DAY_SECONDS / spread.value);
  const cohorts: Cohort[] = [];
  for (let start = interval.value; start + spread.value < end; start += interval.value) {
    for (let second = 0; second < spread.value; second += SLICE_SECONDS) {
      const hour = (start - 1 - ((start - 1) % HOUR_SECONDS)) / HOUR_SECONDS;
      // At most a batch each, so that batches consist of whole cohorts.
      for (let left = draw(); left > 0; left -= moveBatch.value)
        cohorts.push(delivered(start + second, Math.min(left, moveBatch.value), hour));
    }
  }
  return cohorts;
}

const delivered = (at: number, count: number, hour: number): Cohort => ({
  at,
  count,
  hour,
  movedAt: Number.POSITIVE_INFINITY,
  committedAt: Number.POSITIVE_INFINITY,
});

/** A batch takes all waiting files, up to its size; an incomplete batch starts when its window ends. */
function moveAll(cohorts: readonly Cohort[], pause: { from: number; to: number } | undefined): void {
  const { moveBatch, moveConcurrency, moveWindowSeconds, eventSeconds } = FACTS;
  const free = Array.from({ length: moveConcurrency.value }, () => 0);
  for (let next = 0; next < cohorts.length; ) {
    const first = cohorts[next] as Cohort;
    const arrived = first.at + eventSeconds.value;
    const worker = free.indexOf(Math.min(...free));
    let start = Math.max(arrived, free[worker] as number);
    if (pause && start >= pause.from && start < pause.to) start = pause.to;
    let files = first.count;
    let stop = next + 1;
    for (; stop < cohorts.length; stop++) {
      const cohort = cohorts[stop] as Cohort;
      if (cohort.at + eventSeconds.value > Math.max(start, arrived + moveWindowSeconds.value)) break;
      if (files + cohort.count > moveBatch.value) break;
      files += cohort.count;
    }
    const isFull = stop < cohorts.length && files + (cohorts[stop] as Cohort).count > moveBatch.value;
    const last = cohorts[stop - 1] as Cohort;
    const gathered = isFull ? last.at + eventSeconds.value : arrived + moveWindowSeconds.value;
    const done = Math.max(start, gathered) + moveSeconds(files);
    free[worker] = done;
    for (let index = next; index < stop; index++) (cohorts[index] as Cohort).movedAt = done;
    next = stop;
  }
}

/** Runs start every ten minutes; each commits the moved files, the oldest hours first. @returns commits */
function commitAll(cohorts: readonly Cohort[], end: number): number {
  const hours = groupByHour(cohorts);
  const every = HOUR_SECONDS / FACTS.transformPerHour.value;
  let busyUntil = 0;
  let commits = 0;
  for (let started = every / 2; started < end; started += every) {
    if (started < busyUntil) continue;
    const deadline = started + FACTS.transformSeconds.value;
    const waiting = waitingAt(hours, started);
    let now = started;
    while (waiting.length > 0 && now < deadline) {
      const batch = nextBatch(waiting);
      const needed = readSeconds(filesOf(batch));
      now += Math.min(needed, FACTS.athenaStatementSeconds.value);
      // Athena stops a statement that takes longer, and commits nothing.
      if (needed > FACTS.athenaStatementSeconds.value) continue;
      commit(hours, batch, now);
      commits++;
    }
    busyUntil = now;
  }
  return commits;
}

/** Takes the files of one statement. */
function nextBatch(waiting: Cohort[]): Cohort[] {
  let files = waiting[0]?.count ?? 0;
  let stop = 1;
  for (let next = waiting[stop]; next; next = waiting[++stop]) {
    files += next.count;
    if (files * FACTS.fileBytes.value > FACTS.commitBytes.value) break;
  }
  return waiting.splice(0, stop);
}

function commit(hours: Hours, batch: readonly Cohort[], at: number): void {
  for (const cohort of batch) cohort.committedAt = at;
  for (const hour of new Set(batch.map((cohort) => cohort.hour))) {
    const waiting = hours.get(hour) ?? [];
    hours.set(
      hour,
      waiting.filter(({ committedAt }) => committedAt === Number.POSITIVE_INFINITY),
    );
  }
}

/** The waiting cohorts of each hour. */
type Hours = Map<number, readonly Cohort[]>;

function groupByHour(cohorts: readonly Cohort[]): Hours {
  const hours = new Map<number, Cohort[]>();
  for (const cohort of cohorts) {
    const ofHour = hours.get(cohort.hour) ?? [];
    ofHour.push(cohort);
    hours.set(cohort.hour, ofHour);
  }
  return hours;
}

/** Relies on the order of the hours by time. */
const waitingAt = (hours: Hours, time: number): Cohort[] =>
  [...hours].flatMap(([hour, waiting]) =>
    hour * HOUR_SECONDS < time ? waiting.filter(({ movedAt }) => movedAt <= time) : [],
  );

function catchUpHours(cohorts: readonly Cohort[], from: number): number {
  const late = cohorts.filter(
    ({ at, committedAt }) => committedAt > from && committedAt - at > USUAL_SECONDS,
  );
  return (
    (late.reduce((latest, { committedAt }) => Math.max(latest, committedAt), from) - from) / HOUR_SECONDS
  );
}

const filesOf = (cohorts: readonly Pick<Cohort, "count">[]): number => sum(cohorts.map(({ count }) => count));

/** @returns a function of a share of the files */
function quantiles(cohorts: readonly Cohort[], delay: (cohort: Cohort) => number): (share: number) => number {
  const sorted = cohorts
    .map((cohort) => ({ delay: delay(cohort), count: cohort.count }))
    .sort((a, b) => a.delay - b.delay);
  const total = filesOf(sorted);
  return (share) => {
    let seen = 0;
    for (const { delay: seconds, count } of sorted) {
      seen += count;
      if (seen >= share * total) return seconds;
    }
    return Number.NaN;
  };
}

/** Knuth's algorithm for small numbers, the normal distribution for large ones. */
function poisson(random: Random, expected: number): () => number {
  const limit = Math.exp(-expected);
  return () => {
    if (expected > 30) {
      const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
      return Math.max(0, Math.round(expected + Math.sqrt(expected) * normal));
    }
    let count = 0;
    for (let product = random.next(); product > limit; product *= random.next()) count++;
    return count;
  };
}
