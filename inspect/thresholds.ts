/** What counts as wrong, each with its reason: `status` and `doctor` know no other limits. */

import { DAY_MS, HOUR_MS, MINUTE_MS } from "../formats/time";

/** Commits come every ten minutes, and one can take as long as its function may: an hour is several that failed. */
export const MAX_LAG_MS = HOUR_MS;

/** Moving takes seconds, and five tries of it half an hour: an object that lies longer is forgotten. */
export const MAX_LANDING_MS = HOUR_MS;

/** Partitions are added with the first commit, and every hour anyway: after two, both have failed. */
export const MAX_CATALOG_LAG_MS = 2 * HOUR_MS;

/** On this machine nothing runs by itself: what waits there waits for someone. */
export const NO_PATIENCE_MS = 0;

/** Real logs have no line that cannot be read; a few are cut off by a full disk. More is a field that AWS changed. */
export const MAX_UNPARSED_SHARE = 0.01;

/** Messages in the queue of arrivals are received within seconds: older ones are not received, or fail. */
export const MAX_QUEUE_AGE_MS = 15 * MINUTE_MS;

/** Errors that are over are history: only what happened since is wrong now. */
export const RECENT_ERRORS_MS = DAY_MS;

/** Hours whose files are inspected on AWS: files come up to a day late, and Monday's report must hold the weekend. */
export const DEFAULT_HOURS = 48;
