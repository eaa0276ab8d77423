/** The functions that run by schedule. */
export const SCHEDULED_HANDLERS = [
  "create-partition",
  "transform-partition",
  "maintain-lake",
  "make-report",
] as const;
export type ScheduledHandler = (typeof SCHEDULED_HANDLERS)[number];

/** Every Lambda function of the project: `handlers/<name>.ts` exports `handler`. */
export const HANDLER_NAMES = ["move-access-logs", ...SCHEDULED_HANDLERS] as const;
export type HandlerName = (typeof HANDLER_NAMES)[number];
