/** Sizes and schedules of the deployed functions, for the constructs, the cost model and the scale model. */

/** Memory of every function. */
export const MEMORY_MIB = 512;

/**
 * `move-access-logs`: messages per invocation, batch window, concurrent invocations. The time is for the largest file whose
 * lines are written as JSON (`npm run bench -- rewrite`): a copied file takes milliseconds. A longer one would delay the
 * retries, which begin after six times as long.
 */
export const MOVE = {
  batchSize: 1000,
  batchWindowSeconds: 20,
  concurrency: 10,
  timeoutSeconds: 180,
} as const;

/**
 * Concurrent runs of a scheduled function with reserved concurrency: a run ends before the next one is due.
 */
export const SCHEDULED_CONCURRENCY = 1;

/** `create-partition`: runs shortly before the next hour. */
export const CREATE_PARTITION = { perHour: 1, timeoutSeconds: 300, schedule: "cron(50 * * * ? *)" } as const;

const TRANSFORM_EVERY_MINUTES = 10;
/**
 * `transform-partition`. A run always ends before the next one is due, even with files left: two concurrent
 * runs would wait for each other, and a long wait would look like a failure. The next run joins a query that
 * takes longer.
 */
export const TRANSFORM = {
  perHour: 60 / TRANSFORM_EVERY_MINUTES,
  timeoutSeconds: 540,
  schedule: `cron(5/${TRANSFORM_EVERY_MINUTES} * * * ? *)`,
} as const;

const MAINTAIN_HOURS = { first: 2, last: 5 } as const;
/**
 * `maintain-lake`, four times every night: a run ends at Lambda's timeout, and the next one joins the night's
 * statements that are already started. When all work is done, a run does nothing.
 */
export const MAINTAIN = {
  perDay: 1,
  runsPerNight: 1 + MAINTAIN_HOURS.last - MAINTAIN_HOURS.first,
  timeoutSeconds: 900,
  schedule: `cron(15 ${MAINTAIN_HOURS.first}-${MAINTAIN_HOURS.last} * * ? *)`,
} as const;

/** `make-report`: ten statements for each table, one after the other. */
export const REPORT = { perDay: 1, timeoutSeconds: 900 } as const;

/**
 * GiB that one statement of the pipeline may scan. A commit scans an hour of text, so this only stops
 * mistakes.
 */
export const PIPELINE_SCAN_LIMIT_GIB = 1024;
