/**
 * How the deployed functions are sized and how often they run: what the constructs deploy and what the cost model and
 * the model of scale count with.
 */

/** Memory of every function. */
export const MEMORY_MIB = 512;

/** `move-access-logs`: messages per invocation, how long they are gathered, invocations at once. */
export const MOVE = { batchSize: 1000, batchWindowSeconds: 20, concurrency: 10, timeoutSeconds: 60 } as const;

/** Runs of a scheduled function at once, where concurrency is reserved: one ends before the next one is due. */
export const SCHEDULED_CONCURRENCY = 1;

/** `create-partition`, at a minute before the next hour. */
export const CREATE_PARTITION = { perHour: 1, timeoutSeconds: 300, schedule: "cron(50 * * * ? *)" } as const;

const TRANSFORM_EVERY_MINUTES = 10;
/**
 * `transform-partition`. A run ends before the next one is due, however much there is to commit: two at once would only wait
 * for each other, and what waited too long would look like a failure. A query that takes longer is joined by the next run.
 */
export const TRANSFORM = {
  perHour: 60 / TRANSFORM_EVERY_MINUTES,
  timeoutSeconds: 540,
  schedule: `cron(5/${TRANSFORM_EVERY_MINUTES} * * * ? *)`,
} as const;

const MAINTAIN_HOURS = { first: 2, last: 5 } as const;
/**
 * `maintain-lake`, four times every night: a run ends when Lambda's time is over, and the next one joins the statements of that
 * night that it finds begun. Where all is done, there is nothing to do.
 */
export const MAINTAIN = {
  perDay: 1,
  runsPerNight: 1 + MAINTAIN_HOURS.last - MAINTAIN_HOURS.first,
  timeoutSeconds: 900,
  schedule: `cron(15 ${MAINTAIN_HOURS.first}-${MAINTAIN_HOURS.last} * * ? *)`,
} as const;

/** GiB that one statement of the pipeline may scan. A commit scans an hour of text: this only stops a mistake. */
export const PIPELINE_SCAN_LIMIT_GIB = 1024;
