/** Limits of `status` and `doctor`, each with its reason. There are no other limits. */

import { DAY_MS, HOUR_MS, MINUTE_MS } from "../formats/time";

/**
 * Commits run every ten minutes and can take up to their function's timeout: after an hour, several have
 * failed.
 */
export const MAX_LAG_MS = HOUR_MS;

/** A move takes seconds, and five tries half an hour: an object that waits longer was missed. */
export const MAX_LANDING_MS = HOUR_MS;

/** Partitions are added by the first commit and every hour: after two hours, both have failed. */
export const MAX_CATALOG_LAG_MS = 2 * HOUR_MS;

/** Locally, nothing runs automatically: waiting files need a command. */
export const NO_PATIENCE_MS = 0;

/**
 * Real logs have no unparsed lines, except a few that a full disk cut off. More of them mean that AWS changed
 * a field.
 */
export const MAX_UNPARSED_SHARE = 0.01;

/** Messages in the arrivals queue are received within seconds: older messages are not received, or fail. */
export const MAX_QUEUE_AGE_MS = 15 * MINUTE_MS;

/** Older errors are history: only recent errors count as wrong. */
export const RECENT_ERRORS_MS = DAY_MS;

/**
 * Hours whose files are inspected on AWS: files arrive up to a day late, and Monday's report must cover the
 * weekend.
 */
export const DEFAULT_HOURS = 48;
