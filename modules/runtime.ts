/** Runtimes of Lambda that the handlers are built for; the first is the default. */
export const RUNTIMES = ["nodejs24.x", "nodejs22.x"] as const;
export type Runtime = (typeof RUNTIMES)[number];
